"""Many values in one JSON text, out of the database and into it.

A look asks for hundreds of small rows, and handing each over costs more than finding it. A list of
parameters makes another statement for each length, which SQLAlchemy has to write anew and of which
the driver keeps a hundred, with room for all their parameters.
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


class json_rows(FunctionElement[str]):  # named as the functions of SQL are  # noqa: N801
    """The rows of a group as a JSON array: of one column its values, of several an array a row; in no order, empty without rows.

    Values are as the database's own JSON has them, so a truth is 0 or 1 on SQLite.
    https://www.sqlite.org/json1.html#jgrouparray,
    https://www.postgresql.org/docs/current/functions-aggregate.html
    """

    type = Text()
    inherit_cache = True


class iso_text(FunctionElement[str]):  # as above  # noqa: N801
    """A column of instants as ISO 8601 in UTC, however the session of the database would write it."""

    type = Text()
    inherit_cache = True


class _json_list_values(FunctionElement[Any]):  # as above  # noqa: N801
    """The parameter's values, as many as there are, of the kind of the column that they are compared with."""

    inherit_cache = True


def in_json_list(
    column: ColumnElement[Any] | InstrumentedAttribute[Any], name: str
) -> ColumnElement[bool]:
    """Is the column's value one of those that the parameter of this name gives, as `listed` writes them?"""
    return column.bool_op("IN")(_json_list_values(bindparam(name, type_=Text()), column))


def one_of(
    column: ColumnElement[Any] | InstrumentedAttribute[Any],
    values: Collection[str] | Collection[int],
) -> ColumnElement[bool]:
    """Is the column's value one of these, however many they are? One alone is compared as it is, so that the database can plan for it."""
    if len(values) == 1:
        return column == next(iter(values))
    return column.bool_op("IN")(
        _json_list_values(bindparam("values", json_list(values), type_=Text(), unique=True), column)
    )


def json_list(values: Collection[str] | Collection[int]) -> str:
    """Values for `among`."""
    return msgspec.json.encode(list(values)).decode()


@compiles(json_rows, "sqlite")
# SQLAlchemy's signature
def _sqlite(element: json_rows, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401
    row = compiler.process(element.clauses, **options)
    return (
        f"json_group_array(json_array({row}))"
        if len(element.clauses) > 1
        else f"json_group_array({row})"
    )


@compiles(json_rows, "postgresql")
# as above
def _postgresql(element: json_rows, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401
    row = compiler.process(element.clauses, **options)
    rows = f"json_agg(json_build_array({row}))" if len(element.clauses) > 1 else f"json_agg({row})"
    return f"CAST(coalesce({rows}, '[]') AS text)"


@compiles(iso_text, "sqlite")
# as above
def _stored_so(element: iso_text, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401
    return compiler.process(element.clauses, **options)


@compiles(iso_text, "postgresql")
# as above
def _in_utc(element: iso_text, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401
    column = compiler.process(element.clauses, **options)
    return f"""to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""


@compiles(_json_list_values, "sqlite")
# as above
def _from_json(element: _json_list_values, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401
    values, _ = element.clauses
    # of what SQLAlchemy wrote
    return f"(SELECT value FROM json_each({compiler.process(values, **options)}))"  # noqa: S608


@compiles(_json_list_values, "postgresql")
# as above
def _from_array(element: _json_list_values, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401
    values, column = element.clauses
    kind = "bigint" if isinstance(column.type, Integer) else "text"
    return f"(SELECT CAST(json_array_elements_text(CAST({compiler.process(values, **options)} AS json)) AS {kind}))"
