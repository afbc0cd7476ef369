"""The interval that a board had when it was checked."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("board_check", sa.Column("every", sa.Double(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("board_check", schema=None) as batch_op:
        batch_op.drop_column("every")
