"""Run a person's own SQL in a way in which the database itself refuses to write.

A SQLite file is opened with `mode=ro`. `user_sql_postgres.py` has the other database. On SQLite an
authorizer limits queries to the views, whose names stay when the tables behind them change, and
refuses to attach other files (https://sqlite.org/c3ref/set_authorizer.html). It guards readers from
surprises, not secrets: who may open the file may read all of it.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from sqlalchemy import Engine

from monitor.database.engine import open_read_only
from monitor.database.sql_functions import add_functions
from monitor.database.trouble import describe_with_remedy
from monitor.database.views import VIEWS
from monitor.errors import UserError
from monitor.queries.near_names import unknown_name, unknown_view
from monitor.queries.question import (
    Answer,
    Question,
    TimeLimit,
    TooLong,
    answer,
    failed,
    took_too_long,
)

_LARGEST = 100_000_000  # bytes of one value that a query may make
_READS = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_RECURSIVE})
_UNSAFE = frozenset({"load_extension", "fts3_tokenizer"})
_TOKEN = re.compile(
    r"""--[^\n]*|/\*.*?(?:\*/|\Z)|'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|\w+|\S""",
    re.DOTALL,
)
_SERIES = frozenset({"json_each", "json_tree"})  # functions that stand where a table does


def ask(engine: Engine, question: Question) -> AbstractContextManager[Answer]:
    """Return the answer, which is read while the context is open.

    Raises UserError for an error in the query, also while the rows are read.
    """
    if engine.dialect.name == "sqlite":
        return _ask_sqlite(engine, question)
    # its driver is an extra
    from monitor.queries.user_sql_postgres import ask_postgres  # noqa: PLC0415

    return ask_postgres(engine, question)


class _Authorizer:
    """Allow or deny each action while SQLite prepares a query.

    `refusal` is the reason of the first denial.
    """

    def __init__(self, tables: frozenset[str]) -> None:
        self.refusal = ""
        self._tables = tables
        self._behind_views: set[str] = set()

    def __call__(
        self,
        action: int,
        first: str | None,
        second: str | None,
        _database: str | None,
        inside: str | None,
    ) -> int:
        if action in _READS:
            return sqlite3.SQLITE_OK
        if action == sqlite3.SQLITE_READ:
            return self._read((first or "").lower(), second or "", inside)
        if action == sqlite3.SQLITE_FUNCTION:
            return (
                sqlite3.SQLITE_OK
                if second not in _UNSAFE
                else self._refuse(f"`sql` only reads, and does not call {second}")
            )
        return self._refuse("`sql` only reads: it cannot write, attach a file or change a setting")

    def _read(self, name: str, column: str, inside: str | None) -> int:
        if name in VIEWS or name in _SERIES:
            return sqlite3.SQLITE_OK
        if inside is not None and inside.lower() in VIEWS:
            self._behind_views.add(name)
            return sqlite3.SQLITE_OK
        if not column and (name in self._behind_views or not self._is_internal(name)):
            # rows are counted: of a table behind a view that was read, or of a WITH of the query
            # itself
            return sqlite3.SQLITE_OK
        return self._refuse(unknown_view(name, VIEWS))

    def _is_internal(self, name: str) -> bool:
        return name in self._tables or name.startswith("sqlite_")

    def _refuse(self, reason: str) -> int:
        self.refusal = self.refusal or reason
        return sqlite3.SQLITE_DENY


@contextmanager
def _ask_sqlite(engine: Engine, question: Question) -> Iterator[Answer]:
    """Return the answer, as `user_sql.ask` does."""
    if (name := hidden_view(question.query)) is not None:
        raise UserError(f"{name} is a view: rename that WITH of the query")
    connection, fence = _open(Path(str(engine.url.database)))
    failures = add_functions(connection)
    watch = TimeLimit(question.seconds, connection.interrupt)
    try:
        cursor = watch(lambda: connection.execute(question.query, dict(question.parameters)))
        yield answer([name for name, *_ in cursor.description or ()], cursor, watch)
    except TooLong:
        raise took_too_long(question) from None
    # a Warning: several statements, before Python 3.12
    except (sqlite3.Error, sqlite3.Warning, OverflowError) as error:
        raise _explained(error, [fence.refusal, *failures], engine, question) from error
    finally:
        if not watch.left_behind:
            connection.close()


def hidden_view(query: str) -> str | None:
    """Return the first view whose name a WITH of the query takes, or None.

    SQLite names the CTE to the authorizer, so its tables would seem to be read by that view.
    """
    tokens = [_bare(token) for token in _TOKEN.findall(query) if not token.startswith(("--", "/*"))]
    for place, token in enumerate(tokens):
        rest = tokens[place + 1 :]
        if token in VIEWS and rest[:1] == ["("] and ")" in rest:  # WITH name (columns) AS (…)
            rest = rest[rest.index(")") + 1 :]
        if (
            token in VIEWS
            and rest[:1] == ["as"]
            and rest[1:2] in (["("], ["not"], ["materialized"])
        ):
            return token
    return None


def _bare(token: str) -> str:
    """Return a name without its quotes, in lower case."""
    return (
        token[1:-1].replace(token[-1] * 2, token[-1])
        if token[0] in "'\"`[" and len(token) > 1
        else token
    ).lower()


def _open(file: Path) -> tuple[sqlite3.Connection, _Authorizer]:
    """Return a connection with its authorizer. Raises UserError for a file that cannot be read."""
    try:
        connection = open_read_only(file.resolve())
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LARGEST)
        # declares them, or the fence takes it for a change
        connection.execute("SELECT 1 FROM json_each('[]'), json_tree('[]')").close()
        tables = [
            name.lower()
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
    except sqlite3.Error as error:
        raise UserError(
            f"the database {file} cannot be used: {describe_with_remedy(error)}"
        ) from error
    fence = _Authorizer(frozenset(tables))
    connection.set_authorizer(fence)
    return connection, fence


def _explained(
    error: Exception, reasons: Iterable[str], engine: Engine, question: Question
) -> UserError:
    """Return the error for a person. `reasons` are our own, "" for none."""
    if reason := next(filter(None, reasons), ""):
        return UserError(reason)
    if "one statement at a time" in str(error):
        return UserError("`sql` takes one statement at a time")
    if "binding" in str(error):
        return UserError(f"{error} Give it with --param NAME=VALUE; :now and :since have values")
    return unknown_name(engine, question.query, str(error)) or failed(str(error))
