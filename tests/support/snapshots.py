"""Snapshots of a database's rows: copied in hundredths of the time that recording takes."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

from psycopg import Connection, Cursor, sql
from sqlalchemy import Engine

_TABLES = (
    "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
)
_SEQUENCES = """
SELECT sequencename, last_value FROM pg_sequences
WHERE schemaname = 'public' AND last_value IS NOT NULL"""


def keep(engine: Engine) -> Callable[[Engine], None]:
    """Return a function that puts this database's rows into an empty one of its kind."""
    return _keep_file(engine) if engine.dialect.name == "sqlite" else _keep_rows(engine)


def _keep_file(engine: Engine) -> Callable[[Engine], None]:
    kept = sqlite3.connect(":memory:")
    with closing(engine.raw_connection()) as source:
        _sqlite(source.driver_connection).backup(kept)

    def put(into: Engine) -> None:
        with closing(into.raw_connection()) as target:
            kept.backup(_sqlite(target.driver_connection))

    return put


def _sqlite(connection: object) -> sqlite3.Connection:
    assert isinstance(connection, sqlite3.Connection)
    return connection


def _keep_rows(engine: Engine) -> Callable[[Engine], None]:
    with _cursor(engine) as cursor:
        tables = [name for (name,) in cursor.execute(_TABLES).fetchall()]
        numbers = cursor.execute(_SEQUENCES).fetchall()
        kept = {name: rows for name in tables if (rows := _rows(cursor, name))}

    def put(into: Engine) -> None:
        with _cursor(into) as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")  # tables in any order
            for name, rows in kept.items():
                with cursor.copy(
                    sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(name))
                ) as copy:
                    copy.write(rows)
            for name, last in numbers:
                cursor.execute("SELECT setval(%s, %s)", (name, last))

    return put


@contextmanager
def _cursor(engine: Engine) -> Iterator[Cursor[Any]]:
    """Yield a cursor of the driver, in a transaction."""
    with engine.begin() as connection:
        own = connection.connection.driver_connection
        assert isinstance(own, Connection)
        with own.cursor() as cursor:
            yield cursor


def _rows(cursor: Cursor[Any], table: str) -> bytes:
    with cursor.copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))) as copy:
        return b"".join(copy)
