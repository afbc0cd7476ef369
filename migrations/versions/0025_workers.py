"""Add workers: their rows, the configuration that the daemon shares with them, and their queue.

The queue is Procrastinate's, on PostgreSQL only. A newer version of it may need a migration of its
own: https://procrastinate.readthedocs.io/en/stable/howto/production/migrations.html
"""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op

from migrations.column_types import UtcDateTime

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_QUEUE = Path(__file__).parents[1] / "sql" / "procrastinate_3_10.sql"
# Procrastinate has no way back. Each query returns statements that drop one kind of its objects.
_DROPS = (
    r"""
    SELECT 'DROP TABLE ' || oid::regclass || ' CASCADE' FROM pg_class
    WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'
        AND relname LIKE 'procrastinate\_%'""",
    r"""
    SELECT 'DROP FUNCTION ' || oid::regprocedure || ' CASCADE' FROM pg_proc
    WHERE pronamespace = current_schema()::regnamespace AND proname LIKE 'procrastinate\_%'""",
    r"""
    SELECT 'DROP TYPE ' || oid::regtype FROM pg_type
    WHERE typnamespace = current_schema()::regnamespace AND typelem = 0
        AND typname LIKE 'procrastinate\_%'""",
)


def upgrade() -> None:
    op.create_table(
        "worker",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("queue_id", sa.BigInteger(), nullable=True),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("last_seen_at", UtcDateTime(), nullable=False),
        sa.Column("lost_at", UtcDateTime(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_worker")),
    )
    op.create_table(
        "worker_configuration",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("written_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_worker_configuration")),
    )
    if op.get_bind().dialect.name == "postgresql":
        _run(_QUEUE.read_text(encoding="utf-8"))


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for query in _DROPS:
            for statement in op.get_bind().execute(sa.text(query)).scalars().all():
                _run(statement)
    op.drop_table("worker_configuration")
    op.drop_table("worker")


def _run(statements: str) -> None:
    """Run statements as they stand: their `%` is no parameter."""
    op.get_bind().execution_options(no_parameters=True).exec_driver_sql(statements)
