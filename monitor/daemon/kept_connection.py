"""The connection that a daemon keeps open: it renews the lease and notices writes to SQLite.

Noticing takes two steps, since a query for each poll would be half of what an idle daemon takes:

    was_written   the database's files have another time or size, by us or by another process
    has_changed   `PRAGMA data_version` on this connection is another: it changes with each commit
                  of any other connection

An open SQLite file that is moved or deleted can still be written, and all of that would be lost. So
`may_be_replaced` compares which file stands at the database's path (`database/replaced.py`).

https://www.sqlite.org/pragma.html#pragma_data_version
"""

from __future__ import annotations

import os
import sqlite3
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine

from monitor.config.fresh import Stamp, stamps
from monitor.database.lease import Lease
from monitor.database.replaced import OpenFile
from monitor.database.trouble import DATABASE_ERRORS

_LOST: Final = -1  # a version that no connection has


class KeptConnection:
    """Renews the lease, and tells whether another process has written to SQLite. Thread-safe."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine.execution_options(rolewatch_silent=True)
        self._lock = threading.Lock()
        self._connection: Connection | None = None
        self._version: int | None = None  # None: never read
        self._missed = False  # another's write that was found when the lease was renewed
        file = Path(str(engine.url.database))
        self._opened = OpenFile(file)
        log = f"{os.path.realpath(file)}-wal"  # beside the file that a link leads to
        self._files: dict[Path, Stamp] = {file: None, Path(log): None}

    def was_written(self) -> bool:
        """Return True if SQLite's files have changed since the last call, by us or by another.

        A write in the same tick of the clock as the one before is seen when the lease is renewed.
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

    def may_be_replaced(self) -> bool:
        """Return True if `was_written` found another SQLite file at the path, or none."""
        stamp, is_file = self._files[self._opened.path], self._engine.dialect.name == "sqlite"
        return is_file and self._opened.may_be_replaced(stamp and stamp[2])

    def is_replaced(self, lease: Lease) -> bool:
        """Return True if the open file does not stand at the database's path any more."""
        with self._lock:
            try:
                return self._opened.is_replaced(lease, self._open())
            except DATABASE_ERRORS:
                self._drop()
                return False

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
