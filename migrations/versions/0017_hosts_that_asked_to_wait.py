"""Store the hosts that asked to wait, and the boards that a round did not ask because of that."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from migrations.column_types import UtcDateTime

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "host_hold",
        sa.Column("host", sa.Text(), primary_key=True),
        sa.Column("saved_at", UtcDateTime(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("repeats", sa.Integer(), nullable=False),
    )
    op.add_column("board", sa.Column("held_round", sa.Integer()))
    op.add_column("check_round", sa.Column("held", sa.JSON().with_variant(JSONB(), "postgresql")))


def downgrade() -> None:
    for table, column in (("board", "held_round"), ("check_round", "held")):
        op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
    op.drop_table("host_hold")
