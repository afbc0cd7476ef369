"""Until when a channel asked to be left alone, so that not even a person's wish to try again is sent sooner."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.column_types import UtcDateTime

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("delivery", "card"):
        op.add_column(table, sa.Column("not_before", UtcDateTime(), nullable=True))


def downgrade() -> None:
    for table in ("delivery", "card"):
        op.execute(f"ALTER TABLE {table} DROP COLUMN not_before")
