"""Store where a mute was announced, so that its button disappears when the mute is undone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("mute", schema=None) as batch_op:
        batch_op.add_column(sa.Column("channel_id", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("ts", sa.Text(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("mute", schema=None) as batch_op:
        batch_op.drop_column("ts")
        batch_op.drop_column("channel_id")
