"""The views for people's queries: the same names and columns on SQLite and PostgreSQL.

docs/sql.md describes them. A query with a condition on `board`, `posting` or `company` must reach
an index: a view joins from the posting to its rows, and counts in order within a board.

`migrations/env.py` creates the views again after a migration. So a changed view needs a new
revision: without one it reaches no existing database.
"""

from __future__ import annotations

from collections.abc import Callable

from monitor.database.views import alerts, boards, coverage, days, lifetimes, postings
from monitor.database.views.dialect import POSTGRES, SQLITE, Dialect

_VIEWS: dict[str, Callable[[Dialect], str]] = {
    "boards": boards.boards,
    "checks": boards.checks,
    "postings": postings.postings,
    "posting_locations": postings.locations,
    "posting_versions": postings.versions,
    "posting_changes": postings.changes,
    "posting_lifetimes": lifetimes.lifetimes,
    "rule_matches": postings.matches,
    "coverage": coverage.coverage,
    "daily_counts": days.daily_counts,
    "alerts": alerts.alerts,
}
VIEWS = tuple(_VIEWS)


def view_queries(dialect: str) -> dict[str, str]:
    """Return the query of each view for `sqlite` or `postgresql`. A view may use earlier ones."""
    return {
        name: query(SQLITE if dialect == "sqlite" else POSTGRES) for name, query in _VIEWS.items()
    }
