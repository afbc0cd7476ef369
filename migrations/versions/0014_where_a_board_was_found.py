"""A board that no longer exists keeps the board that its employer's careers page leads to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("board", sa.Column("found_at", sa.Text(), nullable=True))


def downgrade() -> None:
    op.execute("ALTER TABLE board DROP COLUMN found_at")
