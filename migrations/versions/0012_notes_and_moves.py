"""A board's source keeps notes from one check to the next, and a board that moved knows where it came from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("board", sa.Column("notes", sa.Text(), nullable=True))
    op.add_column("board", sa.Column("unknown", sa.Integer(), server_default="0", nullable=False))
    op.add_column("board", sa.Column("moved_from", sa.Text(), nullable=True))


def downgrade() -> None:
    op.execute("ALTER TABLE board DROP COLUMN moved_from")
    op.execute("ALTER TABLE board DROP COLUMN unknown")
    op.execute("ALTER TABLE board DROP COLUMN notes")
