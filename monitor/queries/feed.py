"""The newest events of all postings or of one rule, as messages: the entries of a feed.

An event is what one check changed of one posting. A rule's events are those with a change that
`rolewatch changes --rule` lists: the rule fits the content after it, or before a revision.
They are found by the stored matches. While these are not up to date, the newest 2,000 changes are
matched instead, so that a feed never matches the whole history.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Final, NamedTuple, cast

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, func, or_, select

from monitor.alerts.wanted import FitChange
from monitor.config.model import Rule, Settings
from monitor.database.columns import AnyRow
from monitor.database.json_values import one_of
from monitor.database.tables import PostingChange, RuleMatch
from monitor.message_parts import FieldChange, Role, RoleKind, Why
from monitor.messages import RoleMessage
from monitor.queries.changes import ChangeFilter, fitting_changes
from monitor.queries.event_roles import before_events, roles_of
from monitor.queries.stored_fits import StoredFits, fits_of
from monitor.rules.matches import rules_up_to_date

LIMIT: Final = 100
_ROWS_OF_ONE: Final = 10  # changes of an event at most: a reopening, and each field
_FEW_MATCHES: Final = 5_000  # up to here, sorting a rule's changes is quicker than walking all
_MATCHED: Final = 2_000  # changes that are matched for a rule without up-to-date matches


class _Event(NamedTuple):
    """One check of one posting that changed it."""

    at: datetime
    check_id: int
    posting_id: int


_EVENT = (PostingChange.at, PostingChange.check_id, PostingChange.posting_id)
_NEWEST_FIRST = tuple(column.desc() for column in _EVENT)
_FITS = and_(
    RuleMatch.posting_id == PostingChange.posting_id,
    or_(
        RuleMatch.version == PostingChange.version,
        and_(PostingChange.kind == "revised", RuleMatch.version == PostingChange.version - 1),
    ),
)


def newest_events(
    connection: Connection, settings: Settings, rule: Rule | None = None, limit: int = LIMIT
) -> list[RoleMessage]:
    """Return the newest events, newest first. `why` has every configured rule that fits."""
    done = rules_up_to_date(connection, settings)
    if rule is None:
        events = _newest(connection, limit)
    elif rule.name in done:
        events = _newest_of(connection, rule, limit)
    else:
        events = _newest_matched(connection, rule, limit)
    return _messages(connection, settings.rules, done, events)


def _newest(connection: Connection, limit: int, *conditions: ColumnElement[bool]) -> list[_Event]:
    """Walk the changes from the newest on. An event has few rows, so that two each suffice."""
    rows = select(*_EVENT).where(*conditions).order_by(*_NEWEST_FIRST)
    for each in (2, _ROWS_OF_ONE):
        found = connection.execute(rows.limit(limit * each)).all()
        events = list(dict.fromkeys(map(_Event._make, found)))
        if len(events) >= limit or len(found) < limit * each:
            break
    return events[:limit]


def _newest_of(connection: Connection, rule: Rule, limit: int) -> list[_Event]:
    """Find the events of a rule by its matches if they are few, else among the newest changes."""
    some = select(RuleMatch.rule).where(RuleMatch.rule == rule.name).limit(_FEW_MATCHES + 1)
    count = connection.scalar(select(func.count()).select_from(some.subquery())) or 0
    if count > _FEW_MATCHES:
        return _newest(connection, limit, exists().where(_FITS, RuleMatch.rule == rule.name))
    rows = select(*_EVENT).select_from(RuleMatch).join(PostingChange, _FITS)
    return _distinct(connection, rows.where(RuleMatch.rule == rule.name), limit)


def _newest_matched(connection: Connection, rule: Rule, limit: int) -> list[_Event]:
    newest = select(PostingChange.at).order_by(PostingChange.at.desc())
    since = connection.scalar(newest.offset(_MATCHED - 1).limit(1))
    fitting = fitting_changes(connection, ChangeFilter(since=since, rules=(rule,)))
    rows = select(*_EVENT).where(one_of(PostingChange.id, sorted(fitting)))
    return _distinct(connection, rows, limit) if fitting else []


def _distinct(connection: Connection, rows: Select[datetime, int, int], limit: int) -> list[_Event]:
    query = rows.distinct().order_by(*_NEWEST_FIRST).limit(limit)
    return [_Event._make(row) for row in connection.execute(query)]


def _messages(
    connection: Connection, rules: Sequence[Rule], done: set[str], events: Sequence[_Event]
) -> list[RoleMessage]:
    changes = _changes(connection, events)
    after = {event: (event.posting_id, rows[-1].version) for event, rows in changes.items()}
    versions = set(after.values())
    fits = fits_of(connection, rules, done, versions | {(one, two - 1) for one, two in versions})
    roles = roles_of(connection, versions, _opened(changes))
    begun = before_events(connection, {event.posting_id for event in events})
    return [
        _message(event, changes[event], roles[after[event]], fits, begun)
        for event in events
        if after[event] in roles
    ]


def _changes(connection: Connection, events: Sequence[_Event]) -> dict[_Event, Sequence[AnyRow]]:
    """Return the changes of each event in the order in which they were stored."""
    if not events:
        return {}
    change = PostingChange
    columns = (change.kind, change.field, change.old, change.new, change.version, change.not_before)
    query = (
        select(*_EVENT, *columns)
        .where(one_of(change.posting_id, sorted({event.posting_id for event in events})))
        .where(one_of(change.check_id, sorted({event.check_id for event in events})))
        .order_by(*_EVENT, change.id)
    )
    grouped = groupby(connection.execute(query), key=lambda row: _Event._make(row[:3]))
    found = {event: list(rows) for event, rows in grouped}
    return {event: found[event] for event in events}


def _opened(changes: Mapping[_Event, Iterable[AnyRow]]) -> set[int]:
    return {
        event.posting_id
        for event, rows in changes.items()
        if any(row.kind == "opened" for row in rows)
    }


def _message(
    event: _Event,
    rows: Sequence[AnyRow],
    role: Role,
    fits: StoredFits,
    begun: Mapping[int, Sequence[tuple[datetime, str]]],
) -> RoleMessage:
    kind = cast("RoleKind", next((row.kind for row in rows if row.kind != "revised"), "revised"))
    version = rows[-1].version
    return RoleMessage(
        kind=kind,
        role=role,
        why=_why(event.posting_id, version, fits, revised=any(row.field for row in rows)),
        at=event.at,
        changes=tuple(
            FieldChange(row.field, row.old or "", row.new or "") for row in rows if row.field
        ),
        not_before=rows[0].not_before,
        version=version,
        before_at=_before(kind, event.at, begun.get(event.posting_id, ())),
    )


def _before(kind: RoleKind, at: datetime, begun: Iterable[tuple[datetime, str]]) -> datetime | None:
    """Return when a closed role had opened, or when a reopened one had closed. None if unseen."""
    ends = {"closed": ("opened", "reopened"), "reopened": ("closed",)}.get(kind, ())
    return max((one for one, what in begun if what in ends and one < at), default=None)


def _why(posting: int, version: int, fits: StoredFits, *, revised: bool) -> tuple[Why, ...]:
    after = fits[posting, version]
    before = fits[posting, version - 1] if revised and version > 1 else after
    names = dict.fromkeys((*after, *before))
    return tuple(
        Why(name, after.get(name) or before.get(name, ""), _turn(name, before, after))
        for name in names
    )


def _turn(rule: str, before: Mapping[str, str], after: Mapping[str, str]) -> FitChange:
    if (rule in before) == (rule in after):
        return ""
    return "now fits" if rule in after else "no longer fits"
