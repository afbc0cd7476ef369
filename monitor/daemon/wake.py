"""Notice that another process wrote to the database, without opening a transaction.

    SQLite       `PRAGMA data_version` on a connection that stays open: it changes with each
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
from typing import Any

from sqlalchemy import Connection, Engine

from monitor.database.engine import CHANNEL
from monitor.database.lease import Lease
from monitor.database.trouble import DATABASE_ERRORS


class OpenConnection:
    """An open connection that renews the lease and polls SQLite's data version. Thread-safe."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine.execution_options(rolewatch_silent=True)
        self._lock = threading.Lock()
        self._connection: Connection | None = None
        self._version: int | None = None

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
    """Calls `ring` in the event loop when another process writes to PostgreSQL."""

    def __init__(self, engine: Engine, ring: Callable[[], None]) -> None:
        self._engine, self._ring = engine, ring
        self._connection: Any = None  # the driver's, taken out of the pool
        self._number = -1  # its socket

    async def keep(self) -> None:
        """Listen, again after a lost connection. Ring once for notifications missed in between."""
        if self._engine.dialect.name != "postgresql" or self._connection is not None:
            return
        self._connection = await asyncio.to_thread(self._listen)
        if self._connection is not None:
            self._number = self._connection.fileno()
            asyncio.get_running_loop().add_reader(self._number, self._read)
            self._ring()

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
            self._ring()
            return
        notified = False
        while server.notifies():
            notified = True
        if notified:
            self._ring()
