"""Insert many rows at once, quicker than SQLAlchemy does on SQLite.

For each value of each row SQLAlchemy finds the column's conversion again. A large check holds the
write lock meanwhile, for as long as SQLite takes to insert the rows. This module finds the
conversions of a table once, and passes on values that need none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import repeat
from operator import itemgetter
from typing import Any

from sqlalchemy import Column, Connection, Dialect, Table, insert
from sqlalchemy.sql.schema import ScalarElementColumnDefault

_FEW = 10  # rows, for which it does not matter
_Convert = Callable[[Any], Any]


def insert_rows(connection: Connection, table: Table, rows: Sequence[Mapping[str, object]]) -> None:
    """Insert rows that have the same columns."""
    if not rows:
        return
    if connection.dialect.name != "sqlite" or len(rows) < _FEW:
        connection.execute(insert(table), rows)
        return
    names = tuple(rows[0])
    statement, converted, constants = _plan(connection.dialect, table, names)
    columns: list[Iterable[object]] = [map(itemgetter(name), rows) for name in names]
    for place, convert in converted:
        columns[place] = map(convert, columns[place])
    columns += [repeat(value, len(rows)) for value in constants]
    connection.exec_driver_sql(statement, list(zip(*columns, strict=True)))


@lru_cache(maxsize=64)
def _plan(
    dialect: Dialect, table: Table, names: tuple[str, ...]
) -> tuple[str, list[tuple[int, _Convert]], tuple[object, ...]]:
    """Return the statement, the conversions by place, and the values of columns not given."""
    defaults = {
        column.name: column.default.arg
        for column in table.columns
        if isinstance(column.default, ScalarElementColumnDefault) and column.name not in names
    }
    columns = [table.columns[name] for name in (*names, *defaults)]
    processors = [_processor(column, dialect) for column in columns]
    constants = tuple(
        process(value) if process else value
        for value, process in zip(defaults.values(), processors[len(names) :], strict=True)
    )
    converted = [(place, one) for place, one in enumerate(processors[: len(names)]) if one]
    quote = dialect.identifier_preparer.quote
    listed = ", ".join(quote(column.name) for column in columns)
    marks = ", ".join("?" * len(columns))
    statement = f"INSERT INTO {quote(table.name)} ({listed}) VALUES ({marks})"  # noqa: S608  # names of models
    return statement, converted, constants


def _processor(column: Column[Any], dialect: Dialect) -> _Convert | None:
    """Return the function that converts a value of the column for the driver, if it needs any."""
    return column.type.dialect_impl(dialect).bind_processor(dialect)
