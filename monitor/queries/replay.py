"""Replay stored history with today's rules: the alerts each would have sent, and why it fits.

Rules decide as in a check, through the same `wanted`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby, starmap
from typing import NamedTuple

from sqlalchemy import Connection, select

from monitor.alerts.alerting import Alerting
from monitor.alerts.wanted import wanted, wants_board_wide_edits
from monitor.config.model import Rule, Settings
from monitor.config.values import Kind
from monitor.database.tables import PostingChange
from monitor.queries.fitting_contents import (
    AT_ONCE,
    Content,
    Contents,
    FittingContents,
    Progress,
    fitting_contents,
)
from monitor.queries.stored_edits import StoredEdit, board_wide_edits
from monitor.rules.matcher import Explanation


@dataclass(frozen=True, slots=True)
class ReplayedAlert:
    """One alert that one rule would have sent."""

    rule: str
    at: datetime
    kind: str  # opened revised closed reopened, or summary: open when its board was first seen
    posting: str | None  # None of an edit that most of a board's postings share
    company: str
    title: str
    url: str
    fields: tuple[str, ...]  # of a revision
    turn: str  # as `rules test --format json` names it: "now fits", "no longer fits", or ""
    words: str
    channels: tuple[str, ...]


def replay(
    connection: Connection,
    settings: Settings,
    since: datetime,
    progress: Progress = lambda _read: None,
) -> Iterator[ReplayedAlert]:
    """Yield the alerts that the rules would have sent since `since`, oldest first.

    First summaries come before all else.
    """
    alerting = Alerting.of(settings)
    yield from decide_again(
        connection, alerting, since, fitting_contents(connection, alerting, since, progress)
    )


def decide_again(
    connection: Connection, alerting: Alerting, since: datetime, fitting: FittingContents
) -> Iterator[ReplayedAlert]:
    """Yield the alerts of these contents, first summaries before all else."""
    for content, at in sorted(fitting.first, key=lambda first: first[1]):
        yield from _summaries(alerting, content, at)
    edits = board_wide_edits(connection, since)
    changes = connection.execution_options(yield_per=AT_ONCE).execute(
        _CHANGES.where(PostingChange.at >= since)
    )
    for check_id, found in groupby(starmap(_Change, changes), key=lambda row: row.check_id):
        edit = edits.get(check_id)
        if edit is not None:
            yield from _replay_board_wide_edit(alerting, edit, fitting.contents)
        alone = edit.edit.alone if edit is not None else frozenset()
        for _, event in groupby(found, key=lambda row: row.posting_id):
            yield from _posting_alerts(alerting, list(event), fitting.contents, alone)


class _Change(NamedTuple):
    check_id: int
    posting_id: int
    at: datetime
    kind: Kind
    field: str | None
    version: int


_CHANGES = select(*(getattr(PostingChange, name) for name in _Change._fields)).order_by(
    PostingChange.at, PostingChange.check_id, PostingChange.posting_id, PostingChange.id
)


def _replay_board_wide_edit(
    alerting: Alerting, stored: StoredEdit, contents: Contents
) -> Iterator[ReplayedAlert]:
    """Yield the alerts of a board-wide edit, one for each rule.

    A rule counts if it fits some of the edited postings before and after.
    """
    for rule in filter(wants_board_wide_edits, alerting.settings.rules):
        places = [(posting, stored.versions[posting]) for posting in stored.edit.edited]
        both = [
            (contents.get((posting, number - 1)), contents.get((posting, number)))
            for posting, number in places
        ]
        fitting = [
            _explanation(rule, after).words
            for before, after in both
            if _explanation(rule, before).fits and _explanation(rule, after).fits
        ]
        if fitting:
            roles = (
                f"the same edit in {len(places)} of {stored.listed} open roles, "
                f"{len(fitting)} of which fit"
            )
            content = Content(None, stored.company, roles, stored.url, {})
            alert = _alert(
                alerting,
                rule,
                content,
                kind="revised",
                at=stored.at,
                words="; ".join(dict.fromkeys(fitting)),
            )
            yield replace(alert, fields=("description",))


def _posting_alerts(
    alerting: Alerting, event: Sequence[_Change], contents: Contents, alone: Collection[int]
) -> Iterator[ReplayedAlert]:
    """Yield the alerts of one check's changes of one posting.

    The description of a posting in `alone` is left out: the alert of the board-wide edit shows it.
    """
    first = event[0]
    after = contents.get((first.posting_id, first.version))
    if after is None:
        return
    kind: Kind = next((row.kind for row in event if row.kind != "revised"), "revised")
    before = contents.get((first.posting_id, first.version - 1))
    fields = tuple(row.field for row in event if row.field)
    left_out = {"description"} if first.posting_id in alone else set()
    without_board_wide = tuple(field for field in fields if field not in left_out)
    for rule in alerting.settings.rules:
        sent = wanted(
            rule,
            kind,
            fields,
            without_board_wide,
            before=_explanation(rule, before) if kind == "revised" else None,
            after=_explanation(rule, after),
        )
        if sent is not None:
            alert = _alert(alerting, rule, after, kind=kind, at=first.at, words=sent.why.words)
            yield replace(alert, turn=sent.why.fit_change, fields=sent.fields)


def _explanation(rule: Rule, content: Content | None) -> Explanation:
    """Return the rule's explanation of a content. One that was not kept does not fit."""
    unfit = Explanation(rule.name, fits=False)
    return content.fits.get(rule.name, unfit) if content else unfit


def _summaries(alerting: Alerting, content: Content, at: datetime) -> Iterator[ReplayedAlert]:
    """Yield the alerts of a posting that was open at its board's first check, one for each rule."""
    for rule in alerting.settings.rules:
        if why := content.fits.get(rule.name):
            yield _alert(alerting, rule, content, kind="summary", at=at, words=why.words)


def _alert(
    alerting: Alerting, rule: Rule, content: Content, *, kind: str, at: datetime, words: str
) -> ReplayedAlert:
    return ReplayedAlert(
        rule=rule.name,
        at=at,
        kind=kind,
        posting=content.posting,
        company=content.company,
        title=content.title,
        url=content.url,
        fields=(),
        turn="",
        words=words,
        channels=alerting.channels(rule),
    )
