"""An edit of a board's template in what a look brought: each posting has its own `revised` row, and a channel one message."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.alerting import Alerting, role
from monitor.db import AnyRow
from monitor.matching import candidate
from monitor.messages import Passage, RuleCount, TemplateMessage, Why, dump
from monitor.settings import Rule
from monitor.template import enough, passages, shared
from monitor.write import Told


@dataclass(frozen=True, slots=True)
class Template:
    """The passages that were edited in most of a board's postings."""

    passages: tuple[Passage, ...]
    edited: tuple[Told, ...]
    listed: int


def split(told: Sequence[Told], listed: int) -> tuple[list[Told], Template | None]:
    """What a look brought with the edits of descriptions that are the board's alone marked so, and what the board edited."""
    rewritten = {one.key: one for one in told if one.kind == "revised" and any(change.field == "description" for change in one.changes)}
    if not enough(len(rewritten), listed):
        return list(told), None
    edits = {key: passages(one.before.description if one.before else "", one.after.description) for key, one in rewritten.items()}
    common = shared(edits, listed)
    edited = tuple(rewritten[key] for key, edit in edits.items() if edit & common.keys())
    if not edited:
        return list(told), None
    alone = {key for key, edit in edits.items() if edit and edit <= common.keys()}
    marked = [replace(one, template=True) if one.key in alone and one.key in rewritten else one for one in told]
    return marked, Template(tuple(Passage(each.old, each.new, count) for each, count in common.items()), edited, listed)


def rows(alerting: Alerting, board: AnyRow, template: Template, at: datetime) -> Iterator[dict[str, object]]:
    """An alert for each rule and channel that wants descriptions told and has postings among the edited ones; about no single posting."""
    for rule in alerting.settings.rules:
        if rule.mode == "digest" or "revised" not in rule.on or "description" not in rule.fields:
            continue
        message = _message(alerting, rule, board, template, at)
        if message.rules:
            row: dict[str, object] = {
                "rule": rule.name,
                "kind": "revised",
                "why": "; ".join(why.words for why in message.why),
                "posting_id": None,
                "for_digest": False,
            }
            for channel in alerting.channels(rule):
                yield row | {"channel": channel, "message": dump(message)}


def _message(alerting: Alerting, rule: Rule, board: AnyRow, template: Template, at: datetime) -> TemplateMessage:
    fitting = [(one, why) for one in template.edited if (why := _why(alerting, rule, board, one))]
    roles = tuple(role(board, one.key, one.after, one.first_seen_at, one.repost) for one, _ in fitting)
    return TemplateMessage(
        board=board.board,
        company=board.company,
        url=board.url,
        at=at,
        passages=template.passages,
        edited=len(template.edited),
        listed=template.listed,
        rules=(RuleCount(rule.name, roles),) if roles else (),
        why=tuple(dict.fromkeys(why for _, why in fitting)),
        mention=rule.mention,
    )


def _why(alerting: Alerting, rule: Rule, board: AnyRow, one: Told) -> Why | None:
    """The rule's words in a posting that it fits before and after; one that it begins or ceases to fit is told by itself."""
    matcher = alerting.matchers[rule.name]
    before, after = (matcher.explain(candidate(board.board, board.company, posting)) for posting in (one.before or one.after, one.after))
    return Why(rule.name, after.words) if before.fits and after.fits else None
