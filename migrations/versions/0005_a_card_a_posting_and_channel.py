"""Cards: a message a posting and channel, edited to today's truth, with a thread of what happened next."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.column_types import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "card",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("posting_id", sa.Integer(), nullable=True),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("shows", sa.Text(), nullable=True),
        sa.Column("channel_id", sa.Text(), nullable=True),
        sa.Column("ts", sa.Text(), nullable=True),
        sa.Column("wanted", sa.Integer(), nullable=False),
        sa.Column("shown", sa.Integer(), nullable=False),
        sa.Column("next_try_at", UtcDateTime(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["posting_id"], ["posting.id"], name=op.f("fk_card_posting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card")),
        sa.UniqueConstraint("channel", "subject", name=op.f("uq_card_channel")),
    )
    op.create_index(op.f("ix_card_posting_id"), "card", ["posting_id"])
    stale = sa.text("wanted <> shown")
    op.create_index(
        "ix_card_stale", "card", ["channel", "id"], sqlite_where=stale, postgresql_where=stale
    )
    # Without Alembic's batch mode, which recreates the table on SQLite: the foreign keys of its
    # alerts forbid that.
    op.execute(
        "ALTER TABLE delivery ADD COLUMN card_id INTEGER CONSTRAINT fk_delivery_card_id "
        "REFERENCES card (id)"
    )
    unsent = sa.text("state <> 'sent'")
    op.create_index(
        "ix_delivery_card", "delivery", ["card_id"], sqlite_where=unsent, postgresql_where=unsent
    )


def downgrade() -> None:
    op.drop_index("ix_delivery_card", "delivery")
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.drop_column("card_id")  # its foreign key goes with it
    op.drop_table("card")
