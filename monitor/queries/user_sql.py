"""A person's own SQL, asked in a way in which the database itself refuses to write."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from sqlalchemy import Engine, text

from monitor.database.engine import read_transaction
from monitor.database.views import VIEWS
from monitor.errors import UserError
from monitor.queries.time_limit import TimeLimit

_FETCHED = 500  # rows at once


@dataclass(frozen=True, slots=True)
class Question:
    """One SELECT with its bound parameters, and how long the database may work on it."""

    query: str
    parameters: Mapping[str, object] = field(default_factory=dict)
    seconds: float = 30.0


class Answer(NamedTuple):
    """The columns, each name once, and the rows while the question stays open."""

    columns: tuple[str, ...]
    rows: Iterator[dict[str, object]]


class Cursor(Protocol):
    """What both drivers' cursors offer."""

    def fetchmany(self, size: int, /) -> Sequence[Sequence[object]]: ...


def ask(engine: Engine, question: Question) -> AbstractContextManager[Answer]:
    """The answer, read while the context is open. Raises UserError for what is wrong with the query, also while the rows are read."""
    if engine.dialect.name == "sqlite":
        # these two need what this module defines
        from monitor.queries.user_sql_sqlite import ask_sqlite  # noqa: PLC0415

        return ask_sqlite(engine, question)
    # and this one a driver that is an extra
    from monitor.queries.user_sql_postgres import ask_postgres  # noqa: PLC0415

    return ask_postgres(engine, question)


def answer(names: Sequence[str], cursor: Cursor, watch: TimeLimit) -> Answer:
    """The answer that a cursor has ready. Raises UserError when the query asked for nothing."""
    if not names:
        raise UserError("that asks for nothing: give one SELECT on the views")
    columns = _unique(names)
    return Answer(columns, _rows(columns, cursor, watch))


def _rows(
    columns: tuple[str, ...], cursor: Cursor, watch: TimeLimit
) -> Iterator[dict[str, object]]:
    while True:
        some = watch(lambda: cursor.fetchmany(_FETCHED))
        if not some:
            return
        for row in some:
            yield dict(zip(columns, row, strict=True))


def _unique(names: Sequence[str]) -> tuple[str, ...]:
    """The names with `_2`, `_3` … where two columns share one: a JSON object has a name once."""
    unique: list[str] = []
    for name in names:
        candidates = (
            name if number == 1 else f"{name}_{number}" for number in range(1, len(names) + 1)
        )
        unique.append(next(candidate for candidate in candidates if candidate not in unique))
    return tuple(unique)


def failed(problem: str) -> UserError:
    """The database's own words on a query, on one line."""
    return UserError(f"the query failed: {' '.join(problem.split())}")


def took_too_long(question: Question) -> UserError:
    return UserError(
        f"the query was stopped after {question.seconds:g} s: narrow it, or give it longer with --timeout"
    )


def view_columns(engine: Engine) -> dict[str, tuple[str, ...]]:
    """The views with their columns, in order."""
    with read_transaction(engine) as connection:
        # our own names
        return {
            view: tuple(connection.execute(text(f"SELECT * FROM {view} LIMIT 0")).keys())  # noqa: S608
            for view in VIEWS
        }
