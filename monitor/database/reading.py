"""Read a database that others write: the connections cannot write, and queries end in time.

A SQLite file is opened with `mode=ro`; on PostgreSQL the session's transactions are read-only.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, cast
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, Pool, create_engine, event, exc, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from monitor.config.database_url import connection_url
from monitor.database.engine import open_read_only, read_transaction
from monitor.database.sql_functions import add_functions

_CONNECTIONS: Final = 16
_WAIT: Final = 9.0  # seconds for a free connection: a request has ten
_STEPS: Final = 20_000  # of SQLite's machine between two checks of the time: about a millisecond


class ReadTimeoutError(Exception):
    """A query took longer than its caller allows."""


@dataclass(eq=False, slots=True)
class _Reads:
    """The reads of an engine: what runs now, and whether all have to end."""

    stopped: bool = False
    running: set[DBAPIConnection] = field(default_factory=set)


_READS: Final[WeakKeyDictionary[Pool, _Reads]] = WeakKeyDictionary()


def reading_engine(url: str, connections: int = _CONNECTIONS) -> Engine:
    """Return an engine whose connections can only read. The database exists and is up to date."""
    target = connection_url(url)
    pool: dict[str, Any] = {"pool_size": connections, "max_overflow": 0, "pool_timeout": _WAIT}
    if target.get_backend_name() == "sqlite":
        file = Path(str(target.database))
        engine = create_engine(target, creator=lambda: open_read_only(file), **pool)
        event.listen(engine, "connect", _prepare_sqlite)
        _follow(engine, file)
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
        return engine
    only_reads = (
        "-c default_transaction_read_only=on -c TimeZone=UTC -c DateStyle=ISO"
        " -c client_encoding=UTF8"
    )
    options = f"{target.query.get('options', '')} {only_reads}"  # such as a search_path
    return create_engine(target, connect_args={"options": options}, pool_pre_ping=True, **pool)


def _follow(engine: Engine, file: Path) -> None:
    """Connect again when another file is in the place of the one that was opened: a backup."""

    def remember(_connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
        record.info["file"] = _identity(file)

    def compare(_own: DBAPIConnection, record: ConnectionPoolEntry, _proxy: object) -> None:
        if record.info["file"] != _identity(file):
            raise exc.InvalidatePoolError

    event.listen(engine, "connect", remember)
    event.listen(engine, "checkout", compare)


def _identity(file: Path) -> tuple[int, int] | None:
    with suppress(OSError):
        found = file.stat()
        return found.st_dev, found.st_ino
    return None


def _prepare_sqlite(connection: DBAPIConnection, _record: object) -> None:
    connection.isolation_level = None
    add_functions(cast("sqlite3.Connection", connection))


@contextmanager
def bounded_read(engine: Engine, seconds: float) -> Iterator[Connection]:
    """Return a connection of `read_transaction` whose queries end after so many seconds.

    The wait for a free connection counts. Raises ReadTimeoutError then, and after `stop_reads`.
    """
    end = time.monotonic() + seconds
    reads = _READS.setdefault(engine.pool, _Reads())
    try:
        with read_transaction(engine) as connection, _limited(connection, end, reads):
            yield connection
    except exc.TimeoutError as error:  # no connection became free
        raise ReadTimeoutError from error


@contextmanager
def _limited(connection: Connection, end: float, reads: _Reads) -> Iterator[None]:
    """Stop the queries of a connection at `end` of the clock."""
    own = connection.connection.driver_connection
    assert own is not None  # it is open  # noqa: S101
    reads.running.add(own)
    try:
        # whoever waited too long has been answered already
        if reads.stopped or time.monotonic() >= end:
            raise ReadTimeoutError
        if isinstance(own, sqlite3.Connection):
            own.set_progress_handler(lambda: reads.stopped or time.monotonic() > end, _STEPS)
        else:
            _limit_postgresql(connection, end - time.monotonic())
        yield
    except exc.OperationalError as error:
        if _was_stopped(error):
            raise ReadTimeoutError from error
        raise
    finally:
        reads.running.discard(own)
        if isinstance(own, sqlite3.Connection):
            own.set_progress_handler(None, 0)


def stop_reads(engine: Engine) -> None:
    """End the queries of `bounded_read` that run on the engine, and refuse new ones."""
    reads = _READS.setdefault(engine.pool, _Reads())
    reads.stopped = True
    for own in list(reads.running):
        if not isinstance(own, sqlite3.Connection):  # SQLite asks itself whether to go on
            cast("Any", own).cancel()


def _limit_postgresql(connection: Connection, seconds: float) -> None:
    milliseconds = max(1, round(seconds * 1000))
    connection.execute(
        text("SELECT set_config('statement_timeout', :limit, true)"), {"limit": f"{milliseconds}ms"}
    )


def _was_stopped(error: exc.OperationalError) -> bool:
    cause = error.orig
    if isinstance(cause, sqlite3.Error):
        return cause.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT
    return getattr(cause, "sqlstate", "") == "57014"  # query_canceled
