"""Many rows as one JSON text: a look asks for hundreds of small rows, and handing each over costs more than finding it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class gathered(FunctionElement[str]):  # noqa: N801  # named as the functions of SQL are
    """The rows of a group as a JSON array: of one column its values, of several an array a row; in no order, empty without rows.

    Values are as the database's own JSON has them, so a truth is 0 or 1 on SQLite.
    https://www.sqlite.org/json1.html#jgrouparray, https://www.postgresql.org/docs/current/functions-aggregate.html
    """

    type = Text()
    inherit_cache = True


class instant(FunctionElement[str]):  # noqa: N801  # as above
    """A column of instants as ISO 8601 in UTC, however the session of the database would write it."""

    type = Text()
    inherit_cache = True


@compiles(gathered, "sqlite")
def _sqlite(element: gathered, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401  # SQLAlchemy's signature
    row = compiler.process(element.clauses, **options)
    return f"json_group_array(json_array({row}))" if len(element.clauses) > 1 else f"json_group_array({row})"


@compiles(gathered, "postgresql")
def _postgresql(element: gathered, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401  # as above
    row = compiler.process(element.clauses, **options)
    rows = f"json_agg(json_build_array({row}))" if len(element.clauses) > 1 else f"json_agg({row})"
    return f"CAST(coalesce({rows}, '[]') AS text)"


@compiles(instant, "sqlite")
def _stored_so(element: instant, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401  # as above
    return compiler.process(element.clauses, **options)


@compiles(instant, "postgresql")
def _in_utc(element: instant, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401  # as above
    column = compiler.process(element.clauses, **options)
    return f"""to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""
