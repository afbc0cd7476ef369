"""Board-wide edits: most descriptions of a board change in the same passages.

Each posting has its own `revised` change, and a channel gets one message.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.alerts.alerting import Alerting, role_of
from monitor.alerts.wanted import wants_board_wide_edits, why_board_wide
from monitor.config.model import Rule
from monitor.database.board_row import BoardRow
from monitor.history.decide import BoardChanges
from monitor.history.template_edits import Passage as Edited
from monitor.history.template_edits import find_in, is_majority, passages
from monitor.history.values import PostingEvent
from monitor.messages import BoardWideEdit, Passage, RuleCount, Why, dump

Passages = Mapping[str, frozenset[Edited]]  # by the posting's key


@dataclass(frozen=True, slots=True)
class CommonEdit:
    """The passages that were edited in most of a board's postings."""

    passages: tuple[Passage, ...]
    edited: tuple[PostingEvent, ...]
    listed: int


def compare(events: BoardChanges, listed: int) -> Passages:
    """Return the edited passages of each description, by key. Empty if too few were edited.

    Comparing texts takes seconds.
    """
    edited = {
        event.stored.key: (event.before, event.after)
        for event in events.revised
        if event.before.description != event.after.description
    }
    if not is_majority(len(edited), listed):
        return {}
    return {
        key: passages(before.description, after.description)
        for key, (before, after) in edited.items()
    }


def mark_common_edits(
    events: Sequence[PostingEvent], listed: int, compared: Passages | None = None
) -> tuple[list[PostingEvent], CommonEdit | None]:
    """Mark the events whose description changed only board-wide. Return them and the common edit.

    `compared` are the passages from `compare`. Missing ones are compared here.
    """
    known = compared or {}
    rewritten = {
        event.key: event
        for event in events
        if event.kind == "revised"
        and any(change.field == "description" for change in event.changes)
    }
    if not is_majority(len(rewritten), listed):
        return list(events), None
    edit = find_in(
        {key: known[key] if key in known else _passages(event) for key, event in rewritten.items()},
        listed,
    )
    if edit is None:
        return list(events), None
    marked = [
        replace(event, template=True) if event.key in edit.alone else event for event in events
    ]
    common = tuple(Passage(each.old, each.new, count) for each, count in edit.passages.items())
    return marked, CommonEdit(common, tuple(rewritten[key] for key in edit.edited), listed)


def _passages(event: PostingEvent) -> frozenset[Edited]:
    return passages(event.before.description if event.before else "", event.after.description)


def rows(
    alerting: Alerting, board: BoardRow, template: CommonEdit, at: datetime
) -> Iterator[dict[str, object]]:
    """Return an alert row for each rule and channel that wants the edit, without a posting."""
    for rule in alerting.settings.rules:
        message = (
            _message(alerting, rule, board, template, at) if wants_board_wide_edits(rule) else None
        )
        if message is not None and message.rules:
            row: dict[str, object] = {
                "rule": rule.name,
                "kind": "revised",
                "why": "; ".join(why.words for why in message.why),
                "posting_id": None,
                "for_digest": False,
            }
            for channel in alerting.channels(rule):
                yield row | {"channel": channel, "message": dump(message)}


def _message(
    alerting: Alerting, rule: Rule, board: BoardRow, template: CommonEdit, at: datetime
) -> BoardWideEdit:
    fitting = [
        (event, why) for event in template.edited if (why := _why(alerting, rule, board, event))
    ]
    roles = tuple(
        role_of(board, event.key, event.after, event.first_seen_at, event.repost)
        for event, _ in fitting
    )
    return BoardWideEdit(
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


def _why(alerting: Alerting, rule: Rule, board: BoardRow, event: PostingEvent) -> Why | None:
    before, after = (
        alerting.explain(rule.name, board, posting)
        for posting in (event.before or event.after, event.after)
    )
    return why_board_wide(rule, before, after)
