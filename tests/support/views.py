"""Everything that the views show, to compare two histories or two moments."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Engine, text

from monitor.database.engine import read_transaction
from monitor.database.views import VIEWS

Rows = list[dict[str, Any]]


def view_rows(engine: Engine, *, without: Collection[str] = ()) -> dict[str, Rows]:
    """Return the rows of every view, sorted. How long a role is open now is left out."""
    with read_transaction(engine) as connection:
        return {
            view: sorted(
                (
                    _lasting(dict(row))
                    # our own names
                    for row in connection.execute(text(f"SELECT * FROM {view}")).mappings()
                ),
                key=str,
            )
            for view in VIEWS
            if view not in without
        }


def _lasting(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"days_open": None} if row.get("right_censored") else row
