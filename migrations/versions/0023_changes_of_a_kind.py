"""Find the changes of a rare kind, and the postings that repeat one.

SQLite would read every change and every posting otherwise. An index that begins with the kind would
serve too, but SQLite would take it for the view of lifetimes, which then takes seconds.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_posting_change_at", "posting_change")
    op.create_index("ix_posting_change_at", "posting_change", ["at", "kind"])
    op.create_index(
        "ix_posting_repost",
        "posting",
        ["repost_of"],
        sqlite_where=sa.text("repost_of IS NOT NULL"),
        postgresql_where=sa.text("repost_of IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_posting_repost", "posting")
    op.drop_index("ix_posting_change_at", "posting_change")
    op.create_index("ix_posting_change_at", "posting_change", ["at"])
