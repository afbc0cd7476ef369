"""The views that people ask: the same names and columns on SQLite and PostgreSQL. docs/sql.md says what each means.

A question with a condition on `board`, `posting` or `company` must reach an index, whatever the
size of the history: a view that joins does so from the posting to what belongs to it, and one that
counts in order does so within a board.
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
    """The query of each view, for `sqlite` or `postgresql`; a view may lean on those before it."""
    return {
        name: query(SQLITE if dialect == "sqlite" else POSTGRES) for name, query in _VIEWS.items()
    }
