"""A lease says on which machine and in which pid namespace its holder runs, and has a number that only rises."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("lease", sa.Column("machine", sa.Text(), nullable=False, server_default=""))
    op.add_column("lease", sa.Column("namespace", sa.Text(), nullable=False, server_default=""))
    op.add_column("lease", sa.Column("fence", sa.BigInteger(), nullable=False, server_default="0"))


def downgrade() -> None:
    for column in ("fence", "namespace", "machine"):
        op.execute(f"ALTER TABLE lease DROP COLUMN {column}")
