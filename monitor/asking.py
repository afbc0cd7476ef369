"""A `check` beside a running daemon: it asks for a round through the database, and the daemon answers there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import Engine, func, insert, select, update

from monitor import lease, models
from monitor.db import AnyRow, reading

_LOOK_EVERY = 0.2  # seconds


def open_requests(engine: Engine) -> list[AnyRow]:
    """Rounds that were asked for and not run yet, the oldest first."""
    with reading(engine) as connection:
        unanswered = models.RoundRequest.finished_at.is_(None)
        return list(connection.execute(select(models.RoundRequest.__table__).where(unanswered).order_by(models.RoundRequest.id)))


def answer(engine: Engine, request_id: int, round_id: int, now: datetime) -> None:
    """Says which round answered a request."""
    with engine.begin() as connection:
        request = update(models.RoundRequest).where(models.RoundRequest.id == request_id)
        connection.execute(request.values(round_id=round_id, finished_at=now))


async def ask(engine: Engine, names: Sequence[str], *, alerts: bool, announce: bool, clock: Callable[[], datetime]) -> int | None:
    """The id of the round that the running daemon made for us, its messages sent as far as they can be; None when it went away before.

    `names` are the boards to look at; empty for all.
    """
    asked = {"boards": list(names), "alerts": alerts, "announce": announce, "requested_at": clock()}
    request_id = await asyncio.to_thread(_insert, engine, asked)
    while (round_id := await asyncio.to_thread(_answered, engine, request_id)) is None:
        if not await asyncio.to_thread(_is_worked_on, engine, clock()):
            await asyncio.to_thread(_withdraw, engine, request_id, clock())
            return None
        await asyncio.sleep(_LOOK_EVERY)
    while await asyncio.to_thread(_undelivered, engine, round_id) and await asyncio.to_thread(_is_worked_on, engine, clock()):  # noqa: ASYNC110  # another process sets no event of ours
        await asyncio.sleep(_LOOK_EVERY)
    return round_id


def _insert(engine: Engine, asked: dict[str, object]) -> int:
    with engine.begin() as connection:
        made: int = connection.execute(insert(models.RoundRequest).values(**asked).returning(models.RoundRequest.id)).scalar_one()
        return made


def _answered(engine: Engine, request_id: int) -> int | None:
    with reading(engine) as connection:
        return connection.execute(select(models.RoundRequest.round_id).where(models.RoundRequest.id == request_id)).scalar()


def _is_worked_on(engine: Engine, now: datetime) -> bool:
    with reading(engine) as connection:
        return lease.running(connection, now) is not None


def _withdraw(engine: Engine, request_id: int, now: datetime) -> None:
    with engine.begin() as connection:
        connection.execute(update(models.RoundRequest).where(models.RoundRequest.id == request_id).values(finished_at=now))


def _undelivered(engine: Engine, round_id: int) -> int:
    """Alerts of the round whose message is still on its way: not those that wait for a person or a later hour."""
    alert, delivery = models.Alert, models.Delivery
    on_its_way = delivery.state.is_(None) | (delivery.state == "sending") | ((delivery.state == "pending") & delivery.next_try_at.is_(None))
    query = select(func.count()).select_from(alert).outerjoin(delivery, delivery.delivery_id == alert.delivery_id)
    with reading(engine) as connection:
        return connection.execute(query.where(alert.round_id == round_id, on_its_way)).scalar_one()
