"""Store the labels of postings and the yearly pay of pay changes. PostgreSQL gets a median.

The table `saved` becomes `saved_role`: its name is a view's now.

The upgrade fills the labels afterwards, with this version's reader.
"""

from __future__ import annotations

import re

import sqlalchemy as sa
from alembic import op

from migrations.column_types import UtcDateTime

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

# "133000-240000 USD/year", "up to 50 EUR/hour", as a change writes it
_PAY = re.compile(
    r"(?:up to )?(?:[0-9.]+-)?(?P<most>[0-9]+(?:\.[0-9]+)?) (?P<currency>[A-Z]{3})/(?P<period>\w+)"
)
_PER_YEAR = {"year": 1, "month": 12, "week": 52, "day": 260, "hour": 2080}
_MEDIAN = """
CREATE FUNCTION rolewatch_median(double precision[]) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY value) FROM unnest($1) AS value
$$"""
_AGGREGATE = """
CREATE AGGREGATE median(double precision) (
    SFUNC = array_append, STYPE = double precision[], INITCOND = '{}', FINALFUNC = rolewatch_median
)"""


def upgrade() -> None:
    op.add_column("posting", sa.Column("country", sa.Text(), nullable=True))
    op.add_column("posting", sa.Column("seniority", sa.Text(), nullable=True))
    op.add_column("posting_change", sa.Column("pay_old_max", sa.Double(), nullable=True))
    op.add_column("posting_change", sa.Column("pay_new_max", sa.Double(), nullable=True))
    _fill_pay()
    _rename_saved("saved", "saved_role")
    if op.get_bind().dialect.name == "postgresql":
        _create_median()


def _rename_saved(old: str, new: str) -> None:
    """Create the table again, so that its constraints have its name too."""
    op.create_table(
        new,
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("posting_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["posting_id"], ["posting.id"], name=f"fk_{new}_posting_id"),
        sa.PrimaryKeyConstraint("user_id", "posting_id", name=f"pk_{new}"),
    )
    op.execute(f"INSERT INTO {new} SELECT user_id, posting_id, at FROM {old}")
    op.drop_table(old)


def _create_median() -> None:
    """Create the aggregate, unless the database has one of that name already."""
    named = sa.text("SELECT to_regprocedure('median(double precision)')")
    if op.get_bind().execute(named).scalar() is None:
        op.execute(_MEDIAN)
        op.execute(_AGGREGATE)


def _fill_pay() -> None:
    changes = op.get_bind().execute(
        sa.text("SELECT id, old, new FROM posting_change WHERE field = 'pay'")
    )
    rows = [
        {"row": row.id, "before": before, "after": after}
        for row in changes
        for before, after in [_maxima(row.old, row.new)]
        if before is not None or after is not None
    ]
    if rows:
        op.get_bind().execute(
            sa.text(
                "UPDATE posting_change SET pay_old_max = :before, pay_new_max = :after"
                " WHERE id = :row"
            ),
            rows,
        )


def _maxima(old: str | None, new: str | None) -> tuple[float | None, float | None]:
    """Return both as a year's worth. Two currencies are not compared."""
    read = [_PAY.fullmatch(text or "") for text in (old, new)]
    if len({found["currency"] for found in read if found}) != 1:
        return None, None
    before, after = (_yearly(found) for found in read)
    return before, after


def _yearly(found: re.Match[str] | None) -> float | None:
    if found is None or found["period"] not in _PER_YEAR:
        return None
    return float(found["most"]) * _PER_YEAR[found["period"]]


def downgrade() -> None:
    _rename_saved("saved_role", "saved")
    if op.get_bind().dialect.name == "postgresql":
        # with the aggregate that calls it
        op.execute("DROP FUNCTION IF EXISTS rolewatch_median(double precision[]) CASCADE")
    for table, column in (
        ("posting_change", "pay_new_max"),
        ("posting_change", "pay_old_max"),
        ("posting", "seniority"),
        ("posting", "country"),
    ):
        op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
