"""Count a board's texts that wait for later checks. Its first summary waits for them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    waiting = sa.Column("texts_waiting", sa.Integer(), nullable=False, server_default="0")
    op.add_column("board", waiting)


def downgrade() -> None:
    op.execute("ALTER TABLE board DROP COLUMN texts_waiting")
