"""Keep beside a posting what lists of roles filter and sort by, and index it.

The newest version has it too. Its rows are wide: filtering 100,000 postings by them takes a second.
PostgreSQL gets an index of the words of titles, as SQLite has one.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from migrations.column_types import UtcDateTime

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_COLUMNS: dict[str, sa.types.TypeEngine[Any]] = {
    "location": sa.Text(),
    "workplace": sa.Text(),
    "pay_currency": sa.Text(),
    "pay_year_max": sa.Double(),
    "deadline_at": UtcDateTime(),
}
# not its place: a long one is too long for an index of PostgreSQL
_INDEXED = (
    "state", "first_seen_at", "board_id", "seniority", "workplace", "country", "pay_currency",
    "pay_year_max", "deadline_at", "company",
)  # fmt: skip
_PER_YEAR = {"year": 1.0, "month": 12.0, "week": 52.0, "day": 260.0, "hour": 2080.0}


def upgrade() -> None:
    for name, kind in _COLUMNS.items():
        op.add_column("posting", sa.Column(name, kind, nullable=True))
    periods = " ".join(f"WHEN '{period}' THEN {per}" for period, per in _PER_YEAR.items())
    op.execute(f"""
        UPDATE posting SET location = v.location, workplace = v.workplace,
            pay_currency = v.pay_currency, deadline_at = v.deadline_at,
            pay_year_max = v.pay_max * CASE v.pay_period {periods} END
        FROM posting_version v WHERE v.posting_id = posting.id AND v.number = posting.version""")
    op.create_index("ix_posting_listed", "posting", list(_INDEXED))
    _index_open(["board_id", "state"])
    if op.get_bind().dialect.name == "sqlite":
        op.create_index("ix_posting_place", "posting", ["state", "location"])
    _index_titles_apart()


def _index_open(columns: list[str]) -> None:
    """Create the index of open postings again. The one of lists would else be taken for it."""
    only = sa.text("state = 'open'")
    op.drop_index("ix_posting_open", "posting")
    op.create_index("ix_posting_open", "posting", columns, sqlite_where=only, postgresql_where=only)


def _index_titles_apart() -> None:
    """Add an index of the words of titles on PostgreSQL. The upgrade fills it."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE search_text ADD COLUMN title_search_words tsvector")
        op.execute(
            "CREATE INDEX ix_search_text_title_search_words ON search_text"
            " USING gin (title_search_words)"
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.drop_index("ix_posting_place", "posting")
    else:
        op.execute("ALTER TABLE search_text DROP COLUMN title_search_words")
    _index_open(["board_id"])
    op.drop_index("ix_posting_listed", "posting")
    for name in _COLUMNS:
        op.drop_column("posting", name)
