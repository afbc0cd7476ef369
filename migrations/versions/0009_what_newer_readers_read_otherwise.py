"""Store the fields that a newer reader read differently."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.column_types import UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reading_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("posting_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("old", sa.Text(), nullable=True),
        sa.Column("new", sa.Text(), nullable=True),
        sa.Column("from_reader", sa.Integer(), nullable=False),
        sa.Column("to_reader", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["posting_id"], ["posting.id"], name=op.f("fk_reading_change_posting_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reading_change")),
    )
    with op.batch_alter_table("reading_change", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_reading_change_posting_id"), ["posting_id"], unique=False
        )
    with op.batch_alter_table("posting_version", schema=None) as batch_op:
        batch_op.create_index("ix_posting_version_reader", ["reader_version", "id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("posting_version", schema=None) as batch_op:
        batch_op.drop_index("ix_posting_version_reader")
    op.drop_table("reading_change")
