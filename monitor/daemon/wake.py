"""Watch the database and the clock, and keep the lease: by the loop's own time.

APScheduler's jobs would wait after the clock was set back. A write of another process is noticed
without opening a transaction:

    SQLite       the time and size of the database's files; when these have changed,
                 `PRAGMA data_version` on a connection that stays open: it changes with each
                 commit of any other connection
    PostgreSQL   LISTEN on a separate connection: every process that writes and holds no lease
                 sends NOTIFY with its commit (`database/engine.py`)

https://www.sqlite.org/pragma.html#pragma_data_version,
https://www.postgresql.org/docs/current/sql-notify.html
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
from monitor.database.engine import CHANNEL
from monitor.database.lease import RENEW_EVERY, Lease, LeaseLost
from monitor.database.trouble import DATABASE_ERRORS, OutageLog

log = structlog.get_logger()
POLL_EVERY: Final = 2.0  # seconds
RENEW_AGAIN: Final = 5.0  # seconds after a lease that could not be renewed


class OpenConnection:
    """An open connection that renews the lease and polls SQLite's data version. Thread-safe."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine.execution_options(rolewatch_silent=True)
        self._lock = threading.Lock()
        self._connection: Connection | None = None
        self._version: int | None = None
        database = str(engine.url.database)
        self._files: dict[Path, Stamp] = {Path(database): None, Path(f"{database}-wal"): None}

    def was_written(self) -> bool:
        """Return True if SQLite's files have changed since the last call, by us or by another.

        A thread for each `has_changed` would be half of what an idle daemon takes. A write in the
        same tick of the clock as the one before is seen when the lease is renewed.
        """
        before, self._files = self._files, stamps(self._files)
        return self._files != before

    def has_changed(self) -> bool:
        """Return True if another connection has written to the SQLite file since the last call.

        Also True when the question fails, and always False on PostgreSQL.
        """
        if self._engine.dialect.name != "sqlite":
            return False
        with self._lock:
            before = self._version
            try:
                self._version = self._read_version()
            except (sqlite3.Error, *DATABASE_ERRORS):
                self._drop()
                return True
            return before is not None and self._version != before

    def renew(self, lease: Lease) -> bool:
        """Hold the lease for another minute. Return False if another process has it."""
        with self._lock:
            try:
                return lease.renew(self._open())
            except DATABASE_ERRORS:
                self._drop()
                raise

    def close(self) -> None:
        with self._lock:
            self._drop()

    def _open(self) -> Connection:
        if self._connection is None:
            self._connection = self._engine.connect()
        return self._connection

    def _read_version(self) -> int:
        driver: Any = self._open().connection.driver_connection
        version: int = driver.execute("PRAGMA data_version").fetchone()[0]
        return version

    def _drop(self) -> None:
        if self._connection is not None:
            with suppress(*DATABASE_ERRORS):
                self._connection.close()
        self._connection = None


class Listener:
    """Calls `on_write` in the event loop when another process writes to PostgreSQL."""

    def __init__(self, engine: Engine, on_write: Callable[[], None]) -> None:
        self._engine, self._on_write = engine, on_write
        self._connection: Any = None  # the driver's, taken out of the pool
        self._number = -1  # its socket

    async def keep(self) -> None:
        """Listen, again after a lost connection. Call once for what was missed in between."""
        if self._engine.dialect.name != "postgresql" or self._connection is not None:
            return
        self._connection = await asyncio.to_thread(self._listen)
        if self._connection is not None:
            self._number = self._connection.fileno()
            asyncio.get_running_loop().add_reader(self._number, self._read)
            self._on_write()

    def close(self) -> None:
        """Stop listening. Call it in the event loop."""
        if self._connection is not None:
            asyncio.get_running_loop().remove_reader(self._number)
            with suppress(*DATABASE_ERRORS, self._errors):
                self._connection.close()
        self._connection = None

    @property
    def _errors(self) -> type[Exception]:
        found: type[Exception] = self._engine.dialect.loaded_dbapi.Error
        return found

    def _listen(self) -> Any:  # a type of the driver, which is an extra  # noqa: ANN401
        """Return a listening connection. None while the server cannot be reached."""
        try:
            connection = self._engine.raw_connection()
            driver: Any = connection.driver_connection
            connection.detach()
            driver.autocommit = True
            driver.execute(f"LISTEN {CHANNEL}")
        except self._errors:
            return None
        return driver

    def _read(self) -> None:
        server = self._connection.pgconn
        try:
            server.consume_input()
        except self._errors:
            self.close()
            self._on_write()
            return
        notified = False
        while server.notifies():
            notified = True
        if notified:
            self._on_write()


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

    def __post_init__(self) -> None:
        self.connection = OpenConnection(self.lease.base)
        self.listener = Listener(self.lease.base, self.on_write)

    async def keep_lease(self) -> None:
        """Renew the lease. After a database error retry soon, before it expires."""
        while not self.stop.is_set():
            wait = RENEW_AGAIN
            with self.troubles.passing("lease not renewed, trying again"):
                await asyncio.to_thread(self.connection.renew, self.lease)
                wait = RENEW_EVERY
            await self._sleep(wait)

    async def poll(self) -> None:
        """Poll for changes by other processes, of the clock and of the configuration."""
        try:
            while not self.stop.is_set():
                with (
                    suppress(LeaseLost),
                    self.troubles.passing("database not watched"),
                ):
                    await self._poll_once()
                await self._sleep(POLL_EVERY)
        finally:
            self.listener.close()
            await asyncio.to_thread(self.connection.close)

    async def _poll_once(self) -> None:
        await self.listener.keep()
        changed = self.connection.was_written() and await asyncio.to_thread(
            self.connection.has_changed
        )
        step = self.steps.measure(self.clock(), asyncio.get_running_loop().time())
        if step < timedelta(0):
            moved = await asyncio.to_thread(self._shift, step)
            log.warning("clock set back", seconds=-step.total_seconds(), brought_forward=moved)
        first = self.steps.remember()
        if changed or step or first:
            self.on_write()
        elif self.is_configuration_old():
            self.run_soon()

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
