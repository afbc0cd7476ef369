"""Watch the database and the clock, and keep the lease: by the loop's own time.

APScheduler's jobs would wait after the clock was set back. A write of another process is noticed
without opening a transaction:

    SQLite       the time and size of the database's files; when these have changed,
                 `PRAGMA data_version` on a connection that stays open: it changes with each
                 commit of any other connection
    PostgreSQL   LISTEN on a separate connection: every process that writes and holds no lease
                 sends NOTIFY with its commit (`database/engine.py`, `listener.py`)

An idle daemon spends most of its CPU on waking up. So the poll is a timer that compares files and
clocks, and wakes a task only when one has changed.

https://www.sqlite.org/pragma.html#pragma_data_version
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import structlog
from sqlalchemy import Connection, Engine

from monitor.config.fresh import Stamp, stamps
from monitor.daemon.clock_change import Steps, shift
from monitor.daemon.listener import Listener
from monitor.database.lease import RENEW_EVERY, Lease, LeaseLost
from monitor.database.trouble import DATABASE_ERRORS, OutageLog

log = structlog.get_logger()
POLL_EVERY: Final = 2.0  # seconds
RENEW_AGAIN: Final = 5.0  # seconds after a lease that could not be renewed
_LOST: Final = -1  # a version that no connection has


class OpenConnection:
    """An open connection that renews the lease and polls SQLite's data version. Thread-safe."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine.execution_options(rolewatch_silent=True)
        self._lock = threading.Lock()
        self._connection: Connection | None = None
        self._version: int | None = None  # None: never read
        self._missed = False  # another's write that was found when the lease was renewed
        database = str(engine.url.database)
        self._files: dict[Path, Stamp] = {Path(database): None, Path(f"{database}-wal"): None}

    def was_written(self) -> bool:
        """Return True if SQLite's files have changed since the last call, by us or by another.

        A thread for each `has_changed` would be half of what an idle daemon takes. A write in the
        same tick of the clock as the one before is seen when the lease is renewed.
        """
        before, self._files = self._files, stamps(self._files)
        return self._missed or self._files != before

    def has_changed(self) -> bool:
        """Return True if another connection has written to the SQLite file since the last call.

        Also True when the question fails, and always False on PostgreSQL.
        """
        if self._engine.dialect.name != "sqlite":
            return False
        with self._lock:
            missed, self._missed = self._missed, False
            return self._compare_version() or missed

    def renew(self, lease: Lease) -> bool:
        """Hold the lease for another minute. Return False if another process has it.

        The next `was_written` does not report this write of our own. The files are read before
        the version: a write in between is found now, and a later one by the next `was_written`.
        """
        with self._lock:
            try:
                held = lease.renew(self._open())
            except DATABASE_ERRORS:
                self._drop()
                raise
            if self._engine.dialect.name == "sqlite":
                self._files = stamps(self._files)
                self._missed |= self._compare_version()
            return held

    def close(self) -> None:
        with self._lock:
            self._drop()

    def _open(self) -> Connection:
        if self._connection is None:
            self._connection = self._engine.connect()
        return self._connection

    def _compare_version(self) -> bool:
        """Return True if another connection has committed since the last call, or may have."""
        before = self._version
        try:
            self._version = self._read_version()
        except (sqlite3.Error, *DATABASE_ERRORS):
            self._drop()
            return True
        return before is not None and self._version != before

    def _read_version(self) -> int:
        driver: Any = self._open().connection.driver_connection
        version: int = driver.execute("PRAGMA data_version").fetchone()[0]
        return version

    def _drop(self) -> None:
        """Close the connection. Versions of two connections cannot be compared: both begin at 2."""
        if self._version is not None:
            self._version = _LOST
        if self._connection is not None:
            with suppress(*DATABASE_ERRORS):
                self._connection.close()
        self._connection = None


@dataclass
class Watch:
    """Two tasks that run until `stop`: one keeps the lease, one polls for changes.

    `on_write` is called when another process wrote or the clock was set, `run_soon` when only the
    configuration may have changed.
    """

    lease: Lease
    clock: Callable[[], datetime]
    stop: asyncio.Event
    troubles: OutageLog
    on_write: Callable[[], None]
    is_configuration_old: Callable[[], bool]
    run_soon: Callable[[], None]
    steps: Steps = field(default_factory=Steps)
    written: bool = False  # the last poll found that SQLite's files have changed
    timer: asyncio.TimerHandle = field(init=False)  # of the next poll

    def __post_init__(self) -> None:
        self.connection = OpenConnection(self.lease.base)
        self.listener = Listener(self.lease.base, self.on_write)

    async def keep_lease(self) -> None:
        """Renew the lease. After a database error retry soon, before it expires."""
        while not self.stop.is_set():
            wait = RENEW_AGAIN
            with self.troubles.passing("lease_not_renewed"):
                await asyncio.to_thread(self.connection.renew, self.lease)
                wait = RENEW_EVERY
            await self._sleep(wait)

    async def poll(self) -> None:
        """Poll for changes by other processes, of the clock and of the configuration."""
        try:
            while not self.stop.is_set():
                with (
                    suppress(LeaseLost),
                    self.troubles.passing("database_not_polled"),
                ):
                    await self._poll_once()
                await self._wait_for_change()
        finally:
            self.listener.close()
            await asyncio.to_thread(self.connection.close)

    async def _poll_once(self) -> None:
        await self.listener.keep()
        written = self.connection.was_written() or self.written
        self.written = False
        changed = written and await asyncio.to_thread(self.connection.has_changed)
        step = self._step()
        if step < timedelta(0):
            moved = await asyncio.to_thread(self._shift, step)
            log.warning("clock_set_back", seconds=-step.total_seconds(), brought_forward=moved)
        first = self.steps.remember()
        if changed or step or first:
            self.on_write()
        elif self.is_configuration_old():
            self.run_soon()

    async def _wait_for_change(self) -> None:
        """Wait until a poll has to do something, or until the daemon stops."""
        loop, found = asyncio.get_running_loop(), asyncio.Event()

        def tick() -> None:
            self.timer = loop.call_later(POLL_EVERY, tick)
            if not self._is_quiet():
                found.set()

        self.timer = loop.call_later(POLL_EVERY, tick)
        waiting = [asyncio.ensure_future(event.wait()) for event in (found, self.stop)]
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self.timer.cancel()
            for one in waiting:
                one.cancel()

    def _is_quiet(self) -> bool:
        """Return True if nothing has changed since the last poll. Runs in the event loop."""
        # a loop that was busy may run two ticks before the task
        self.written |= self.connection.was_written()
        if self.written or self.listener.is_missing or self._step() or self.is_configuration_old():
            return False
        self.steps.remember()
        return True

    def _step(self) -> timedelta:
        return self.steps.measure(self.clock(), asyncio.get_running_loop().time())

    def _shift(self, step: timedelta) -> int:
        with self.lease.engine.begin() as connection:
            return shift(connection, step, self.clock())

    async def _sleep(self, seconds: float) -> None:
        """Wait so long, or until the daemon stops."""
        # not `wait_for`, which in Python 3.11 swallows a cancellation that comes as the event is
        # set
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.stop.wait()
