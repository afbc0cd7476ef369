"""The rows of the views, a batch at a time, as Python values of the same types from either database."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import Connection, text

from monitor.queries.columns import reader

_AT_ONCE = 2_000  # rows in memory: of descriptions, some 20 MB


class Rows(NamedTuple):
    """A view's columns, and its rows in batches: no order is promised, since sorting a million texts would take the disk twice."""

    columns: tuple[str, ...]
    batches: Iterator[list[tuple[object, ...]]]


def view_rows(connection: Connection, view: str) -> Rows:
    """All of a view."""
    result = connection.execution_options(yield_per=_AT_ONCE).execute(text(f"SELECT * FROM {view}"))  # noqa: S608  # our own names
    columns = tuple(result.keys())
    readers = [reader(column) for column in columns]
    partitions = result.partitions()
    return Rows(columns, ([tuple(read(value) for read, value in zip(readers, row, strict=True)) for row in batch] for batch in partitions))
