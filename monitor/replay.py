"""Stored history against today's rules: what each would have told, had it been there from the start, and its word on one posting.

The rules judge as they do when a look is recorded, through the same `Alerting.why`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, islice
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select, true

from crawler.items import Posting
from monitor import models, store
from monitor.alerting import Alerting, candidate
from monitor.db import AnyRow
from monitor.errors import UserError
from monitor.messages import FieldChange
from monitor.queries.naming import Found
from monitor.rules import Explanation, Matcher
from monitor.settings import Kind, Rule, Settings
from monitor.write import Told

_AT_ONCE = 200  # events whose contents are loaded together


@dataclass(frozen=True, slots=True)
class Telling:
    """One thing that one rule would have told."""

    rule: str
    at: datetime
    kind: str  # opened revised closed reopened, or summary: open when its board was first seen
    posting: str
    company: str
    title: str
    url: str
    fields: tuple[str, ...]  # of a revision
    turn: str  # "now fits", "no longer fits", or ""
    words: str
    channels: tuple[str, ...]


def replay(connection: Connection, settings: Settings, since: datetime) -> Iterator[Telling]:
    """What the rules would have told from `since` on, oldest first; first looks come before all else."""
    alerting = Alerting.of(settings)
    yield from _summaries(connection, alerting, since)
    rows = connection.execute(_CHANGES.where(models.PostingChange.at >= since))
    events = (list(group) for _, group in groupby(rows, key=lambda row: (row.check_id, row.posting_id)))
    while some := list(islice(events, _AT_ONCE)):
        contents = _contents(connection, {event[0].posting_id for event in some})
        for event in some:
            yield from _tellings(alerting, event, contents)


_COMPANY = func.coalesce(models.Posting.company, models.Board.company).label("company")
_CHANGES = (
    select(models.PostingChange.__table__, models.Posting.key, models.Board.board, _COMPANY)
    .join(models.Posting, models.Posting.id == models.PostingChange.posting_id)
    .join(models.Board, models.Board.id == models.Posting.board_id)
    .order_by(models.PostingChange.at, models.PostingChange.check_id, models.PostingChange.posting_id, models.PostingChange.id)
)


def _version(*conditions: ColumnElement[bool]) -> Any:  # noqa: ANN401  # a Select of very many columns
    version = models.PostingVersion
    query = select(version.__table__, models.Description.text, models.Posting.key, models.Board.board, _COMPANY)
    query = query.join(models.Posting, models.Posting.id == version.posting_id).join(
        models.Board, models.Board.id == models.Posting.board_id
    )
    return query.join(models.Description, models.Description.digest == version.description_digest).where(*conditions)


def _contents(connection: Connection, posting_ids: set[int]) -> dict[tuple[int, int], Posting]:
    """Every stored content of those postings, by posting and number."""
    rows = connection.execute(_version(models.PostingVersion.posting_id.in_(posting_ids)))
    return {(row.posting_id, row.number): store.content(row) for row in rows}


def _tellings(alerting: Alerting, event: Sequence[AnyRow], contents: dict[tuple[int, int], Posting]) -> Iterator[Telling]:
    first = event[0]
    after = contents.get((first.posting_id, first.version))
    if after is None:
        return
    kind: Kind = next((row.kind for row in event if row.kind != "revised"), "revised")
    before = contents.get((first.posting_id, first.version - 1)) if kind in ("revised", "reopened") else None
    changes = tuple(FieldChange(row.field, row.old or "", row.new or "") for row in event if row.field)
    told = Told(kind, first.posting_id, first.key, before, after, changes)
    for rule in alerting.settings.rules:
        why = alerting.why(rule, first, told)
        if why is not None:
            yield _telling(alerting, rule, first, after, kind=kind, at=first.at, words=why.words, turn=why.turn, fields=changes)


def _summaries(connection: Connection, alerting: Alerting, since: datetime) -> Iterator[Telling]:
    """The postings that were open when their board was first seen, and fit."""
    posting = models.Posting
    rows = connection.execute(_version(posting.baseline.is_(true()), posting.first_seen_at >= since, models.PostingVersion.number == 1))
    for row in rows:
        content = store.content(row)
        for rule in alerting.settings.rules:
            found = alerting.matchers[rule.name].explain(candidate(row.board, row.company, content))
            if found.fits:
                yield _telling(alerting, rule, row, content, kind="summary", at=row.valid_from, words=found.words)


def _telling(
    alerting: Alerting,
    rule: Rule,
    board: AnyRow,
    posting: Posting,
    *,
    kind: str,
    at: datetime,
    words: str,
    turn: str = "",
    fields: Sequence[FieldChange] = (),
) -> Telling:
    return Telling(
        rule=rule.name,
        at=at,
        kind=kind,
        posting=f"{board.board}:{posting.key}",
        company=board.company,
        title=posting.title,
        url=posting.url,
        fields=tuple(change.field for change in fields),
        turn=turn,
        words=words,
        channels=alerting.channels(rule),
    )


def explain(connection: Connection, rules: Sequence[Rule], found: Found) -> list[Explanation]:
    """Each rule's word on the newest content of a posting. Raises UserError for a posting that nobody could read yet."""
    version = models.Posting.version == models.PostingVersion.number
    row = connection.execute(_version(models.Posting.id == found.id, version)).one_or_none()
    if row is None:
        raise UserError(f"{found.posting} is listed, but could not be read yet: there is nothing that a rule could fit")
    content = candidate(row.board, row.company, store.content(row))
    return [Matcher(rule).explain(content) for rule in rules]
