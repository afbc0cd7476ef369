"""Add personal watches, and the people who have opened App Home."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.column_types import UtcDateTime

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "watch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("phrases", _JSON, nullable=False),
        sa.Column("employer", sa.Text(), nullable=True),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watch")),
    )
    op.create_index("ix_watch_user_id", "watch", ["user_id"])
    op.create_table(
        "watch_board",
        sa.Column("watch_id", sa.Integer(), nullable=False),
        sa.Column("board_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["watch_id"], ["watch.id"], name=op.f("fk_watch_board_watch_id")),
        sa.ForeignKeyConstraint(["board_id"], ["board.id"], name=op.f("fk_watch_board_board_id")),
        sa.PrimaryKeyConstraint("watch_id", "board_id", name=op.f("pk_watch_board")),
    )
    op.create_table(
        "home_visitor",
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_home_visitor")),
    )


def downgrade() -> None:
    op.drop_table("home_visitor")
    op.drop_table("watch_board")
    op.drop_index("ix_watch_user_id", "watch")
    op.drop_table("watch")
