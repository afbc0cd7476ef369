"""Known deadlines of open roles, and of roles that closed lately: the events of a calendar.

A deadline's revision number never falls, and rises when the deadline moves, when the role closes,
and when it reopens. Each version whose deadline differs from the one before counts. So does each
closing and reopening. A newer reader may correct a stored version in place, which can undo two such
differences: that counts three. Only a check that reads an unchanged text otherwise, because its
posting states another date of publication, leaves no trace and so no revision.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, func, select
from sqlalchemy.orm import aliased

from monitor.config.model import Rule, Settings
from monitor.database.columns import AnyRow
from monitor.database.json_values import one_of
from monitor.database.tables import (
    Board,
    Posting,
    PostingChange,
    PostingVersion,
    ReadingChange,
    RuleMatch,
)
from monitor.message_parts import Role
from monitor.queries.event_roles import boards_of, content_query, role_from_row
from monitor.queries.roles import left_behind
from monitor.queries.stored_fits import fits_of
from monitor.rules.matches import rules_up_to_date

CANCELLED_FOR: Final = timedelta(days=30)  # after the role has closed
_CORRECTED: Final = 3


@dataclass(frozen=True, slots=True)
class Deadline:
    """The deadline of a role, which has the instant and the posting's own words."""

    role: Role
    revision: int  # from 0; rises when the deadline moves
    changed_at: datetime  # when the role's newest content was first seen, or when it closed
    closed: bool


def find_deadlines(
    connection: Connection, settings: Settings, now: datetime, rule: Rule | None = None
) -> list[Deadline]:
    """Return the deadlines of open roles and of roles closed in the last 30 days, nearest first."""
    ids = _due(connection, now)
    rows = _newest_contents(connection, settings, rule, ids) if ids else []
    boards = boards_of(connection, rows)
    revisions = _revisions(connection, [row.posting_id for row in rows])
    roles = {row.posting_id: role_from_row(row, boards) for row in rows}
    found = [
        Deadline(
            role=roles[row.posting_id],
            revision=revisions[row.posting_id],
            changed_at=row.valid_to or row.valid_from,
            closed=row.valid_to is not None,
        )
        for row in rows
        if roles[row.posting_id].deadline_at is not None
    ]
    return sorted(found, key=lambda one: (one.role.deadline_at or now, one.role.posting))


def _due(connection: Connection, now: datetime) -> list[int]:
    """Return the postings with a deadline that are open, or closed lately.

    They are two queries, so that each reads an index alone.
    """
    known = select(Posting.id).where(Posting.deadline_at.is_not(None))
    opened = known.where(Posting.state == "open")
    left = left_behind(connection)
    if left:
        board_ids = select(Board.id).where(one_of(Board.board, left))
        opened = opened.where(Posting.board_id.not_in(board_ids))
    # with `state = 'closed'` SQLite would walk all closed postings
    closed = known.where(Posting.state != "open", Posting.closed_at > now - CANCELLED_FOR)
    return [*connection.scalars(opened), *connection.scalars(closed)]


def _newest_contents(
    connection: Connection, settings: Settings, rule: Rule | None, ids: Sequence[int]
) -> Sequence[AnyRow]:
    """Return the newest versions of these postings, those alone that the rule fits."""
    query = content_query().where(
        one_of(PostingVersion.posting_id, ids), PostingVersion.number == Posting.version
    )
    if rule is not None and rule.name in rules_up_to_date(connection, settings):
        return connection.execute(query.where(_stored_match(rule))).all()
    rows = connection.execute(query).all()
    return rows if rule is None else _fitting(connection, rule, rows)


def _stored_match(rule: Rule) -> ColumnElement[bool]:
    return exists().where(
        RuleMatch.rule == rule.name,
        RuleMatch.posting_id == PostingVersion.posting_id,
        RuleMatch.version == PostingVersion.number,
    )


def _fitting(connection: Connection, rule: Rule, rows: Sequence[AnyRow]) -> Sequence[AnyRow]:
    """Match a rule whose stored matches are not up to date."""
    places = {(row.posting_id, row.number) for row in rows}
    fits = fits_of(connection, [rule], (), places)
    return [row for row in rows if fits[row.posting_id, row.number]]


def _revisions(connection: Connection, ids: Sequence[int]) -> Counter[int]:
    """Return how often each posting's deadline was revised."""
    found: Counter[int] = Counter()
    if ids:
        for counted, weight in ((_moves, 1), (_ends, 1), (_corrections, _CORRECTED)):
            for row in connection.execute(counted(ids)):
                found[row[0]] += weight * row[1]
    return found


def _moves(ids: Sequence[int]) -> Select[int, int]:
    version, before = PostingVersion, aliased(PostingVersion)
    follows = and_(
        before.posting_id == version.posting_id,
        before.number == version.number - 1,
        before.deadline_at.is_distinct_from(version.deadline_at),
    )
    return (
        select(version.posting_id, func.count())
        .join(before, follows)
        .where(one_of(version.posting_id, ids))
        .group_by(version.posting_id)
    )


def _ends(ids: Sequence[int]) -> Select[int, int]:
    change = PostingChange
    return (
        select(change.posting_id, func.count())
        .where(one_of(change.posting_id, ids), change.kind.in_(("closed", "reopened")))
        .group_by(change.posting_id)
    )


def _corrections(ids: Sequence[int]) -> Select[int, int]:
    change = ReadingChange
    return (
        select(change.posting_id, func.count())
        .where(one_of(change.posting_id, ids), change.field == "deadline")
        .group_by(change.posting_id)
    )
