"""One worker a database: a lease that its holder renews, and that ends by itself when the holder died."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Engine, select, update
from sqlalchemy.dialects import postgresql, sqlite

from monitor import models
from monitor.db import AnyRow
from monitor.errors import UserError

LIFE = timedelta(seconds=60)
RENEW_EVERY = 10.0  # seconds
_NAME = "worker"
_held_here: set[str] = set()


class Held(UserError):  # noqa: N818  # a state of the database, which `check` waits for
    """Another process works on this database."""

    def __init__(self, row: AnyRow) -> None:
        self.command: str = row.command
        self.pid: int = row.pid
        self.host: str = row.host
        since = f"{row.taken_at:%Y-%m-%d %H:%M} UTC"
        super().__init__(
            f"`rolewatch {self.command}` already works on this database: pid {self.pid} on {self.host}, since {since}; stop it first"
        )


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work on a database; `unclean` names a daemon that held it before and never gave it back."""

    engine: Engine
    holder: str
    unclean: AnyRow | None

    def renew(self, now: datetime) -> bool:
        """Holds it for another minute; False when another process has taken it, because this one slept too long."""
        with self.engine.begin() as connection:
            return _set(connection, self.holder, expires_at=now + LIFE)

    def release(self, now: datetime) -> None:
        """Gives it back."""
        _held_here.discard(self.holder)
        with self.engine.begin() as connection:
            _set(connection, self.holder, expires_at=now, stopped_at=now)


Tell = Callable[[Connection, AnyRow, int], None]


def take(engine: Engine, command: str, clock: Callable[[], datetime], tell: Tell | None = None) -> Lease:
    """The lease, for `command` (run or check). Raises Held. What a holder that died left open is put in order.

    `tell` writes of a daemon that died, given its row and the rounds that it left open, in the transaction that takes its place: whoever
    dies after that has told it, and before that has not followed it.
    """
    now = clock()
    mine = {"holder": uuid4().hex, "command": command, "pid": os.getpid(), "host": socket.gethostname()}
    with engine.begin() as connection:
        before = holder(connection)
        if before is not None and _is_held(before, now):
            raise Held(before)
        if not _put(connection, before, mine | {"taken_at": now, "expires_at": now + LIFE, "stopped_at": None}):
            raise Held(connection.execute(_ROW).one())
        cut_off = end_rounds(connection, now)
        died = before if before is not None and before.stopped_at is None and before.command == "run" else None
        if died is not None and tell is not None:
            tell(connection, died, cut_off)
    _held_here.add(str(mine["holder"]))
    return Lease(engine, str(mine["holder"]), died)


def _put(connection: Connection, before: AnyRow | None, mine: dict[str, object]) -> bool:
    """Writes our row over the one that was read; False when another was quicker between the two."""
    if before is None:
        dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
        first: Any = dialect.insert(models.Lease).values(name=_NAME, **mine).on_conflict_do_nothing()
        return connection.execute(first.returning(models.Lease.holder)).first() is not None
    again = update(models.Lease).where(models.Lease.name == _NAME, models.Lease.holder == before.holder).values(**mine)
    return connection.execute(again).rowcount == 1


_ROW = select(models.Lease.__table__).where(models.Lease.name == _NAME)


def holder(connection: Connection) -> AnyRow | None:
    """The lease's row, whoever held it last; None on a database that nobody has worked on."""
    return connection.execute(_ROW).one_or_none()


def running(connection: Connection, now: datetime) -> AnyRow | None:
    """The row of the process that works on the database now, if one does."""
    row = holder(connection)
    return row if row is not None and _is_held(row, now) else None


def _is_held(row: AnyRow, now: datetime) -> bool:
    return row.stopped_at is None and row.expires_at > now and not _is_dead(row)


def _is_dead(row: AnyRow) -> bool:
    """Is the holder surely gone? Only a process of this machine can be asked; another's lease has to run out."""
    if row.host != socket.gethostname():
        return False
    if row.pid == os.getpid():  # our own number, given again after a restart
        return row.holder not in _held_here
    try:
        os.kill(row.pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def _set(connection: Connection, mine: str, **columns: object) -> bool:
    done = connection.execute(update(models.Lease).where(models.Lease.holder == mine).values(**columns))
    return done.rowcount == 1


def end_rounds(connection: Connection, now: datetime) -> int:
    """Ends the rounds that a worker left open, since it died or could not write their end: their alerts go out. Gives how many."""
    unfinished = models.CheckRound.finished_at.is_(None)
    return connection.execute(update(models.CheckRound).where(unfinished).values(finished_at=now)).rowcount
