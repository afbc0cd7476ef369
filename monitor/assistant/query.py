"""The tool `sql`: an assistant's own queries on the views."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from monitor.assistant.answers import LONGEST, QueryAnswer
from monitor.assistant.arguments import Sql
from monitor.assistant.marking import Marker, quoted
from monitor.assistant.source import Source
from monitor.errors import UserError
from monitor.queries.question import Question, bound
from monitor.queries.sql_examples import EXAMPLES, HIRING
from monitor.queries.user_sql import ask
from monitor.queries.view_tables import view_columns
from monitor.text.times import parse_time

_FAILED: Final = "the query failed: "
_OF_FUNCTIONS: Final = ("the regular expression ", "median(")  # of REGEXP and median on SQLite
# https://www.postgresql.org/docs/current/errcodes-appendix.html: not supported, read-only, syntax
_ABOUT_THE_QUERY: Final = frozenset(["0A", "25", "42"])


def sql(source: Source, asked: Sql) -> QueryAnswer:
    """Return the rows of a query, or the views and examples without one."""
    query = (asked.query or "").strip()
    if not query:
        return _guide(source)
    now = source.clock()
    moments = {"now": now, "since": parse_time(asked.since, now)}
    own = {name.removeprefix(":"): str(value) for name, value in asked.param.items()}
    values = bound(source.engine.dialect.name, moments, own)
    part = source.page(asked.offset, asked.limit)
    question = Question(query, values, asked.timeout)
    with _marked_errors(source), ask(source.engine, question) as answer:
        page = part.of(answer.rows, Marker(LONGEST, known=False), nulls=True)
        columns = list(answer.columns)
    last = asked.offset + len(page.rows)
    said = f"Rows {asked.offset + 1:,} to {last:,}." if page.rows else "No rows."
    return QueryAnswer(
        summary=page.summary(said), columns=columns, rows=page.rows, next_offset=page.next_offset
    )


@contextmanager
def _marked_errors(source: Source) -> Iterator[None]:
    """Mark what an error quotes of a board's text, as that of `SELECT CAST(title AS integer)`."""
    try:
        yield
    except UserError as error:
        if not _quotes_data(error):
            raise
        why = str(error).removeprefix(_FAILED)
        raise UserError(f"{_FAILED}{quoted(why, source.new_mark)}") from error


def _quotes_data(error: UserError) -> bool:
    """Return True if the error may quote a stored value. SQLite's own errors quote none."""
    problem = str(error)
    if problem.startswith(_OF_FUNCTIONS):
        return True
    state = getattr(error.__cause__, "sqlstate", None)
    return problem.startswith(_FAILED) and state is not None and state[:2] not in _ABOUT_THE_QUERY


def _guide(source: Source) -> QueryAnswer:
    """Return a row for each view, then one for each example question."""
    views = view_columns(source.engine)
    named = [{"view": view, "columns": list(columns)} for view, columns in views.items()]
    asked = [
        {"question": words, "query": query.strip()} for words, query in (EXAMPLES | HIRING).items()
    ]
    return QueryAnswer(
        summary=f"The database is {_NAMES[source.engine.dialect.name]}. {len(named)} views with "
        "their columns, then example questions. :now is the current time, :since the value of "
        "`since`, :NAME a value of `param`.",
        columns=["view", "columns", "question", "query"],
        rows=[*named, *asked],
    )


_NAMES: Final = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
