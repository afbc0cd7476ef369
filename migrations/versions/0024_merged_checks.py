"""Add what a check stands for after later ones were merged into it, and indices of spells' ends.

A deleted check or round is looked up in every table that points to it, so those columns get an
index.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.column_types import UtcDateTime

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_POINTERS = (("alert", "check_id"), ("alert", "round_id"), ("round_request", "round_id"))


def upgrade() -> None:
    op.add_column("board_check", sa.Column("merged_until", UtcDateTime(), nullable=True))
    op.add_column("board_check", sa.Column("merged_instants", sa.LargeBinary(), nullable=True))
    op.create_table(
        "check_merging",
        sa.Column("board_id", sa.Integer(), nullable=False),
        sa.Column("done_until", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["board_id"], ["board.id"], name=op.f("fk_check_merging_board_id")),
        sa.PrimaryKeyConstraint("board_id", name=op.f("pk_check_merging")),
    )
    for table, column in _POINTERS:
        op.create_index(f"ix_{table}_{column}", table, [column])
    for kind in ("closed", "reopened"):
        only = sa.text(f"kind = '{kind}'")
        op.create_index(
            f"ix_posting_change_{kind}",
            "posting_change",
            ["posting_id", "at"],
            sqlite_where=only,
            postgresql_where=only,
        )


def downgrade() -> None:
    for kind in ("reopened", "closed"):
        op.drop_index(f"ix_posting_change_{kind}", "posting_change")
    for table, column in _POINTERS:
        op.drop_index(f"ix_{table}_{column}", table)
    op.drop_table("check_merging")
    for column in ("merged_instants", "merged_until"):
        op.execute(f"ALTER TABLE board_check DROP COLUMN {column}")
