"""Run a person's query on PostgreSQL: a cursor in a READ ONLY transaction.

DECLARE CURSOR takes one SELECT or VALUES and nothing else
(https://www.postgresql.org/docs/current/sql-declare.html). COPY and DO are refused, which a READ
ONLY transaction alone would allow. The database's grants decide what a query may read. The
connection is closed afterwards, so that nothing of the query stays in its session, such as a lock
of `pg_advisory_lock`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import cast

import psycopg
from sqlalchemy import Engine

from monitor.errors import UserError
from monitor.queries.near_names import unknown_name
from monitor.queries.question import (
    Answer,
    Question,
    TimeLimit,
    TooLong,
    answer,
    failed,
    took_too_long,
)

_PIECE = re.compile(
    r"""'(?:[^']|'')*' | "(?:[^"]|"")*" | \$(?P<tag>\w*)\$.*?\$(?P=tag)\$ | --[^\n]* | /\*.*?\*/
    | :: | % | :(?P<name>[A-Za-z_]\w*)""",
    re.VERBOSE | re.DOTALL,
)


def placeholders(query: str, parameters: Mapping[str, object]) -> str:
    """Replace each `:name` by the driver's `%(name)s`.

    Texts, quoted names, comments and `::type` stay. Raises UserError for a name without a value.
    """

    def written(piece: re.Match[str]) -> str:
        name = piece["name"]
        if name is None:
            return piece[0].replace("%", "%%")
        if name not in parameters:
            raise UserError(
                f"the query names :{name}: give it with --param {name}=VALUE; :now and :since "
                "have values"
            )
        return f"%({name})s"

    return _PIECE.sub(written, query)


@contextmanager
def ask_postgres(engine: Engine, question: Question) -> Iterator[Answer]:
    """Return the answer, as `user_sql.ask` does."""
    query = placeholders(question.query.rstrip().rstrip(";"), question.parameters)
    connection = _open(engine)
    watch = TimeLimit(question.seconds, lambda: _cancel(connection))
    cursor = connection.cursor(name="question")
    try:
        _prepare(connection, question.seconds)
        watch(lambda: cursor.execute(query, dict(question.parameters)))
        yield answer([column.name for column in cursor.description or ()], cursor, watch)
    except (psycopg.errors.QueryCanceled, TooLong):
        raise took_too_long(question) from None
    except psycopg.Error as error:
        raise _explained(error, engine, question) from error
    finally:
        if not watch.left_behind:
            cursor.close()
            connection.close()


def _open(engine: Engine) -> psycopg.Connection:
    """Return a connection that the pool no longer manages."""
    pooled = engine.raw_connection()
    connection = cast("psycopg.Connection", pooled.driver_connection)
    pooled.detach()
    return connection


def _cancel(connection: psycopg.Connection) -> None:
    with suppress(psycopg.Error):  # a server that cannot be reached is left behind
        connection.cancel_safe(timeout=1)


def _prepare(connection: psycopg.Connection, seconds: float) -> None:
    milliseconds = f"{max(1, round(seconds * 1000))}ms"
    connection.execute("SET TRANSACTION READ ONLY")
    connection.execute(
        "SELECT set_config('TimeZone', 'UTC', true), set_config('statement_timeout', %s, true)",
        [milliseconds],
    )


def _explained(error: psycopg.Error, engine: Engine, question: Question) -> UserError:
    problem = error.diag.message_primary or str(error)
    if "multiple commands" in problem:
        return UserError("`sql` takes one statement at a time")
    if isinstance(
        error,
        psycopg.errors.SyntaxError
        | psycopg.errors.ReadOnlySqlTransaction
        | psycopg.errors.FeatureNotSupported,
    ):
        return UserError(
            f"the query failed: {' '.join(problem.split())} (`sql` only reads: one SELECT on the "
            "views)"
        )
    return unknown_name(engine, question.query, problem) or failed(problem)
