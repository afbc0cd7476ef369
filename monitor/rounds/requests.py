"""Ask a running daemon for a round, through the database: `check` does that."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, Engine, insert, select, update

from monitor.database import lease, tables
from monitor.database.engine import read_transaction
from monitor.delivery import open_items, pack

_POLL_EVERY = 0.2  # seconds
_PATIENCE = timedelta(seconds=60)  # a Retry-After that is waited for


class OpenRequest(NamedTuple):
    """A requested round that has not run yet."""

    id: int
    boards: list[str]  # empty: all
    alerts: bool
    announce: bool


def open_requests(connection: Connection) -> list[OpenRequest]:
    """Return the requested rounds that have not run yet, the oldest first."""
    request = tables.RoundRequest
    query = select(request.id, request.boards, request.alerts, request.announce)
    unanswered = query.where(request.finished_at.is_(None)).order_by(request.id)
    return [OpenRequest(*row) for row in connection.execute(unanswered)]


def complete_request(engine: Engine, request_id: int, round_id: int, now: datetime) -> None:
    """Store which round answered a request."""
    with engine.begin() as connection:
        request = update(tables.RoundRequest).where(tables.RoundRequest.id == request_id)
        connection.execute(request.values(round_id=round_id, finished_at=now))


async def request_round(
    engine: Engine,
    names: Sequence[str],
    *,
    alerts: bool,
    announce: bool,
    clock: Callable[[], datetime],
) -> int | None:
    """Request a round. Return its id once it ran and its messages are sent, if possible.

    Return None if the daemon ended before. `names` are the boards to check, empty for all.
    """
    request = {
        "boards": list(names),
        "alerts": alerts,
        "announce": announce,
        "requested_at": clock(),
    }
    request_id = await asyncio.to_thread(_insert, engine, request)
    while (round_id := await asyncio.to_thread(_answered, engine, request_id)) is None:
        if not await asyncio.to_thread(_is_worked_on, engine):
            await asyncio.to_thread(_cancel, engine, request_id, clock())
            return None
        await asyncio.sleep(_POLL_EVERY)
    await wait_until_delivered(engine, clock, round_id)
    return round_id


def _insert(engine: Engine, request: dict[str, object]) -> int:
    with engine.begin() as connection:
        made: int = connection.execute(
            insert(tables.RoundRequest).values(**request).returning(tables.RoundRequest.id)
        ).scalar_one()
        return made


def _answered(engine: Engine, request_id: int) -> int | None:
    with read_transaction(engine) as connection:
        return connection.execute(
            select(tables.RoundRequest.round_id).where(tables.RoundRequest.id == request_id)
        ).scalar()


def _is_worked_on(engine: Engine) -> bool:
    with read_transaction(engine) as connection:
        return lease.running(connection) is not None


def _cancel(engine: Engine, request_id: int, now: datetime) -> None:
    with engine.begin() as connection:
        connection.execute(
            update(tables.RoundRequest)
            .where(tables.RoundRequest.id == request_id)
            .values(finished_at=now)
        )


async def wait_until_delivered(
    engine: Engine, clock: Callable[[], datetime], round_id: int | None = None
) -> None:
    """Wait until the daemon has sent the messages of one round or of all.

    Give up a minute after the last progress.
    """
    patience = clock() + _PATIENCE
    fewest = await asyncio.to_thread(_undelivered, engine, patience, round_id)
    while fewest and clock() < patience and await asyncio.to_thread(_is_worked_on, engine):
        await asyncio.sleep(_POLL_EVERY)
        left = await asyncio.to_thread(_undelivered, engine, patience, round_id)
        if left < fewest:
            fewest, patience = left, clock() + _PATIENCE


def _undelivered(engine: Engine, until: datetime, round_id: int | None) -> int:
    with read_transaction(engine) as connection:
        # a message that was taken may have written "works again" just now
        if round_id is not None:
            return open_items.count_moving_of_round(connection, until, round_id)
        return open_items.count_moving(connection, until) + pack.unpacked_alerts(connection)
