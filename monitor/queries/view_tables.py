"""The views as SQLAlchemy tables, with the kind of each column.

SQLite does not report kinds, PostgreSQL does. A column name means the same in every view, so each
name has one kind. Columns not named here are text.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Literal

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Connection,
    Engine,
    Executable,
    Integer,
    Text,
    column,
    literal_column,
    select,
    table,
    text,
)

from monitor.database.columns import UtcDateTime
from monitor.database.engine import read_transaction
from monitor.database.views import VIEWS

Kind = Literal["text", "instant", "day", "whole", "number", "yes_or_no"]

_INSTANTS = """
    at not_before valid_from valid_to from_at to_at opened_earliest opened_latest closed_earliest
    closed_latest ats_first_published ats_updated_at deadline_at last_check_at last_ok_at
    next_check_at started_at finished_at first_seen_at last_seen_at closed_at created_at sent_at
    saved_at until
"""
_WHOLE = """
    change_id check_id alert_id version spell status seen opened revised closed reopened unreadable
    bytes attempts failures open_postings open pid done
"""
_NUMBERS = """
    pay_min pay_max pay_year_min pay_year_max pay_old_max pay_new_max pay_change_percent seconds
    days_open
"""
_KINDS: dict[str, Kind] = {
    **dict.fromkeys(_INSTANTS.split(), "instant"),
    **dict.fromkeys(_WHOLE.split(), "whole"),
    **dict.fromkeys(_NUMBERS.split(), "number"),
    **dict.fromkeys(("is_current", "known", "left_censored", "right_censored"), "yes_or_no"),
    "day": "day",
}


def kind(column: str, view: str = "") -> Kind:
    """Return the kind of a view's column."""
    # of the program, where every other version is a posting's
    return "text" if (view, column) == ("workers", "version") else _KINDS.get(column, "text")


def _instant(value: object) -> datetime:
    found = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return found.astimezone(UTC)


def _day(value: object) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))


_READ: dict[Kind, Callable[..., object]] = {
    "text": str,
    "instant": _instant,
    "day": _day,
    "whole": int,
    "number": float,
    "yes_or_no": bool,
}


def reader(column: str, view: str = "") -> Callable[[object], object]:
    """Return a function from a database value to the Python value of its kind. Null stays None."""
    read = _READ[kind(column, view)]
    return lambda value: None if value is None else read(value)


Row = dict[str, Any]

# The columns that our conditions name; `all_columns()` gives the others too.
POSTINGS = table(
    "postings",
    column("posting", Text()),
    column("board", Text()),
    column("key", Text()),
    column("title", Text()),
    column("url", Text()),
    column("state", Text()),
    column("first_seen_at", UtcDateTime()),
    column("closed_at", UtcDateTime()),
)
VERSIONS = table(
    "posting_versions",
    column("posting", Text()),
    column("board", Text()),
    column("version", Integer()),
    column("valid_from", UtcDateTime()),
    column("valid_to", UtcDateTime()),
)
CHANGES = table(
    "posting_changes",
    column("change_id", Integer()),
    column("at", UtcDateTime()),
    column("posting", Text()),
    column("board", Text()),
    column("kind", Text()),
    column("field", Text()),
)
COVERAGE = table(
    "coverage",
    column("board", Text()),
    column("from_at", UtcDateTime()),
    column("to_at", UtcDateTime()),
    column("known", Boolean()),
)


@dataclass(frozen=True, slots=True)
class Listing:
    """Rows with all their columns in the view's order. The columns are there even without rows."""

    columns: tuple[str, ...]
    rows: list[Row]


def all_columns(view: str) -> ColumnElement[Any]:
    """Return all columns of a view, in its order."""
    return literal_column(f"{view}.*")


def columns_without(connection: Connection, view: str, *names: str) -> list[ColumnElement[Any]]:
    """Return the columns of a view in its order, without these: a description has kilobytes."""
    found = connection.execute(select(all_columns(view)).select_from(table(view)).limit(0))
    columns = tuple(found.keys())
    return [literal_column(f"{view}.{name}").label(name) for name in columns if name not in names]


def run_listing(connection: Connection, statement: Executable) -> Listing:
    """Return all rows of the statement."""
    result = connection.execute(statement)
    return Listing(tuple(result.keys()), [dict(row) for row in result.mappings()])


def view_columns(engine: Engine) -> dict[str, tuple[str, ...]]:
    """Return the views with their columns, in order."""
    with read_transaction(engine) as connection:
        # our own names
        return {
            view: tuple(connection.execute(text(f"SELECT * FROM {view} LIMIT 0")).keys())  # noqa: S608
            for view in VIEWS
        }
