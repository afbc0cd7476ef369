"""Query one person's Home: changes since yesterday, their saved roles and their watches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from itertools import groupby
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, func, or_, select

from monitor.config.model import Settings
from monitor.database.json_values import in_json_list, json_list, one_of
from monitor.database.tables import Board, Posting, PostingChange, RuleMatch, Saved
from monitor.message_parts import FieldChange, RoleKind
from monitor.queries.roles import RoleFilter, find_roles
from monitor.queries.status import count_fitting
from monitor.queries.view_tables import POSTINGS, all_columns, run_listing
from monitor.rules.matches import rules_up_to_date
from monitor.rules.watches import WatchRule, current_watches

Row = Mapping[str, Any]
NEWS: Final = 100  # roles with news that are read
_LONGEST: Final = 1000  # characters of a changed value: more are never shown


@dataclass(frozen=True, slots=True)
class RoleNews:
    """The net change of one role since yesterday."""

    row: Row  # of `postings`
    kind: RoleKind
    changes: tuple[FieldChange, ...]  # of a revision, without what changed back
    opened_too: bool = False  # a closed role that opened in the same time
    opened_at: datetime | None = None  # a closed role: when it had opened, if that was seen


@dataclass(frozen=True, slots=True)
class PersonalLists:
    """The three lists of App Home."""

    news: Sequence[RoleNews]
    saved: Sequence[Row]
    watches: Sequence[tuple[WatchRule, int]]  # each with its number of open roles
    boards: int
    read_at: datetime | None  # the last check that read a board
    at: datetime | None = None  # now


def personal_lists(
    connection: Connection, settings: Settings, user: str, now: datetime
) -> PersonalLists:
    """Return what App Home shows to a person."""
    watches = current_watches(connection, user)
    saved = find_roles(connection, RoleFilter(status="all", saved_by=user)).rows
    zone = settings.alerts.timezone
    yesterday = now.astimezone(zone).date() - timedelta(days=1)
    since = datetime.combine(yesterday, time(), zone)
    watched = select(func.count(), func.max(Board.last_ok_at)).where(Board.watched)
    boards, read_at = connection.execute(watched).one()
    return PersonalLists(
        list(_news(connection, user, watches, since)),
        saved,
        _count_open(connection, settings, watches),
        boards,
        read_at,
        now,
    )


def _count_open(
    connection: Connection, settings: Settings, watches: Sequence[WatchRule]
) -> list[tuple[WatchRule, int]]:
    """Return each watch with its number of open roles.

    They are counted by the stored matches. A new watch, which has none yet, reads every role.
    """
    matched = rules_up_to_date(connection, replace(settings, rules=tuple(watches)))
    counts = []
    for watch in watches:
        if watch.name in matched:
            counts.append((watch, count_fitting(connection, [watch.name])))
        else:
            wanted = RoleFilter(watch.boards, "open", rules=(watch,))
            counts.append((watch, len(find_roles(connection, wanted).rows)))
    return counts


class _Change(NamedTuple):
    posting_id: int
    name: str
    at: datetime
    kind: str
    field: str | None
    old: str | None
    new: str | None


def _news(
    connection: Connection, user: str, watches: Sequence[WatchRule], since: datetime
) -> Iterator[RoleNews]:
    """Yield the net change of each role that is saved or fits a watch, the newest last.

    A watch counts the changes from its beginning on: before, they were no news for its person.
    """
    begun = {watch.name: watch.begun for watch in watches}
    changes = list(_changes(connection, user, begun, since))
    found = {
        posting_id: list(of)
        for posting_id, of in groupby(changes, key=lambda change: change.posting_id)
    }
    latest = sorted(found, key=lambda posting_id: found[posting_id][-1].at)[-NEWS:]
    rows = _rows(connection, [found[posting_id][0].name for posting_id in latest])
    opened = _opened(connection, latest)
    for posting_id in latest:
        row = rows.get(found[posting_id][0].name)
        if row is not None and (one := _net(row, found[posting_id], opened.get(posting_id))):
            yield one


def _changes(
    connection: Connection, user: str, begun: Mapping[str, datetime], since: datetime
) -> Iterator[_Change]:
    change = PostingChange
    mine = select(Saved.posting_id).where(Saved.user_id == user)
    fitting = select(RuleMatch.posting_id).where(one_of(RuleMatch.rule, begun))
    columns = (
        change.posting_id,
        Posting.name,
        change.at,
        change.kind,
        change.field,
        change.old,
        change.new,
    )
    query = (
        select(*columns)
        .join(Posting, Posting.id == change.posting_id)
        .where(change.at >= since, or_(change.posting_id.in_(mine), change.posting_id.in_(fitting)))
        .order_by(change.posting_id, change.id)
    )
    saved_at = dict(
        connection.execute(select(Saved.posting_id, Saved.at).where(Saved.user_id == user)).all()
    )
    rules: dict[int, list[str]] = {}
    for posting_id, rule in connection.execute(
        select(RuleMatch.posting_id, RuleMatch.rule).where(one_of(RuleMatch.rule, begun)).distinct()
    ):
        rules.setdefault(posting_id, []).append(rule)
    for row in connection.execute(query):
        one = _Change(*row)
        known_since = [begun[rule] for rule in rules.get(one.posting_id, ())]
        known_since += [saved_at[one.posting_id]] if one.posting_id in saved_at else []
        if any(one.at >= moment for moment in known_since):
            yield one


def _rows(connection: Connection, names: Sequence[str]) -> dict[str, Row]:
    query = select(all_columns("postings")).select_from(POSTINGS)
    found = run_listing(connection, query.where(one_of(POSTINGS.c.posting, names)))
    return {str(row["posting"]): row for row in found.rows}


def _opened(connection: Connection, postings: Sequence[int]) -> dict[int, datetime]:
    """Return when each posting last opened, of those whose opening was seen."""
    change = PostingChange
    query = (
        select(change.posting_id, func.max(change.at))
        .where(change.kind.in_(("opened", "reopened")), in_json_list(change.posting_id, "ids"))
        .group_by(change.posting_id)
    )
    return {row[0]: row[1] for row in connection.execute(query, {"ids": json_list(postings)})}


def _net(row: Row, changes: Sequence[_Change], opened_at: datetime | None) -> RoleNews | None:
    """Return what the changes come to. None if a role changed and changed back."""
    moves = [change.kind for change in changes if change.kind != "revised"]
    fields = _fields(changes)
    if moves and moves[-1] == "closed":
        return RoleNews(row, "closed", (), opened_too="opened" in moves, opened_at=opened_at)
    if "opened" in moves:
        return RoleNews(row, "opened", ())
    if moves and moves[0] == "reopened":
        return RoleNews(row, "reopened", ())
    return RoleNews(row, "revised", fields) if fields else None


def _fields(changes: Sequence[_Change]) -> tuple[FieldChange, ...]:
    """Return each field from its first old value to its last new one, if they differ."""
    first: dict[str, str] = {}
    last: dict[str, str] = {}
    for change in changes:
        if change.field is not None:
            first.setdefault(change.field, change.old or "")
            last[change.field] = change.new or ""
    return tuple(
        FieldChange(name, old[:_LONGEST], last[name][:_LONGEST])
        for name, old in first.items()
        if old != last[name] or name == "description"
    )
