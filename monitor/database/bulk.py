"""Insert many rows at once, quicker than SQLAlchemy does on SQLite.

For each value of each row SQLAlchemy finds the column's conversion again, while the transaction
holds the write lock. This module finds the conversions of a table once, and passes on values that
need none. `prepare_rows` converts the values before the transaction begins.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import repeat
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import Column, Connection, Dialect, Table, insert
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from monitor.database.pauses import with_pauses

_FEW = 10  # rows, for which it does not matter
_AT_ONCE = 500  # rows, which SQLite inserts in a few milliseconds
_Convert = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class PreparedRows:
    """Rows of one table, for `insert_prepared`."""

    table: Table
    rows: Sequence[Mapping[str, object]]
    columns: tuple[str, ...] = ()  # of `values`
    values: Sequence[tuple[object, ...]] | None = None  # None: SQLAlchemy converts them


def insert_rows(connection: Connection, table: Table, rows: Sequence[Mapping[str, object]]) -> None:
    """Insert rows that have the same columns."""
    insert_prepared(connection, prepare_rows(connection.dialect, table, rows))


def prepare_rows(
    dialect: Dialect, table: Table, rows: Sequence[Mapping[str, object]]
) -> PreparedRows:
    """Convert the values of rows that have the same columns."""
    if dialect.name != "sqlite" or len(rows) < _FEW:
        return PreparedRows(table, rows)
    names = tuple(rows[0])
    plan = _plan(dialect, table, names)
    columns: list[Iterable[object]] = [map(itemgetter(name), rows) for name in names]
    for place, convert in plan.converted:
        columns[place] = map(convert, columns[place])
    columns += [repeat(value, len(rows)) for value in plan.defaults.values()]
    return PreparedRows(table, rows, (*names, *plan.defaults), list(zip(*columns, strict=True)))


def insert_prepared(
    connection: Connection, prepared: PreparedRows, **late: Sequence[object]
) -> None:
    """Insert the rows, with columns that were not known before. Their values need no conversion."""
    if not prepared.rows:
        return
    known_late = zip(*late.values(), strict=True) if late else repeat(())
    if prepared.values is None:
        rows = [
            {**row, **dict(zip(late, values, strict=True))}
            for row, values in zip(prepared.rows, known_late, strict=False)
        ]
        connection.execute(insert(prepared.table), rows)
        return
    values = [row + added for row, added in zip(prepared.values, known_late, strict=False)]
    statement = _statement(connection.dialect, prepared.table, (*prepared.columns, *late))
    for start in with_pauses(range(0, len(values), _AT_ONCE)):
        connection.exec_driver_sql(statement, values[start : start + _AT_ONCE])


class _Plan(NamedTuple):
    converted: Sequence[tuple[int, _Convert]]  # places of columns, with their conversion
    defaults: Mapping[str, object]  # converted values of the columns that are not given


@lru_cache(maxsize=64)
def _plan(dialect: Dialect, table: Table, names: tuple[str, ...]) -> _Plan:
    converts = [_processor(table.columns[name], dialect) for name in names]
    return _Plan(
        [(place, convert) for place, convert in enumerate(converts) if convert],
        {
            column.name: convert(column.default.arg) if convert else column.default.arg
            for column in table.columns
            if isinstance(column.default, ScalarElementColumnDefault) and column.name not in names
            for convert in [_processor(column, dialect)]
        },
    )


@lru_cache(maxsize=64)
def _statement(dialect: Dialect, table: Table, columns: tuple[str, ...]) -> str:
    quote = dialect.identifier_preparer.quote
    listed, marks = ", ".join(map(quote, columns)), ", ".join("?" * len(columns))
    return f"INSERT INTO {quote(table.name)} ({listed}) VALUES ({marks})"  # noqa: S608  # names of models


def _processor(column: Column[Any], dialect: Dialect) -> _Convert | None:
    """Return the function that converts a value of the column for the driver, if it needs any."""
    return column.type.dialect_impl(dialect).bind_processor(dialect)
