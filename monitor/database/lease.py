"""The lease: one process sends from a database, a daemon or a `check`. Its holder renews it.

expiry    If the holder dies, by the database's clock, so that no machine's own clock decides it.
          If the end is further away than a lease lasts, that clock was set back, and the end is
          moved forward.
fence     A number that only rises. Every write transaction of a holder (`Lease.engine`) first
          checks that the lease still has its number. It keeps a shared lock on that row until it
          ends, so that nobody takes the lease meanwhile. A holder that lost the lease gets
          LeaseLost: for each check, each claim and each settled message.
calls     A message is sent only while the lease is certainly ours (`Lease.ensure`), by a clock
          that nobody sets and that runs while the machine sleeps.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Engine, and_, bindparam, event, select, update

from monitor.database import tables
from monitor.database.clock import in_seconds, seconds_until
from monitor.database.columns import table
from monitor.database.engine import insert_or_ignore, is_reading
from monitor.database.json_values import one_of
from monitor.database.lease_holder import LeaseRow, here, load_lease
from monitor.errors import UserError

LIFE: Final = timedelta(seconds=60)
RENEW_EVERY: Final = 20.0  # seconds
# seconds that sending a message may take: the lease must last that long
_CALL: Final = 25.0
_ROUNDING: Final = 1.0  # seconds
_NAME = "worker"  # of the row; older than `rolewatch worker`, which holds no lease
_LEASE = tables.Lease
_OWN_ROW = (
    _LEASE.name == _NAME,
    _LEASE.holder == bindparam("own_holder"),
    _LEASE.fence == bindparam("own_fence"),
)
_CONFIRM = select(seconds_until(_LEASE.expires_at)).where(*_OWN_ROW).with_for_update(read=True)


class AlreadyRunning(UserError):  # noqa: N818  # a state that `check` waits for
    """Another process works on this database."""

    def __init__(self, row: LeaseRow) -> None:
        self.command, self.pid, self.host = row.command, row.pid, row.host
        since = f"{row.taken_at:%Y-%m-%d %H:%M} UTC"
        super().__init__(
            f"`rolewatch {self.command}` already works on this database:"
            f" pid {self.pid} on {self.host}, since {since}; stop it first"
        )


class LeaseLost(UserError):  # noqa: N818  # a state, too
    """Another process has taken the lease. The transaction is rolled back."""

    def __init__(self) -> None:
        super().__init__(
            "this process was stopped for too long: another rolewatch works on the database now"
        )


def elapsed() -> float:
    """Return the seconds of a clock that nobody sets.

    It also runs while the machine sleeps, if the system has such a clock.
    """
    return (
        time.clock_gettime(time.CLOCK_BOOTTIME)
        if hasattr(time, "CLOCK_BOOTTIME")
        else time.monotonic()
    )


@dataclass(slots=True)
class Lease:
    """The right to work on a database."""

    base: Engine
    holder: str
    fence: int
    died_before: LeaseRow | None = None  # a daemon that held it and never released it
    on_lost: Callable[[], None] = lambda: None  # called once, from any thread
    is_lost: bool = False
    sure_until: float = 0.0  # by `elapsed`
    engine: Engine = field(init=False)  # what the holder writes through

    def __post_init__(self) -> None:
        self.engine = self.base.execution_options(rolewatch_silent=True)
        event.listen(self.engine, "begin", self._confirm)
        self.sure_until = elapsed() + LIFE.total_seconds()

    def renew(self, connection: Connection | None = None) -> bool:
        """Hold it for another minute. Return False if another process has taken it.

        `connection` is one that is kept for this, without a transaction.
        """
        began = elapsed()
        with self.base.begin() if connection is None else _begun(connection) as own:
            renewed = (
                update(_LEASE).where(*_OWN_ROW).values(expires_at=in_seconds(LIFE.total_seconds()))
            )
            held = own.execute(renewed, self._own_row).rowcount == 1
        if held:
            self.sure_until = began + LIFE.total_seconds()
        else:
            self._lose()
        return held

    def release(self, now: datetime) -> None:
        """Let another process take the lease."""
        with self.base.begin() as connection:
            ended = update(_LEASE).where(*_OWN_ROW).values(expires_at=in_seconds(0), stopped_at=now)
            connection.execute(ended, self._own_row)

    @property
    def is_sure(self) -> bool:
        """True if the lease certainly lasts as long as one call."""
        return not self.is_lost and self.sure_until >= elapsed() + _CALL

    def ensure(self) -> None:
        """Renew the lease unless `is_sure`. Raise LeaseLost if another process has it."""
        if not self.is_sure and (self.is_lost or not self.renew()):
            raise LeaseLost

    @property
    def _own_row(self) -> dict[str, object]:
        return {"own_holder": self.holder, "own_fence": self.fence}

    def _confirm(self, connection: Connection) -> None:
        """Begin a transaction of the holder. Raise LeaseLost if the lease has another number."""
        if is_reading(connection):
            return
        # a holder that is stopped in a transaction must not keep the row locked
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(
                f"SET LOCAL idle_in_transaction_session_timeout = '{LIFE.seconds}s'"
            )
        began = elapsed()
        left = connection.execute(_CONFIRM, self._own_row).scalar()
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


OnTakeover = Callable[[Connection, LeaseRow, int], None]


def acquire(
    engine: Engine,
    command: str,
    clock: Callable[[], datetime],
    on_takeover: OnTakeover | None = None,
) -> Lease:
    """Return the lease for `command` (run or check), and end rounds that a dead holder left open.

    Raise AlreadyRunning. `on_takeover` is called with the row of a daemon that died and the number
    of its open rounds. Its message and the takeover commit together, so that the operator gets
    one message for each death.
    """
    now, own = clock(), here()
    with engine.begin() as connection:
        before = holder(connection)
        row = own._asdict() | {"command": command, "taken_at": now, "stopped_at": None}
        is_free = before is None or not before.is_held
        fence = _insert_or_replace(connection, before, row) if is_free else None
        if fence is not None:
            cut_off = end_rounds(connection, now)
            died = None
            if before and before.stopped_at is None and before.command == "run":
                died = before._replace(expires_at=min(before.expires_at, now))
            if died is not None and on_takeover is not None:
                on_takeover(connection, died, cut_off)
            return Lease(engine, own.holder, fence, died)
        held = holder(connection)
        assert held is not None  # this process or another has just written it  # noqa: S101
        _bring_forward(connection, held)
    raise AlreadyRunning(held)  # after the commit


def _insert_or_replace(
    connection: Connection, before: LeaseRow | None, row: dict[str, object]
) -> int | None:
    """Replace the row that was read. Return the new fence; None if another process was faster."""
    values: dict[str, Any] = row | {
        "expires_at": in_seconds(LIFE.total_seconds()),
        "fence": before.fence + 1 if before else 1,
    }
    if before is None:
        first = insert_or_ignore(connection, table(_LEASE)).values(name=_NAME, **values)
        return connection.execute(first.returning(_LEASE.fence)).scalar()
    again = update(_LEASE).where(
        _LEASE.name == _NAME, _LEASE.holder == before.holder, _LEASE.fence == before.fence
    )
    return values["fence"] if connection.execute(again.values(**values)).rowcount == 1 else None


def holder(connection: Connection) -> LeaseRow | None:
    """Return the lease's row; None if nobody has ever held it."""
    return load_lease(connection, _NAME)


def running(connection: Connection) -> LeaseRow | None:
    """Return the lease's row if its holder works now, else None."""
    row = holder(connection)
    return row if row is not None and row.is_held else None


def _bring_forward(connection: Connection, row: LeaseRow) -> None:
    """Shorten a lease that ends too far away, since the database's clock was set back.

    A living holder renews it.
    """
    if row.seconds_left > LIFE.total_seconds() + _ROUNDING:
        same = update(_LEASE).where(
            _LEASE.holder == row.holder,
            _LEASE.fence == row.fence,
            _LEASE.expires_at == row.expires_at,
        )
        connection.execute(same.values(expires_at=in_seconds(LIFE.total_seconds())))


def end_rounds(connection: Connection, now: datetime, live: Collection[int] = ()) -> int:
    """End the rounds that a process left open, so that their alerts are sent. Return their number.

    The process died, or could not write their end. Rounds in `live` go on.
    """
    unfinished = and_(tables.CheckRound.finished_at.is_(None), ~one_of(tables.CheckRound.id, live))
    return connection.execute(
        update(tables.CheckRound).where(unfinished).values(finished_at=now)
    ).rowcount
