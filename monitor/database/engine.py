"""Engine, transactions and column types, the same for SQLite and PostgreSQL."""

from __future__ import annotations

import os
import sqlite3
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from time import monotonic, sleep
from typing import Any, Final
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
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeEngine

from monitor.config.database_url import normal_url

_PATIENCE: Final = 30  # seconds that a writer waits for others
_LOOK_EVERY: Final = 0.05  # seconds
CHANNEL: Final = "rolewatch"  # of NOTIFY on PostgreSQL
AnyRow = Row[*tuple[Any, ...]]  # of a query whose columns the type checker does not know


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime in UTC: `timestamptz` on PostgreSQL, ISO 8601 text of fixed width on SQLite, so that it sorts."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(
            String(27) if dialect.name == "sqlite" else DateTime(timezone=True)
        )

    # SQLAlchemy's signature
    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:  # noqa: ANN401
        if value is None:
            return None
        return iso(value) if dialect.name == "sqlite" else value.astimezone(UTC)

    # SQLAlchemy's signature
    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ANN401
        if value is None:
            return None
        if dialect.name == "sqlite":
            return datetime.fromisoformat(value)
        return value.astimezone(UTC) if isinstance(value, datetime) else None


# the two dialects' inserts have no type in common
def insert_or_ignore(connection: Connection, table: Table) -> Any:  # noqa: ANN401
    """An insert that leaves out the rows that are there already."""
    return _insert_missing(connection.dialect.name, table)


@cache
def _insert_missing(dialect: str, table: Table) -> Any:  # as above  # noqa: ANN401
    return (sqlite if dialect == "sqlite" else postgresql).insert(table).on_conflict_do_nothing()


def iso(instant: datetime) -> str:
    """The instant as rolewatch writes it: `2024-05-19T19:00:00.000000Z`, a year before 1000 with its zeros, so that it sorts."""
    return instant.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def to_the_minute(instant: datetime) -> str:
    """The instant as a person reads it: `2024-05-19 19:00Z`."""
    return iso(instant)[: len("2024-05-19T19:00")].replace("T", " ") + "Z"


def make_engine(url: str) -> Engine:
    """An engine on the database. SQLite: WAL, foreign keys on, and writers wait for each other up to 30 s."""
    target = make_url(normal_url(url))
    if target.get_backend_name() != "sqlite":
        engine = create_engine(target, pool_pre_ping=True)
        event.listen(engine, "connect", _prepare_postgresql)
        event.listen(engine, "commit", _notify)
        return engine
    file = Path(str(target.database))
    creator = {"creator": lambda: open_read_only(file)} if _is_read_only(file) else {}
    engine = create_engine(target, connect_args={"timeout": _PATIENCE}, **creator)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def read_transaction(engine: Engine) -> AbstractContextManager[Connection]:
    """A connection for queries. All of them see the database at one moment, and no writer waits for it."""
    return _reader(engine).begin()


def open_read_only(file: Path, timeout: float = _PATIENCE) -> sqlite3.Connection:
    """A SQLite file opened so that nothing can be written, in a folder that may be read-only too. Raises sqlite3.Error."""
    # https://www.sqlite.org/uri.html#uriimmutable
    how = "immutable=1" if _is_read_only(file) else "mode=ro"
    return sqlite3.connect(
        f"file:{quote(str(file.absolute()))}?{how}",
        uri=True,
        timeout=timeout,
        check_same_thread=False,
    )


def read_and_roll_back(engine: Engine) -> AbstractContextManager[Connection]:
    """A connection for questions, as `reading`, whose transaction is rolled back: there is nothing to commit."""
    return _reader(engine).connect()


def _reader(engine: Engine) -> Engine:
    own = {} if engine.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
    return engine.execution_options(rolewatch_reading=True, **own)


def is_reading(connection: Connection) -> bool:
    """True if the connection was opened by `reading`."""
    return bool(connection.get_execution_options().get("rolewatch_reading"))


def _is_read_only(file: Path) -> bool:
    """Can neither the file nor its folder be written, with nothing in its log? SQLite would want to make one, and fail to read at all."""
    log = file.with_name(f"{file.name}-wal")
    return file.exists() and not (
        os.access(file, os.W_OK) or os.access(file.absolute().parent, os.W_OK) or log.exists()
    )


def _begin_sqlite(connection: Connection) -> None:
    """A transaction that may write takes the lock at its start, so that it waits for its turn instead of failing at its first write."""
    connection.exec_driver_sql("BEGIN" if is_reading(connection) else "BEGIN IMMEDIATE")


def _notify(connection: Connection) -> None:
    """A running daemon hears of what another process writes; of its own writing (`rolewatch_silent`) it knows."""
    if not is_reading(connection) and not connection.get_execution_options().get(
        "rolewatch_silent"
    ):
        connection.exec_driver_sql(f"NOTIFY {CHANNEL}")


def _prepare_postgresql(connection: DBAPIConnection, _record: object) -> None:
    """Instants come as UTC whatever the server's zone is, in which some would lie beyond the calendar and could not be read."""
    cursor = connection.cursor()
    cursor.execute("SET TIME ZONE 'UTC'")
    cursor.close()
    connection.commit()


def _prepare_sqlite(connection: DBAPIConnection, _record: object) -> None:
    # BEGIN is ours: the driver's own comes too late to take the write lock
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (f"busy_timeout={_PATIENCE * 1000}", "synchronous=NORMAL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    _use_wal(cursor)
    cursor.close()


def _use_wal(cursor: DBAPICursor) -> None:
    """WAL, which a file keeps. For this one thing SQLite does not wait for a writer, so that we do."""
    end = monotonic() + _PATIENCE
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            # the kind; the rest of the number says why
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or monotonic() > end:
                raise
            sleep(_LOOK_EVERY)
        else:
            return


_Json = JSON().with_variant(JSONB(), "postgresql")


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    # SQLAlchemy's way
    type_annotation_map = {  # noqa: RUF012
        datetime: UtcDateTime(),
        str: Text(),
        dict[str, Any]: _Json,
        list[str]: _Json,
        bytes: LargeBinary(),
    }


def partial_index(name: str, *columns: str, only: str) -> Index:
    """An index of the rows that meet a condition."""
    return Index(name, *columns, sqlite_where=text(only), postgresql_where=text(only))
