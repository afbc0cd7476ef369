"""One worker a database: a lease that its holder renews, and that ends by itself when the holder died.

expiry    by the database's clock, so that no worker's own clock decides it; an end further off than a lease lasts was written before
          that clock was set back, and is brought forward by whoever meets it
fence     a number that only rises. Every write transaction of a holder (`Lease.engine`) begins by asking whether the lease still has
          its number, and shares a lock on that row until it ends, so that nobody takes the lease in the middle of it. What a holder
          writes that lost the lease is refused with LeaseLost: that covers each check, each claim and each settling of a message
calls     a message is sent only while the lease is surely ours (`Lease.ensure`), by a clock that no one sets and that runs in sleep
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Engine, and_, bindparam, event, select, update
from sqlalchemy.dialects import postgresql, sqlite

from monitor.database import tables
from monitor.database.clock import in_seconds, seconds_until
from monitor.database.engine import AnyRow, is_reading
from monitor.database.json_values import one_of
from monitor.database.process_identity import Identity, here, is_dead
from monitor.errors import UserError

LIFE: Final = timedelta(seconds=60)
RENEW_EVERY: Final = 20.0  # seconds
# seconds that a message on its way may take: so long the lease must last when it is sent
_CALL: Final = 25.0
_SLACK: Final = 1.0  # seconds, of rounding
_NAME = "worker"
_LEASE = tables.Lease
_ROW = select(_LEASE.__table__, seconds_until(_LEASE.expires_at).label("seconds_left")).where(
    _LEASE.name == _NAME
)
_is_mine = (
    _LEASE.name == _NAME,
    _LEASE.holder == bindparam("mine"),
    _LEASE.fence == bindparam("number"),
)
_CONFIRM = select(seconds_until(_LEASE.expires_at)).where(*_is_mine).with_for_update(read=True)


class AlreadyRunning(UserError):  # a state of the database, which `check` waits for  # noqa: N818
    """Another process works on this database."""

    def __init__(self, row: AnyRow) -> None:
        self.command: str = row.command
        self.pid: int = row.pid
        self.host: str = row.host
        since = f"{row.taken_at:%Y-%m-%d %H:%M} UTC"
        super().__init__(
            f"`rolewatch {self.command}` already works on this database: pid {self.pid} on {self.host}, since {since}; stop it first"
        )


class LeaseLost(UserError):  # as above  # noqa: N818
    """Another process has taken the lease; what was to be written is rolled back."""

    def __init__(self) -> None:
        super().__init__(
            "this process stood still for too long: another rolewatch works on the database now"
        )


def elapsed() -> float:
    """Return seconds of a clock that nobody sets and that, where the system has one, runs while the machine sleeps."""
    return (
        time.clock_gettime(time.CLOCK_BOOTTIME)
        if hasattr(time, "CLOCK_BOOTTIME")
        else time.monotonic()
    )


@dataclass(slots=True)
class Lease:
    """The right to work on a database; `unclean` names a daemon that held it before and never gave it back."""

    base: Engine
    holder: str
    fence: int
    unclean: AnyRow | None = None
    on_lost: Callable[[], None] = lambda: None  # called once, from any thread
    is_lost: bool = False
    sure_until: float = 0.0  # by `elapsed`
    engine: Engine = field(init=False)  # what the holder writes through

    def __post_init__(self) -> None:
        self.engine = self.base.execution_options(rolewatch_silent=True)
        event.listen(self.engine, "begin", self._confirm)
        self.sure_until = elapsed() + LIFE.total_seconds()

    def renew(self, connection: Connection | None = None) -> bool:
        """Hold it for another minute; False when another process has taken it, because this one slept too long.

        `connection`: one that is kept for this, without a transaction.
        """
        began = elapsed()
        with self.base.begin() if connection is None else _begun(connection) as own:
            renewed = (
                update(_LEASE).where(*_is_mine).values(expires_at=in_seconds(LIFE.total_seconds()))
            )
            held = own.execute(renewed, self._mine).rowcount == 1
        if held:
            self.sure_until = began + LIFE.total_seconds()
        else:
            self._lose()
        return held

    def release(self, now: datetime) -> None:
        """Give it back."""
        with self.base.begin() as connection:
            given = update(_LEASE).where(*_is_mine).values(expires_at=in_seconds(0), stopped_at=now)
            connection.execute(given, self._mine)

    @property
    def is_sure(self) -> bool:
        """Does the lease surely last as long as a call does?"""
        return not self.is_lost and self.sure_until >= elapsed() + _CALL

    def ensure(self) -> None:
        """Renew the lease unless it surely lasts as long as a call does. Raise LeaseLost when it is another's."""
        if not self.is_sure and (self.is_lost or not self.renew()):
            raise LeaseLost

    @property
    def _mine(self) -> dict[str, object]:
        return {"mine": self.holder, "number": self.fence}

    def _confirm(self, connection: Connection) -> None:
        """Begin a transaction of the holder. Raise LeaseLost when the lease has another number."""
        if is_reading(connection):
            return
        # a holder that stands still in a transaction keeps nobody from taking its place
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(
                f"SET LOCAL idle_in_transaction_session_timeout = '{LIFE.seconds}s'"
            )
        began = elapsed()
        left = connection.execute(_CONFIRM, self._mine).scalar()
        if left is None:
            self._lose()
            raise LeaseLost
        self.sure_until = began + min(left, LIFE.total_seconds())

    def _lose(self) -> None:
        if not self.is_lost:
            self.is_lost = True
            self.on_lost()


@contextmanager
def _begun(connection: Connection) -> Iterator[Connection]:
    with connection.begin():
        yield connection


Tell = Callable[[Connection, AnyRow, int], None]


def acquire(
    engine: Engine, command: str, clock: Callable[[], datetime], tell: Tell | None = None
) -> Lease:
    """Return the lease, for `command` (run or check), and put in order what a holder that died left open. Raise Held.

    `tell` writes of a daemon that died, given its row and the rounds that it left open. That and the takeover commit together, so the
    operator hears of a death exactly once.
    """
    now, me = clock(), here()
    with engine.begin() as connection:
        before = holder(connection)
        is_free = before is None or not _is_held(before)
        fence = (
            _insert_or_replace(
                connection,
                before,
                me._asdict() | {"command": command, "taken_at": now, "stopped_at": None},
            )
            if is_free
            else None
        )
        if fence is None:
            held = connection.execute(_ROW).one()
            _bring_forward(connection, held)
        else:
            cut_off = end_rounds(connection, now)
            died = (
                before
                if before is not None and before.stopped_at is None and before.command == "run"
                else None
            )
            if died is not None and tell is not None:
                tell(connection, died, cut_off)
            return Lease(engine, me.holder, fence, died)
    raise AlreadyRunning(held)  # when the transaction is committed


def _insert_or_replace(
    connection: Connection, before: AnyRow | None, mine: dict[str, object]
) -> int | None:
    """Write our row over the one that was read. Return its number; None when another was quicker between the two."""
    values: dict[str, Any] = mine | {
        "expires_at": in_seconds(LIFE.total_seconds()),
        "fence": before.fence + 1 if before else 1,
    }
    if before is None:
        dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
        first: Any = dialect.insert(_LEASE).values(name=_NAME, **values).on_conflict_do_nothing()
        return connection.execute(first.returning(_LEASE.fence)).scalar()
    again = update(_LEASE).where(
        _LEASE.name == _NAME, _LEASE.holder == before.holder, _LEASE.fence == before.fence
    )
    return values["fence"] if connection.execute(again.values(**values)).rowcount == 1 else None


def holder(connection: Connection) -> AnyRow | None:
    """Return the lease's row, whoever held it last, and its `seconds_left`; None on a database that nobody has worked on."""
    return connection.execute(_ROW).one_or_none()


def running(connection: Connection) -> AnyRow | None:
    """Return the row of the process that works on the database now, if one does."""
    row = holder(connection)
    return row if row is not None and _is_held(row) else None


def _is_held(row: AnyRow) -> bool:
    return (
        row.stopped_at is None
        and row.seconds_left > 0
        and not is_dead(Identity(*(getattr(row, name) for name in Identity._fields)))
    )


def _bring_forward(connection: Connection, row: AnyRow) -> None:
    """End the lease a minute from now at the latest: where it ends later, the database's clock was set back. A living holder renews it."""
    if row.seconds_left > LIFE.total_seconds() + _SLACK:
        mine = update(_LEASE).where(
            _LEASE.holder == row.holder,
            _LEASE.fence == row.fence,
            _LEASE.expires_at == row.expires_at,
        )
        connection.execute(mine.values(expires_at=in_seconds(LIFE.total_seconds())))


def end_rounds(connection: Connection, now: datetime, live: Collection[int] = ()) -> int:
    """Ends the rounds that a worker left open, since it died or could not write their end: their alerts go out. Gives how many.

    `live` are rounds that go on.
    """
    unfinished = and_(tables.CheckRound.finished_at.is_(None), ~one_of(tables.CheckRound.id, live))
    return connection.execute(
        update(tables.CheckRound).where(unfinished).values(finished_at=now)
    ).rowcount
