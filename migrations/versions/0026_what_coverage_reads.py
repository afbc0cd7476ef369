"""Let the index of a board's checks hold all that the view `coverage` reads.

The checks of a board lie between those of all others, so each would cost a page of its own.
"""

from __future__ import annotations

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

_INDEX = "ix_board_check_board_finished"
_COLUMNS = ("board_id", "finished_at")


def upgrade() -> None:
    op.drop_index(_INDEX, "board_check")
    op.create_index(_INDEX, "board_check", [*_COLUMNS, "result", "every", "merged_until"])


def downgrade() -> None:
    op.drop_index(_INDEX, "board_check")
    op.create_index(_INDEX, "board_check", [*_COLUMNS])
