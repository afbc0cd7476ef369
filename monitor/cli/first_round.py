"""Messages of `run` about its first round, and about the next check when it has ended."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Engine, func, select

from monitor.config.model import Settings
from monitor.database.engine import read_transaction
from monitor.database.tables import Board, CheckRound
from monitor.database.trouble import DATABASE_ERRORS
from monitor.delivery import open_items, pack
from monitor.history import due
from monitor.notify.wording import span
from monitor.text.values import counted

_POLL_EVERY = 0.5  # seconds
_NEARLY = 0.85  # of a board's interval: each check is a little earlier by chance


class FirstBoards(NamedTuple):
    """The number of boards that the first round checks, and of those whose host asked to wait."""

    now: int
    later: int

    @property
    def words(self) -> str:
        """Return `Checking 5 boards now; Ctrl-C stops`."""
        later = (
            f"{counted(self.later, 'board')} later, as "
            f"{'its' if self.later == 1 else 'their'} host asked"
        )
        said = [f"{counted(self.now, 'board')} now"] * bool(self.now) + [later] * bool(self.later)
        return f"Checking {', '.join(said)}; Ctrl-C stops"


def first_boards(engine: Engine, settings: Settings, now: datetime) -> FirstBoards:
    """Return the boards that a daemon checks when it starts now."""
    with read_transaction(engine) as connection:
        waiting = due.ats_that_wait(connection, now)
    wait = [board.board.partition(":")[0] in waiting for board in settings.boards if board.enabled]
    return FirstBoards(wait.count(False), wait.count(True))


def last_round(engine: Engine) -> int:
    """Return the id of the newest round, 0 for none."""
    with read_transaction(engine) as connection:
        return connection.scalar(select(func.max(CheckRound.id))) or 0


async def announce_next_check(
    engine: Engine, after: int | None, say: Callable[[str], None], now: Callable[[], datetime]
) -> None:
    """Wait for the first round after that one and its messages, then print the next check.

    None means that there is no first round.
    """
    line = None
    while line is None:
        await asyncio.sleep(_POLL_EVERY)
        try:
            if after is None or await asyncio.to_thread(_has_ended, engine, after, now()):
                line = await asyncio.to_thread(_next_check, engine, now())
        except DATABASE_ERRORS:  # the daemon says it, and goes on
            continue
    say(line)


def _has_ended(engine: Engine, after: int, now: datetime) -> bool:
    """Return True when such a round has ended and its console messages are sent."""
    ended = (
        select(CheckRound.id)
        .where(CheckRound.id > after, CheckRound.finished_at.is_not(None))
        .limit(1)
    )
    with read_transaction(engine) as connection:
        return (
            connection.scalar(ended) is not None
            and not pack.unpacked_alerts(connection)
            and not open_items.is_console_next(connection, now)
        )


def _next_check(engine: Engine, now: datetime) -> str | None:
    """Return `Next check in 15 minutes`, or None when no board is watched."""
    with read_transaction(engine) as connection:
        first = (
            select(Board.next_check_at, Board.every)
            .where(Board.watched, Board.next_check_at.is_not(None))
            .order_by(Board.next_check_at)
        )
        row = connection.execute(first.limit(1)).first()
    if row is None:
        return None
    wait, every = row.next_check_at - now, timedelta(seconds=row.every)
    return f"Next check in {span(every if _NEARLY * every <= wait <= every else wait)}"
