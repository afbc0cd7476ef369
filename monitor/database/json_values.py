"""Pass a list to or from SQL as one JSON value.

Hundreds of rows are fetched as one JSON text, since fetching a row costs more than finding it. A
list of ids is passed as one JSON parameter: with `IN (…)` every length is another statement, which
SQLAlchemy has to compile and the driver has to cache.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Integer, Text, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class json_rows(FunctionElement[str]):  # noqa: N801  # a function of SQL
    """The rows of a group as a JSON array, in no order.

    One column gives its values, several give an array for each row.
    Values are as the database's own JSON has them: SQLite's booleans are 0 and 1.
    https://www.sqlite.org/json1.html#jgrouparray,
    https://www.postgresql.org/docs/current/functions-aggregate.html
    """

    type = Text()
    inherit_cache = True


class iso_text(FunctionElement[str]):  # noqa: N801  # a function of SQL
    """A column of instants as ISO 8601 in UTC, in any time zone of the session."""

    type = Text()
    inherit_cache = True


class _json_list_values(FunctionElement[Any]):  # noqa: N801  # a function of SQL
    """The values of a JSON parameter, in the type of the column that they are compared with."""

    inherit_cache = True


def in_json_list(
    column: ColumnElement[Any] | InstrumentedAttribute[Any], name: str
) -> ColumnElement[bool]:
    """Return the condition that the value is in the named parameter, made by `json_list`."""
    return column.bool_op("IN")(_json_list_values(bindparam(name, type_=Text()), column))


def one_of(
    column: ColumnElement[Any] | InstrumentedAttribute[Any],
    values: Collection[str] | Collection[int],
) -> ColumnElement[bool]:
    """Return the condition that the column's value is one of any number of values.

    A single value is compared directly, so that the database can plan for it.
    """
    if len(values) == 1:
        return column == next(iter(values))
    return column.bool_op("IN")(
        _json_list_values(bindparam("values", json_list(values), type_=Text(), unique=True), column)
    )


def json_list(values: Collection[str] | Collection[int]) -> str:
    """Return the values as a parameter of `in_json_list`."""
    return msgspec.json.encode(list(values)).decode()


@compiles(json_rows, "sqlite")
# Any: SQLAlchemy's signature, here and below
def _sqlite(element: json_rows, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401
    row = compiler.process(element.clauses, **options)
    return (
        f"json_group_array(json_array({row}))"
        if len(element.clauses) > 1
        else f"json_group_array({row})"
    )


@compiles(json_rows, "postgresql")
def _postgresql(element: json_rows, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401
    row = compiler.process(element.clauses, **options)
    rows = f"json_agg(json_build_array({row}))" if len(element.clauses) > 1 else f"json_agg({row})"
    return f"CAST(coalesce({rows}, '[]') AS text)"


@compiles(iso_text, "sqlite")
def _stored_so(element: iso_text, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401
    return compiler.process(element.clauses, **options)


@compiles(iso_text, "postgresql")
def _in_utc(element: iso_text, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401
    column = compiler.process(element.clauses, **options)
    return f"""to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""


@compiles(_json_list_values, "sqlite")
def _from_json(element: _json_list_values, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401
    values, _ = element.clauses
    return f"(SELECT value FROM json_each({compiler.process(values, **options)}))"  # noqa: S608  # SQLAlchemy's own text


@compiles(_json_list_values, "postgresql")
def _from_array(element: _json_list_values, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401
    values, column = element.clauses
    kind = "bigint" if isinstance(column.type, Integer) else "text"
    array = f"CAST({compiler.process(values, **options)} AS json)"
    return f"(SELECT CAST(json_array_elements_text({array}) AS {kind}))"
