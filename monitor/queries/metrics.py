"""The numbers of /metrics, in the words of the contract."""

from __future__ import annotations

from datetime import datetime
from itertools import starmap
from typing import Final, NamedTuple

from sqlalchemy import Connection, func, select, text

from monitor.database import tables
from monitor.queries.alerts import ALERTS

RESULTS: Final = ("snapshot", "unchanged", "failure")
BOARD_STATES: Final = ("new", "ok", "failing", "collapsed", "unwatched")
ALERT_STATES: Final = ("pending", "sending", "sent", "held", "failed", "expired", "discarded")
# undelivered; what is `held` waits for its digest or for the end of quiet hours
LATE: Final = ("pending", "sending", "failed")
_BOARDS = text("SELECT board, state, open_postings, last_ok_at FROM boards ORDER BY board")


def ended_rounds(connection: Connection) -> int:
    """Return the id of the last round that has ended with no earlier one under way, 0 for none."""
    rounds = tables.CheckRound
    running = connection.scalar(select(func.min(rounds.id)).where(rounds.finished_at.is_(None)))
    newest = select(func.max(rounds.id))
    return connection.scalar(newest if running is None else newest.where(rounds.id < running)) or 0


class CheckSums(NamedTuple):
    """The number of checks that ended with one result, and their sums."""

    result: str
    checks: int
    opened: int
    revised: int
    closed: int
    reopened: int
    unreadable: int
    bytes: int


def checks_by_result(connection: Connection, after: int, last: int) -> list[CheckSums]:
    """Return the checks of the rounds in `(after, last]`, a row for each result."""
    check = tables.BoardCheck
    sums = [func.sum(getattr(check, name)) for name in CheckSums._fields[2:]]
    query = select(check.result, func.count(), *sums)
    rows = connection.execute(
        query.where(check.round_id > after, check.round_id <= last).group_by(check.result)
    )
    return list(starmap(CheckSums, rows))


def durations(connection: Connection, after: int, last: int) -> list[float]:
    """Return the seconds that each of the rounds in `(after, last]` took."""
    rounds = tables.CheckRound
    query = select(rounds.started_at, rounds.finished_at).where(
        rounds.id > after, rounds.id <= last, rounds.finished_at.is_not(None)
    )
    return [
        max(0.0, (row.finished_at - row.started_at).total_seconds())
        for row in connection.execute(query)
    ]


class BoardState(NamedTuple):
    """A board's state, open postings and last good check."""

    board: str
    state: str
    open_postings: int
    last_ok_at: datetime | None


def boards(connection: Connection) -> list[BoardState]:
    """Return the state of every board."""
    rows = connection.execute(_BOARDS.columns(last_ok_at=tables.Board.last_ok_at.type))
    return list(starmap(BoardState, rows))


def alerts(connection: Connection) -> dict[str, int]:
    """Return how many alerts are in each state."""
    query = select(ALERTS.c.state, func.count()).group_by(ALERTS.c.state)
    # a row is no pair
    return dict.fromkeys(ALERT_STATES, 0) | {  # noqa: C416
        state: count for state, count in connection.execute(query)
    }


def oldest_undelivered(connection: Connection) -> datetime | None:
    """Return when the oldest alert that should be delivered by now was written."""
    oldest: datetime | None = connection.scalar(
        select(func.min(ALERTS.c.created_at)).where(ALERTS.c.state.in_(LATE))
    )
    return oldest
