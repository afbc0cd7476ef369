"""Engine, transactions and column types, the same for SQLite and PostgreSQL."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from pkgutil import resolve_name
from time import monotonic, sleep
from typing import Any, Final, cast
from urllib.parse import quote

from sqlalchemy import (
    JSON,
    Connection,
    DateTime,
    Dialect,
    Engine,
    Index,
    LargeBinary,
    MetaData,
    Row,
    String,
    Table,
    Text,
    TypeDecorator,
    create_engine,
    event,
    make_url,
)
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.engine.processors import str_to_datetime
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeEngine

from monitor.config.database_url import normal_url
from monitor.database.sql_functions import add_functions

_BUSY_TIMEOUT: Final = 30  # seconds that a writer waits for others
_TRY_WAL_EVERY: Final = 0.05  # seconds
CHANNEL: Final = "rolewatch"  # of NOTIFY on PostgreSQL
AnyRow = Row[*tuple[Any, ...]]  # of a query whose columns the type checker does not know


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime in UTC.

    `timestamptz` on PostgreSQL. On SQLite ISO 8601 text of fixed width, so that it sorts.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(
            String(27) if dialect.name == "sqlite" else DateTime(timezone=True)
        )

    # Any: SQLAlchemy's signature
    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:  # noqa: ANN401
        if value is None:
            return None
        return iso(value) if dialect.name == "sqlite" else value.astimezone(UTC)

    # not `process_result_value`: two calls in Python take 2 µs, and a board has eight instants
    def result_processor(
        self, dialect: Dialect, _coltype: object
    ) -> Callable[[Any], datetime | None] | None:
        if dialect.name == "sqlite":
            read: Callable[[Any], datetime | None] = str_to_datetime
            return read
        return lambda value: value.astimezone(UTC) if isinstance(value, datetime) else None


class JsonValue(TypeDecorator[Any]):
    """A value as JSON; `jsonb` on PostgreSQL."""

    impl = JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(JSON())
        from sqlalchemy.dialects.postgresql import JSONB  # 30 ms  # noqa: PLC0415

        return dialect.type_descriptor(JSONB())


def table(model: type[Base]) -> Table:
    """Return the table of a model, typed as one."""
    return cast("Table", model.__table__)


# Any: the two dialects' inserts have no type in common
def dialect_insert(dialect: str, target: type[Base] | Table) -> Any:  # noqa: ANN401
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


def iso(instant: datetime) -> str:
    """Return the instant as rolewatch stores it: `2024-05-19T19:00:00.000000Z`.

    A year before 1000 keeps its zeros, so that the texts sort.
    """
    return instant.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def to_the_minute(instant: datetime) -> str:
    """Return the instant for people: `2024-05-19 19:00Z`."""
    return iso(instant)[: len("2024-05-19T19:00")].replace("T", " ") + "Z"


def make_engine(url: str) -> Engine:
    """Return an engine for the database.

    SQLite has WAL and foreign keys, and writers wait up to 30 s for each other.
    """
    target = make_url(normal_url(url))
    if target.get_backend_name() != "sqlite":
        engine = create_engine(target, pool_pre_ping=True)
        event.listen(engine, "connect", _prepare_postgresql)
        event.listen(engine, "commit", _notify)
        return engine
    file = Path(str(target.database))
    creator = {"creator": lambda: open_read_only(file)} if _is_read_only(file) else {}
    engine = create_engine(target, connect_args={"timeout": _BUSY_TIMEOUT}, **creator)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def read_transaction(engine: Engine) -> AbstractContextManager[Connection]:
    """Return a connection for queries. All see one moment; no writer waits for them."""
    return _reader(engine).begin()


def open_read_only(file: Path, timeout: float = _BUSY_TIMEOUT) -> sqlite3.Connection:
    """Open a SQLite file for reading, in a read-only folder too. Raise sqlite3.Error."""
    # https://www.sqlite.org/uri.html#uriimmutable
    how = "immutable=1" if _is_read_only(file) else "mode=ro"
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
    """Return True if file and folder are read-only and there is no write-ahead log.

    SQLite would try to create a log there, and fail to read at all.
    """
    log = file.with_name(f"{file.name}-wal")
    return file.exists() and not (
        os.access(file, os.W_OK) or os.access(file.absolute().parent, os.W_OK) or log.exists()
    )


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
    """Read instants as UTC. In another zone some lie beyond Python's calendar."""
    cursor = connection.cursor()
    cursor.execute("SET TIME ZONE 'UTC'")
    cursor.close()
    connection.commit()


def _prepare_sqlite(connection: DBAPIConnection, _record: object) -> None:
    # the driver's own BEGIN comes too late to take the write lock: see `_begin_sqlite`
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (f"busy_timeout={_BUSY_TIMEOUT * 1000}", "synchronous=NORMAL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    _use_wal(cursor)
    cursor.close()
    add_functions(cast("sqlite3.Connection", connection))


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


class Base(DeclarativeBase):
    """The base of all models, with our column types and names of constraints."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    # SQLAlchemy wants a plain dictionary
    type_annotation_map = {  # noqa: RUF012
        datetime: UtcDateTime(),
        str: Text(),
        dict[str, Any]: JsonValue(),
        list[str]: JsonValue(),
        bytes: LargeBinary(),
    }


def partial_index(name: str, *columns: str, only: str, sqlite: str | None = None) -> Index:
    """Return an index of the rows that meet a condition. `sqlite` is SQLite's spelling of it.

    The condition is SQL text: Alembic compares it with the text that the database stores.
    """
    return Index(name, *columns, info={"postgresql": only, "sqlite": sqlite or only})
