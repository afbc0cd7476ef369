"""The views for people's queries: the same names and columns on SQLite and PostgreSQL.

docs/sql.md describes them. A query with a condition on `board`, `posting` or `company` must reach
an index: a view joins from the posting to its rows, and counts in order within a board.

`migrations/env.py` creates the views again after a migration. So a changed view needs a new
revision: without one it reaches no existing database.
"""

from __future__ import annotations

from collections.abc import Callable

from monitor.database.views import coverage, days, lifetimes, rows
from monitor.database.views.dialect import POSTGRES, SQLITE, Dialect

_VIEWS: dict[str, Callable[[Dialect], str]] = {
    "boards": rows.boards,
    "checks": rows.checks,
    "postings": rows.postings,
    "posting_locations": rows.locations,
    "posting_versions": rows.versions,
    "posting_changes": rows.changes,
    "posting_lifetimes": lifetimes.lifetimes,
    "rule_matches": rows.matches,
    "coverage": coverage.coverage,
    "daily_counts": days.daily_counts,
    "saved": rows.saved,
    "mutes": rows.mutes,
    "alerts": rows.alerts,
    "workers": rows.workers,
}
VIEWS = tuple(_VIEWS)


def view_queries(dialect: str) -> dict[str, str]:
    """Return the query of each view for `sqlite` or `postgresql`. A view may use earlier ones."""
    return {
        name: query(SQLITE if dialect == "sqlite" else POSTGRES) for name, query in _VIEWS.items()
    }


def recent_coverage(dialect: str) -> str:
    """Return the query of `coverage` from the parameter `since` on (`coverage.py`)."""
    return coverage.coverage(SQLITE if dialect == "sqlite" else POSTGRES, ":since")
