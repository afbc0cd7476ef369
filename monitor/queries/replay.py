"""Replay stored history with today's rules: the alerts each would have sent, and why it fits.

Rules decide as in a check, through the same `wanted`. Each stored content is matched once and
forgotten unless a rule fits it, so that half a year of fifty boards takes seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby, starmap
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, or_, select

from monitor.alerts.alerting import Alerting
from monitor.alerts.wanted import wanted, wants_board_wide_edits
from monitor.config.model import Rule, Settings
from monitor.config.values import Kind
from monitor.database.tables import Board, Description, Posting, PostingChange, PostingVersion
from monitor.history.board_wide_edits import StoredEdit, board_wide_edits
from monitor.rules.candidates import candidate_columns, candidate_from_row
from monitor.rules.matcher import Explanation

_AT_ONCE = 1_000  # rows in memory
Progress = Callable[[int], None]  # contents read so far


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
        connection, alerting, since, _fitting_contents(connection, alerting, since, progress)
    )


def decide_again(
    connection: Connection, alerting: Alerting, since: datetime, fitting: FittingContents
) -> Iterator[ReplayedAlert]:
    """Yield the alerts of these contents, first summaries before all else."""
    yield from sorted(fitting.summaries, key=lambda telling: telling.at)
    edits = board_wide_edits(connection, since)
    changes = connection.execution_options(yield_per=_AT_ONCE).execute(
        _CHANGES.where(PostingChange.at >= since)
    )
    for check_id, look in groupby(starmap(_Change, changes), key=lambda row: row.check_id):
        edit = edits.get(check_id)
        if edit is not None:
            yield from _replay_board_wide_edit(alerting, edit, fitting.contents)
        alone = edit.edit.alone if edit is not None else frozenset()
        for _, event in groupby(look, key=lambda row: row.posting_id):
            yield from _tellings(alerting, list(event), fitting.contents, alone)


@dataclass(frozen=True, slots=True)
class Content:
    """A stored content with the explanations of the rules that fit it."""

    posting: str | None
    company: str
    title: str
    url: str
    fits: Mapping[str, Explanation]  # by rule


Contents = Mapping[tuple[int, int], Content]  # by the posting's id and the version's number


@dataclass(frozen=True, slots=True)
class FittingContents:
    """Contents that a rule fits, with their successors, and the first summaries."""

    contents: dict[tuple[int, int], Content] = field(default_factory=dict)
    summaries: list[ReplayedAlert] = field(default_factory=list)


def _fitting_contents(
    connection: Connection, alerting: Alerting, since: datetime, progress: Progress
) -> FittingContents:
    fitting = FittingContents()
    version = PostingVersion
    statement = _versions(alerting.settings.rules).where(
        or_(version.valid_to.is_(None), version.valid_to >= since)
    )
    rows = connection.execution_options(yield_per=_AT_ONCE).execute(
        statement.order_by(version.posting_id, version.number)
    )
    followed = None
    for count, row in enumerate(rows.mappings()):
        content = _content(alerting, row)
        place = (row["posting_id"], row["number"])
        if content.fits or place == followed:
            fitting.contents[place] = content
        followed = (place[0], place[1] + 1) if content.fits else None
        if row["baseline"] and row["number"] == 1 and row["first_seen_at"] >= since:
            fitting.summaries.extend(summaries_of(alerting, content, row["valid_from"]))
        if count % _AT_ONCE == 0:
            progress(count)
    return fitting


def _versions(rules: Sequence[Rule]) -> Select[Any]:
    version = PostingVersion
    own = (
        version.posting_id,
        version.number,
        version.valid_from,
        version.url,
        Posting.key,
        Posting.baseline,
        Posting.first_seen_at,
    )
    query = select(*own, *candidate_columns(rules)).join(Posting, Posting.id == version.posting_id)
    query = query.join(Board, Board.id == Posting.board_id)
    return query.join(Description, Description.digest == version.description_digest)


def _content(alerting: Alerting, row: Mapping[Any, Any]) -> Content:
    read = candidate_from_row(row)
    explained = {name: matcher.explain(read) for name, matcher in alerting.matchers.items()}
    fits = {name: word for name, word in explained.items() if word.fits}
    return Content(f"{read.board}:{row['key']}", read.company, read.title, row["url"], fits)


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
            told = _telling(
                alerting,
                rule,
                content,
                kind="revised",
                at=stored.at,
                words="; ".join(dict.fromkeys(fitting)),
            )
            yield replace(told, fields=("description",))


def _tellings(
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
            told = _telling(alerting, rule, after, kind=kind, at=first.at, words=sent.why.words)
            yield replace(told, turn=sent.why.fit_change, fields=sent.fields)


def _explanation(rule: Rule, content: Content | None) -> Explanation:
    """Return the rule's explanation of a content. One that was not kept does not fit."""
    unfit = Explanation(rule.name, fits=False)
    return content.fits.get(rule.name, unfit) if content else unfit


def summaries_of(alerting: Alerting, content: Content, at: datetime) -> Iterator[ReplayedAlert]:
    """Yield what a first summary says of a posting that was open at its board's first check."""
    for rule in alerting.settings.rules:
        if why := content.fits.get(rule.name):
            yield _telling(alerting, rule, content, kind="summary", at=at, words=why.words)


def _telling(
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
