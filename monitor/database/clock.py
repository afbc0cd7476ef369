"""The database's own clock in SQL: SQLite's is its machine's, PostgreSQL's its server's. Whoever compares instants by it agrees."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Float, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from monitor.database.engine import UtcDateTime


class _in_seconds(FunctionElement[datetime]):  # named as the functions of SQL are  # noqa: N801
    type = UtcDateTime()
    inherit_cache = True


class _seconds_until(FunctionElement[float]):  # as above  # noqa: N801
    type = Float()
    inherit_cache = True


def in_seconds(seconds: float) -> ColumnElement[datetime]:
    """The instant so many seconds from now."""
    return _in_seconds(literal(float(seconds), Float()))


def seconds_until(
    column: ColumnElement[datetime] | InstrumentedAttribute[datetime],
) -> ColumnElement[float]:
    """How many seconds from now the column's instant is; negative when it is over."""
    return _seconds_until(column)


@compiles(_in_seconds, "sqlite")
# SQLAlchemy's signature
def _sqlite_in_seconds(element: _in_seconds, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401
    return f"strftime('%Y-%m-%dT%H:%M:%f000Z', 'now', {compiler.process(element.clauses, **options)} || ' seconds')"


@compiles(_in_seconds, "postgresql")
# as above
def _postgresql_in_seconds(element: _in_seconds, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401
    return f"(clock_timestamp() + make_interval(secs => {compiler.process(element.clauses, **options)}))"


@compiles(_seconds_until, "sqlite")
# as above
def _sqlite_until(element: _seconds_until, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401
    return f"((julianday({compiler.process(element.clauses, **options)}) - julianday('now')) * 86400.0)"


@compiles(_seconds_until, "postgresql")
# as above
def _postgresql_until(element: _seconds_until, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401
    return f"CAST(extract(epoch FROM {compiler.process(element.clauses, **options)} - clock_timestamp()) AS double precision)"
