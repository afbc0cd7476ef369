"""Find the changes of a kind in their order: a rare kind is not looked for among all changes."""

from __future__ import annotations

from alembic import op

revision = "0025"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_posting_change_kind_at", "posting_change", ["kind", "at"])


def downgrade() -> None:
    op.drop_index("ix_posting_change_kind_at", "posting_change")
