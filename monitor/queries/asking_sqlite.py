"""A question to SQLite: the file is opened with `mode=ro`, so that nothing can be written whatever the query says.

An authorizer keeps questions to the views, whose names stay when the tables behind them change, and from attaching other files
(https://sqlite.org/c3ref/set_authorizer.html). It is a fence for the reader's sake: who may open the file may read all of it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Engine

from monitor.errors import UserError
from monitor.queries.asking import Answer, Question, answer, failed, took_too_long
from monitor.queries.watched import TooLong, Watch
from monitor.views import VIEWS

_LARGEST = 100_000_000  # bytes of one value that a query may make
_READS = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_RECURSIVE})
_UNSAFE = frozenset({"load_extension", "fts3_tokenizer"})
_SERIES = frozenset({"json_each", "json_tree"})  # functions that stand where a table does


class _Fence:
    """Says yes or no while SQLite prepares a query; `refusal` keeps the reason of the first no."""

    def __init__(self, tables: frozenset[str]) -> None:
        self.refusal = ""
        self._tables = tables
        self._behind_views: set[str] = set()

    def __call__(self, action: int, first: str | None, second: str | None, _database: str | None, inside: str | None) -> int:
        if action in _READS:
            return sqlite3.SQLITE_OK
        if action == sqlite3.SQLITE_READ:
            return self._read((first or "").lower(), second or "", inside)
        if action == sqlite3.SQLITE_FUNCTION:
            return sqlite3.SQLITE_OK if second not in _UNSAFE else self._refuse(f"`sql` only reads, and does not call {second}")
        return self._refuse("`sql` only reads: it refuses whatever writes, attaches a file or changes a setting")

    def _read(self, name: str, column: str, inside: str | None) -> int:
        if name in VIEWS or name in _SERIES:
            return sqlite3.SQLITE_OK
        if inside in VIEWS:
            self._behind_views.add(name)
            return sqlite3.SQLITE_OK
        if not column and (name in self._behind_views or not self._is_internal(name)):
            return sqlite3.SQLITE_OK  # rows are counted: of a table behind a view that was read, or of a WITH of the query itself
        return self._refuse(f"{name} is no view: `sql` reads {', '.join(VIEWS)}")

    def _is_internal(self, name: str) -> bool:
        return name in self._tables or name.startswith("sqlite_")

    def _refuse(self, reason: str) -> int:
        self.refusal = self.refusal or reason
        return sqlite3.SQLITE_DENY


@contextmanager
def ask_sqlite(engine: Engine, question: Question) -> Iterator[Answer]:
    """As `asking.ask`."""
    connection = _open(engine)
    watch = Watch(question.seconds, connection.interrupt)
    fence = _Fence(_tables(connection))
    connection.set_authorizer(fence)
    try:
        cursor = watch(lambda: connection.execute(question.query, dict(question.parameters)))
        yield answer([name for name, *_ in cursor.description or ()], cursor, watch)
    except TooLong:
        raise took_too_long(question) from None
    except (sqlite3.Error, sqlite3.Warning, OverflowError) as error:  # a Warning: several statements, before Python 3.12
        raise _explained(error, fence) from error
    finally:
        if not watch.left_behind:
            connection.close()


def _open(engine: Engine) -> sqlite3.Connection:
    file = Path(engine.url.database or "").resolve()
    connection = sqlite3.connect(f"file:{quote(str(file))}?mode=ro", uri=True, timeout=30, check_same_thread=False)
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LARGEST)
    connection.execute("SELECT 1 FROM json_each('[]'), json_tree('[]')").close()  # declares them, which the fence would take for a change
    return connection


def _tables(connection: sqlite3.Connection) -> frozenset[str]:
    return frozenset(name.lower() for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'"))


def _explained(error: Exception, fence: _Fence) -> UserError:
    if fence.refusal:
        return UserError(fence.refusal)
    if "one statement at a time" in str(error):
        return UserError("`sql` takes one statement at a time")
    if "binding" in str(error):
        return UserError(f"{error} Give it with --param NAME=VALUE; :now and :since are there")
    return failed(str(error))
