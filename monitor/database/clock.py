"""The database's own clock in SQL, by which all processes agree.

SQLite's is its machine's clock, PostgreSQL's is its server's.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Float, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from monitor.database.columns import UtcDateTime


class _in_seconds(FunctionElement[datetime]):  # noqa: N801  # a function of SQL
    type = UtcDateTime()
    inherit_cache = True


class _seconds_until(FunctionElement[float]):  # noqa: N801  # a function of SQL
    type = Float()
    inherit_cache = True


def in_seconds(seconds: float) -> ColumnElement[datetime]:
    """Return the instant that many seconds from now."""
    return _in_seconds(literal(float(seconds), Float()))


def seconds_until(
    column: ColumnElement[datetime] | InstrumentedAttribute[datetime],
) -> ColumnElement[float]:
    """Return the seconds from now to the column's instant; negative if it has passed."""
    return _seconds_until(column)


@compiles(_in_seconds, "sqlite")
# Any: SQLAlchemy's signature, here and below
def _sqlite_in_seconds(element: _in_seconds, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401
    seconds = compiler.process(element.clauses, **options)
    return f"strftime('%Y-%m-%dT%H:%M:%f000Z', 'now', {seconds} || ' seconds')"


@compiles(_in_seconds, "postgresql")
def _postgresql_in_seconds(element: _in_seconds, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401
    seconds = compiler.process(element.clauses, **options)
    return f"(clock_timestamp() + make_interval(secs => {seconds}))"


@compiles(_seconds_until, "sqlite")
def _sqlite_until(element: _seconds_until, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401
    instant = compiler.process(element.clauses, **options)
    return f"((julianday({instant}) - julianday('now')) * 86400.0)"


@compiles(_seconds_until, "postgresql")
def _postgresql_until(element: _seconds_until, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401
    instant = compiler.process(element.clauses, **options)
    return f"CAST(extract(epoch FROM {instant} - clock_timestamp()) AS double precision)"
