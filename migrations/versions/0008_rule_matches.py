"""Store which rules fit which versions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "matched_rule",
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column("next_id", sa.Integer(), nullable=False),
        sa.Column("last_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("rule", name=op.f("pk_matched_rule")),
    )
    op.create_table(
        "rule_match",
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("posting_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["posting_id"], ["posting.id"], name=op.f("fk_rule_match_posting_id")
        ),
        sa.PrimaryKeyConstraint("rule", "posting_id", "version", name=op.f("pk_rule_match")),
    )
    op.create_index("ix_rule_match_posting_id", "rule_match", ["posting_id"])


def downgrade() -> None:
    op.drop_table("rule_match")
    op.drop_table("matched_rule")
