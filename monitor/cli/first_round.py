"""Print when the next check is, once the first round of `run` has ended."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, func, select

from monitor.database.engine import read_transaction
from monitor.database.tables import Board, CheckRound, Delivery
from monitor.database.trouble import DATABASE_ERRORS
from monitor.notify.wording import span

_LOOK_EVERY = 0.5  # seconds
_NEARLY = 0.85  # of a board's interval: each check is a little earlier by chance
_PATIENCE = 10  # looks for the round's messages to be sent, so that the line stands below them


def last_round(engine: Engine) -> int:
    """Return the id of the newest round; 0 for none."""
    with read_transaction(engine) as connection:
        return connection.scalar(select(func.max(CheckRound.id))) or 0


async def announce_next_check(
    engine: Engine, after: int, say: Callable[[str], None], now: Callable[[], datetime]
) -> None:
    """Wait for the first round after that one and for its messages, then say when the next check is."""
    patience = _PATIENCE
    while True:
        await asyncio.sleep(_LOOK_EVERY)
        try:
            ended, waits = await asyncio.to_thread(_look, engine, after)
        except DATABASE_ERRORS:  # the daemon says it, and goes on
            continue
        patience -= ended
        if ended and (not waits or patience <= 0):
            break
    if (line := await asyncio.to_thread(_next_check, engine, now())) is not None:
        say(line)


def _look(engine: Engine, after: int) -> tuple[bool, bool]:
    """Whether such a round has ended, and whether a message waits that could go now."""
    ended = (
        select(CheckRound.id)
        .where(CheckRound.id > after, CheckRound.finished_at.is_not(None))
        .limit(1)
    )
    with read_transaction(engine) as connection:
        return connection.scalar(ended) is not None, _waits(connection)


def _waits(connection: Connection) -> bool:
    return (
        connection.scalar(
            select(Delivery.id).where(Delivery.state.in_(("pending", "sending"))).limit(1)
        )
        is not None
    )


def _next_check(engine: Engine, now: datetime) -> str | None:
    """`Next check in 15 minutes`; None when no board is watched any more."""
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
