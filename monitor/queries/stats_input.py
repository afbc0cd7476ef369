"""The input of statistics as values: a board's days, how long postings were open, what they pay."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Boolean, ColumnElement, Connection, Float, Text, column, or_, select, table

from monitor.database.columns import UtcDateTime
from monitor.database.json_values import one_of
from monitor.queries.roles import left_behind
from monitor.queries.view_tables import reader

_POSTINGS = table(
    "postings",
    *(
        column(name, Text())
        for name in (
            "posting",
            "board",
            "company",
            "department",
            "state",
            "pay_currency",
            "pay_period",
            "repost_of",
        )
    ),
    *(column(name, UtcDateTime()) for name in ("last_seen_at", "closed_at")),
    *(column(name, Float()) for name in ("pay_min", "pay_max")),
)
_LIFETIMES = table(
    "posting_lifetimes",
    *(column(name, Text()) for name in ("posting", "board", "company")),
    *(column(name, UtcDateTime()) for name in ("opened_latest", "closed_earliest")),
    *(column(name, Boolean()) for name in ("left_censored", "right_censored")),
)
_DAYS = table(
    "daily_counts",
    *(
        column(name)
        for name in ("day", "board", "company", "open", "opened", "closed", "revised", "reopened")
    ),
)


class Spell(NamedTuple):
    """For how long a posting was open, and whether it closed then."""

    days: float
    closed: bool


@dataclass(frozen=True, slots=True)
class Day:
    """A board's day in UTC."""

    day: date
    company: str
    open: int | None  # at its end; None where nobody knows
    opened: int
    closed: int
    revised: int
    reopened: int
    board: str = ""


@dataclass(frozen=True, slots=True)
class Role:
    """A posting that was open at some time of the period."""

    company: str
    department: str
    is_open: bool
    pay_min: float | None
    pay_max: float | None
    pay_currency: str | None
    pay_period: str | None

    @property
    def discloses(self) -> bool:
        return self.pay_min is not None or self.pay_max is not None


@dataclass(frozen=True, slots=True)
class OpenTime:
    """The time that a posting was open, for one whose opening was seen."""

    company: str
    department: str
    spell: Spell


@dataclass(frozen=True, slots=True)
class Facts:
    """The input of all statistics."""

    days: list[Day]
    roles: list[Role]
    stays: list[OpenTime]


def facts(connection: Connection, boards: Sequence[str], since: datetime | None) -> Facts:
    """Return the facts of those boards, or of all boards if none is named, from `since` on."""
    days = list(_days(connection, boards, since))
    left = left_behind(connection)
    came_along = _came_along(connection, boards) if left else set()
    departments: dict[str, str] = {}
    seen: dict[str, datetime] = {}
    roles = []
    postings = select(_POSTINGS).where(*_of(_POSTINGS.c.board, boards))
    for row in connection.execution_options(yield_per=5_000).execute(postings):
        departments[row.posting] = row.department or ""
        if row.last_seen_at is not None:
            seen[row.posting] = row.last_seen_at
        is_left = row.state == "open" and row.board in left
        ended = row.last_seen_at if is_left else row.closed_at
        if is_left and row.posting in came_along:
            continue  # the employer's new board has it too
        if since is None or ended is None or ended >= since:
            pay = (row.pay_min, row.pay_max, row.pay_currency, row.pay_period)
            is_open = row.state == "open" and not is_left
            roles.append(Role(row.company, row.department or "", is_open, *pay))
    return Facts(days, roles, list(_stays(connection, boards, since, departments, seen)))


def _came_along(connection: Connection, boards: Sequence[str]) -> set[str]:
    """Return the names of the postings that another one of those boards repeats."""
    repeated = _POSTINGS.c.repost_of
    wanted = [repeated.is_not(None), *_of(_POSTINGS.c.board, boards)]
    return set(connection.scalars(select(repeated).where(*wanted)))


def board_days(connection: Connection, board: str) -> Facts:
    """Return the days of one board alone: no roles, and no open times."""
    return Facts(list(_days(connection, [board], None)), [], [])


def _of(board: ColumnElement[str], boards: Sequence[str]) -> list[ColumnElement[bool]]:
    return [one_of(board, boards)] if boards else []


def _days(connection: Connection, boards: Sequence[str], since: datetime | None) -> Iterator[Day]:
    as_day = reader("day")
    rows = connection.execute(
        select(_DAYS).where(*_of(_DAYS.c.board, boards)).order_by(_DAYS.c.day, _DAYS.c.board)
    )
    for row in rows:
        day = as_day(row.day)
        assert isinstance(day, date)  # no day is null  # noqa: S101
        if since is None or day >= since.astimezone(UTC).date():
            counts = (row.open, row.opened, row.closed, row.revised, row.reopened)
            yield Day(day, row.company, *counts, board=row.board)


def _stays(
    connection: Connection,
    boards: Sequence[str],
    since: datetime | None,
    departments: dict[str, str],
    seen: dict[str, datetime],
) -> Iterator[OpenTime]:
    """Yield open times. A posting that is still open counts until it was last seen.

    On a board that fails that is earlier than now.
    """
    wanted = [
        *_of(_LIFETIMES.c.board, boards),
        or_(_LIFETIMES.c.left_censored.is_(None), ~_LIFETIMES.c.left_censored),
    ]
    if since is not None:
        wanted.append(_LIFETIMES.c.opened_latest >= since)
    for row in connection.execute(select(_LIFETIMES).where(*wanted)):
        end = seen.get(row.posting) if row.right_censored else row.closed_earliest
        days = max(timedelta(0), (end or row.opened_latest) - row.opened_latest) / timedelta(days=1)
        yield OpenTime(
            row.company, departments.get(row.posting, ""), Spell(days, not row.right_censored)
        )
