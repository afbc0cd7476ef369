"""Work that is due and not done: the board due for longest, the first message of each channel."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, select

from monitor.config.model import Settings
from monitor.database import tables
from monitor.database.json_values import one_of
from monitor.delivery import open_items, pack
from monitor.history import schedule
from monitor.queries.workers import seconds_without

# a board may be due and not checked: a round over many takes its time
MIN_PATIENCE: Final = timedelta(minutes=10)
MAX_PATIENCE: Final = timedelta(hours=1)
DELIVERY: Final = timedelta(minutes=15)
WORKERS: Final = timedelta(minutes=2)  # without any


@dataclass(frozen=True, slots=True)
class PendingWork:
    """One thing that could be done now and is not done."""

    what: str  # another word when it has moved
    patience: float  # seconds
    words: str  # for a person
    since: datetime | None = None  # when it became due, where that is known


def rounds(connection: Connection, settings: Settings, now: datetime) -> list[PendingWork]:
    """Return the board that is due for longest.

    A running round takes up another board with every check.
    """
    every = [board.every for board in settings.boards if board.enabled]
    patience = max(MIN_PATIENCE, min([*every, MAX_PATIENCE]))
    # the clock was set back: as in `schedule.due_at`
    far = now + max([*every, patience]) + schedule.MAX_RETRY_AFTER
    board = tables.Board
    columns = (board.board, board.next_check_at, board.last_check_at)
    overdue = (
        (board.next_check_at <= now) | board.next_check_at.is_(None) | (board.next_check_at > far)
    )
    query = (
        select(*columns)
        .where(board.watched, overdue)
        .order_by(board.next_check_at.nulls_first(), board.id)
    )
    row = connection.execute(query.limit(1)).first()
    if row is None:
        return []
    read = f"last checked at {_at(row.last_check_at)}" if row.last_check_at else "never checked"
    words = f"{row.board} is due and no round takes it up ({read})"
    return [
        PendingWork(
            f"{row.board} {row.last_check_at} {row.next_check_at}",
            patience.total_seconds(),
            words,
            row.next_check_at,
        )
    ]


def workers(connection: Connection, settings: Settings, age: float) -> list[PendingWork]:
    """Return that no worker is alive, where workers check the boards.

    Before the watchdog's time, which is `age` seconds long, nobody could have started one.
    """
    silent = seconds_without(connection) if settings.workers.queue else None
    if silent is None:
        return []
    words = (
        "boards are checked only when one runs:"
        " start `rolewatch worker` with $ROLEWATCH_DATABASE_URL"
    )
    is_late = min(silent, age) >= WORKERS.total_seconds()
    return [PendingWork("no worker", 0.0, words)] if is_late else []


def messages(connection: Connection, now: datetime) -> list[PendingWork]:
    """Return the first message of each channel that should be sent, and alerts to be packed."""
    return [*_unpacked(connection, now), *_heads(connection, now)]


def _unpacked(connection: Connection, now: datetime) -> Iterator[PendingWork]:
    unpacked = pack.unpacked(now).add_columns(tables.Alert.created_at)
    row = connection.execute(unpacked.limit(1)).first()  # the oldest
    if row is not None:
        words = f"alerts written since {_at(row.created_at)} are not made into messages"
        yield PendingWork(f"alert {row.id}", DELIVERY.total_seconds(), words, row.created_at)


def _heads(connection: Connection, now: datetime) -> Iterator[PendingWork]:
    """Yield late messages. One that waits for a person or for its first try is not late."""
    ids = [head.id for head in open_items.next_per_channel(connection) if head.state != "failed"]
    delivery = tables.Delivery
    columns = (
        delivery.id,
        delivery.channel,
        delivery.created_at,
        delivery.attempts,
        delivery.next_try_at,
        delivery.reason,
    )
    for row in connection.execute(
        select(*columns).where(one_of(delivery.id, ids)).order_by(delivery.id)
    ):
        if (
            row.attempts == 0
            and row.reason is None
            and row.next_try_at is not None
            and row.next_try_at > now
        ):
            continue
        words = (
            f"{row.channel}: a message of {_at(row.created_at)} is not delivered "
            f"({row.reason or 'nobody sends it'})"
        )
        yield PendingWork(f"message {row.id}", DELIVERY.total_seconds(), words, row.created_at)


def _at(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M} UTC"
