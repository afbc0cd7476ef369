"""The views as SQLAlchemy sees them, and the rows that a question gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Boolean, ColumnElement, Connection, Executable, Integer, Text, column, literal_column, table

from monitor.db import Instant

Row = dict[str, Any]

# The columns that our conditions name; `everything()` gives the others too.
POSTINGS = table(
    "postings",
    column("posting", Text()),
    column("board", Text()),
    column("key", Text()),
    column("title", Text()),
    column("url", Text()),
    column("state", Text()),
    column("first_seen_at", Instant()),
    column("closed_at", Instant()),
)
VERSIONS = table(
    "posting_versions",
    column("posting", Text()),
    column("board", Text()),
    column("version", Integer()),
    column("valid_from", Instant()),
    column("valid_to", Instant()),
)
CHANGES = table(
    "posting_changes",
    column("change_id", Integer()),
    column("at", Instant()),
    column("posting", Text()),
    column("board", Text()),
    column("kind", Text()),
)
COVERAGE = table(
    "coverage",
    column("board", Text()),
    column("from_at", Instant()),
    column("to_at", Instant()),
    column("known", Boolean()),
)


@dataclass(frozen=True, slots=True)
class Listing:
    """Rows with all their columns, in the view's order; the columns are there when no row is."""

    columns: tuple[str, ...]
    rows: list[Row]


def everything(view: str) -> ColumnElement[Any]:
    """All columns of a view, in its order."""
    return literal_column(f"{view}.*")


def listing(connection: Connection, statement: Executable) -> Listing:
    """All that the statement gives."""
    result = connection.execute(statement)
    return Listing(tuple(result.keys()), [dict(row) for row in result.mappings()])
