"""Engine and transactions, the same for SQLite and PostgreSQL."""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import AbstractContextManager
from functools import cache, lru_cache
from pathlib import Path
from pkgutil import resolve_name
from time import monotonic, sleep
from typing import Any, Final, cast
from urllib.parse import quote

from sqlalchemy import (
    Connection,
    Engine,
    Table,
    create_engine,
    event,
)
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.orm import DeclarativeBase

from monitor.config.database_url import connection_url
from monitor.database.sql_functions import add_functions

_BUSY_TIMEOUT: Final = 30  # seconds that a writer waits for others
_TRY_WAL_EVERY: Final = 0.05  # seconds
# 16 MB, four times SQLite's own: a first load writes a page less often to the file, 4 % of its time
_WAL_PAGES: Final = 4000
CHANNEL: Final = "rolewatch"  # of NOTIFY on PostgreSQL
# Instants in UTC: in another zone some lie beyond Python's calendar. A database may have its own
# style of dates, which the driver cannot read, and encoding.
SESSION: Final = "SET TIME ZONE 'UTC'; SET DateStyle = 'ISO'; SET client_encoding = 'UTF8'"


# Any: the two dialects' inserts have no type in common
def dialect_insert(dialect: str, target: type[DeclarativeBase] | Table) -> Any:  # noqa: ANN401
    """Return an insert that knows ON CONFLICT. Only this dialect of the two is loaded."""
    return resolve_name(f"sqlalchemy.dialects.{dialect}:insert")(target)


# Any: as above
def insert_or_ignore(connection: Connection, table: Table) -> Any:  # noqa: ANN401
    """Return an insert that skips the rows that exist already."""
    return _insert_or_ignore(connection.dialect.name, table)


@cache
# Any: as above
def _insert_or_ignore(dialect: str, table: Table) -> Any:  # noqa: ANN401
    return dialect_insert(dialect, table).on_conflict_do_nothing()


def _json(value: object) -> str:
    """Return JSON. The rows of a check name the same places and fields again and again."""
    if isinstance(value, list) and all(type(one) is str for one in value):
        return str(_json_list(tuple(value)))
    return json.dumps(value)


@lru_cache(maxsize=256)
def _json_list(values: tuple[str, ...]) -> str:
    return json.dumps(values)


def make_engine(url: str) -> Engine:
    """Return an engine for the database.

    SQLite has WAL and foreign keys, and writers wait up to 30 s for each other.
    """
    target = connection_url(url)
    if target.get_backend_name() != "sqlite":
        # a database may have its own default, under which writers refuse each other
        engine = create_engine(
            target,
            pool_pre_ping=True,
            isolation_level="READ COMMITTED",
            connect_args={"client_encoding": "UTF8"},  # SQLAlchemy reads a version at once
        )
        event.listen(engine, "connect", _prepare_postgresql)
        event.listen(engine, "commit", _notify)
        return engine
    file = Path(str(target.database))
    creator = {"creator": lambda: open_read_only(file)} if _is_read_only(file) else {}
    engine = create_engine(
        target, connect_args={"timeout": _BUSY_TIMEOUT}, json_serializer=_json, **creator
    )
    if not creator:
        opener = _Opener(file)
        event.listen(engine, "do_connect", opener.connect)
        event.listen(engine, "connect", opener.note)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


class _Opener:
    """Opens a SQLite file. One that was there once, and was moved or deleted, is not made again.

    A running daemon would leave an empty database in its place.
    """

    def __init__(self, file: Path) -> None:
        self._file, self._was_there = file, False

    def connect(self, *_: object) -> sqlite3.Connection | None:
        """Return a connection. None: SQLAlchemy opens the file, and makes it if it is missing."""
        self.note()
        return _open(self._file, "mode=rw") if self._was_there else None

    def note(self, *_: object) -> None:
        """Note that the file is there."""
        self._was_there = self._was_there or self._file.exists()


def read_transaction(engine: Engine) -> AbstractContextManager[Connection]:
    """Return a connection for queries. All see one moment; no writer waits for them."""
    return _reader(engine).begin()


def open_read_only(file: Path, timeout: float = _BUSY_TIMEOUT) -> sqlite3.Connection:
    """Open a SQLite file for reading, in a read-only folder too. Raise sqlite3.Error."""
    # https://www.sqlite.org/uri.html#uriimmutable
    return _open(file, "immutable=1" if _is_read_only(file) else "mode=ro", timeout)


def _open(file: Path, how: str, timeout: float = _BUSY_TIMEOUT) -> sqlite3.Connection:
    return sqlite3.connect(
        f"file:{quote(str(file.absolute()))}?{how}",
        uri=True,
        timeout=timeout,
        check_same_thread=False,
    )


def read_and_roll_back(engine: Engine) -> AbstractContextManager[Connection]:
    """Return a connection as `read_transaction` does, whose transaction is rolled back."""
    return _reader(engine).connect()


def _reader(engine: Engine) -> Engine:
    own = {} if engine.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
    return engine.execution_options(rolewatch_reading=True, **own)


def is_reading(connection: Connection) -> bool:
    """Return True if the connection is from `read_transaction` or `read_and_roll_back`."""
    return bool(connection.get_execution_options().get("rolewatch_reading"))


def _is_read_only(file: Path) -> bool:
    """Return True if the folder is read-only and there is no write-ahead log.

    SQLite would try to create a log there, and fail to read at all.
    """
    log = file.with_name(f"{file.name}-wal")
    return file.exists() and not (os.access(file.absolute().parent, os.W_OK) or log.exists())


def _begin_sqlite(connection: Connection) -> None:
    """Take the write lock at the start, unless the transaction only reads.

    SQLite waits for the lock then. At the first write of a begun transaction it would fail.
    """
    connection.exec_driver_sql("BEGIN" if is_reading(connection) else "BEGIN IMMEDIATE")


def _notify(connection: Connection) -> None:
    """Wake the daemon when another process has written. `rolewatch_silent` is its own writing."""
    if not is_reading(connection) and not connection.get_execution_options().get(
        "rolewatch_silent"
    ):
        connection.exec_driver_sql(f"NOTIFY {CHANNEL}")


def _prepare_postgresql(connection: DBAPIConnection, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute(SESSION)
    cursor.close()
    connection.commit()


def _prepare_sqlite(connection: DBAPIConnection, _record: object) -> None:
    # the driver's own BEGIN comes too late to take the write lock: see `_begin_sqlite`
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout={_BUSY_TIMEOUT * 1000}",
        "synchronous=NORMAL",
        "foreign_keys=ON",
        f"wal_autocheckpoint={_WAL_PAGES}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    if not _is_of_another_program(cursor):
        _use_wal(cursor)
    cursor.close()
    add_functions(cast("sqlite3.Connection", connection))


def _is_of_another_program(cursor: DBAPICursor) -> bool:
    """Return True if the file has tables and none of them is ours. It will be refused unchanged."""
    cursor.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    tables = {name for (name,) in cursor.fetchall()}
    return bool(tables) and "alembic_version" not in tables


def _use_wal(cursor: DBAPICursor) -> None:
    """Switch the file to WAL. SQLite's busy timeout does not cover this, so wait here."""
    end = monotonic() + _BUSY_TIMEOUT
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            # the low byte is the kind of error
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or monotonic() > end:
                raise
            sleep(_TRY_WAL_EVERY)
        else:
            return
