"""Read a database that others write: the connections cannot write, and queries end in time.

A SQLite file is opened with `mode=ro`; on PostgreSQL the session's transactions are read-only.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, cast

from sqlalchemy import Connection, Engine, create_engine, event, exc, make_url, text
from sqlalchemy.engine.interfaces import DBAPIConnection

from monitor.config.database_url import normal_url
from monitor.database.engine import open_read_only, read_transaction
from monitor.database.sql_functions import add_functions

_CONNECTIONS: Final = 16
_STEPS: Final = 20_000  # of SQLite's machine between two checks of the time: about a millisecond


class ReadTimeoutError(Exception):
    """A query took longer than its caller allows."""


def reading_engine(url: str, connections: int = _CONNECTIONS) -> Engine:
    """Return an engine whose connections can only read. The database exists and is up to date."""
    target = make_url(normal_url(url))
    pool = {"pool_size": connections, "max_overflow": 0}
    if target.get_backend_name() == "sqlite":
        file = Path(str(target.database))
        engine = create_engine(target, creator=lambda: open_read_only(file), **pool)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
        return engine
    only_reads = "-c default_transaction_read_only=on -c TimeZone=UTC"
    return create_engine(target, connect_args={"options": only_reads}, pool_pre_ping=True, **pool)


def _prepare_sqlite(connection: DBAPIConnection, _record: object) -> None:
    connection.isolation_level = None
    add_functions(cast("sqlite3.Connection", connection))


@contextmanager
def bounded_read(engine: Engine, seconds: float) -> Iterator[Connection]:
    """Return a connection of `read_transaction` whose queries end after so many seconds.

    Raises ReadTimeoutError then.
    """
    with read_transaction(engine) as connection:
        stop = (_limit_sqlite if engine.dialect.name == "sqlite" else _limit_postgresql)(
            connection, seconds
        )
        try:
            yield connection
        except exc.OperationalError as error:
            if _was_stopped(error):
                raise ReadTimeoutError from error
            raise
        finally:
            if stop is not None:
                stop.set_progress_handler(None, 0)


def _limit_sqlite(connection: Connection, seconds: float) -> sqlite3.Connection:
    end = time.monotonic() + seconds
    own = cast("sqlite3.Connection", connection.connection.driver_connection)
    own.set_progress_handler(lambda: time.monotonic() > end, _STEPS)
    return own


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
