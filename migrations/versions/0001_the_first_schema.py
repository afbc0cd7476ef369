"""The first schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.column_types import UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "board",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("board", sa.Text(), nullable=False),
        sa.Column("ats", sa.Text(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("watched", sa.Boolean(), nullable=False),
        sa.Column("every", sa.Double(), nullable=False),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("last_modified", sa.Text(), nullable=True),
        sa.Column("read_at", UtcDateTime(), nullable=True),
        sa.Column("last_check_at", UtcDateTime(), nullable=True),
        sa.Column("last_ok_at", UtcDateTime(), nullable=True),
        sa.Column("next_check_at", UtcDateTime(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failing_since", UtcDateTime(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("collapsed_since", UtcDateTime(), nullable=True),
        sa.Column("put_back", sa.Boolean(), nullable=False),
        sa.Column("clock", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_board")),
        sa.UniqueConstraint("board", name=op.f("uq_board_board")),
    )
    op.create_table(
        "check_round",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_round")),
    )
    op.create_table(
        "delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("delivery_id", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("next_try_at", UtcDateTime(), nullable=True),
        sa.Column("sending_at", UtcDateTime(), nullable=True),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("channel_id", sa.Text(), nullable=True),
        sa.Column("ts", sa.Text(), nullable=True),
        sa.Column("thread_ts", sa.Text(), nullable=True),
        sa.Column("message_url", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("delivery_id", name=op.f("uq_delivery_delivery_id")),
    )
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.create_index(
            "ix_delivery_open",
            ["channel", "id"],
            unique=False,
            sqlite_where=sa.text("state <> 'sent'"),
            postgresql_where=sa.text("state <> 'sent'"),
        )

    op.create_table(
        "description",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_description")),
    )
    op.create_table(
        "lease",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("command", sa.Text(), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("taken_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("stopped_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_lease")),
    )
    op.create_table(
        "board_check",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("board_id", sa.Integer(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("finished_at", UtcDateTime(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("seen", sa.Integer(), nullable=True),
        sa.Column("opened", sa.Integer(), nullable=False),
        sa.Column("revised", sa.Integer(), nullable=False),
        sa.Column("closed", sa.Integer(), nullable=False),
        sa.Column("reopened", sa.Integer(), nullable=False),
        sa.Column("unreadable", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["board_id"], ["board.id"], name=op.f("fk_board_check_board_id")),
        sa.ForeignKeyConstraint(
            ["round_id"], ["check_round.id"], name=op.f("fk_board_check_round_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_board_check")),
    )
    with op.batch_alter_table("board_check", schema=None) as batch_op:
        batch_op.create_index(
            "ix_board_check_board_finished", ["board_id", "finished_at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_board_check_round_id"), ["round_id"], unique=False)

    op.create_table(
        "introduction",
        sa.Column("board_id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["board_id"], ["board.id"], name=op.f("fk_introduction_board_id")),
        sa.PrimaryKeyConstraint("board_id", "rule", "channel", name=op.f("pk_introduction")),
    )
    op.create_table(
        "posting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("board_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("raw_digest", sa.Text(), nullable=True),
        sa.Column("baseline", sa.Boolean(), nullable=False),
        sa.Column("first_seen_at", UtcDateTime(), nullable=False),
        sa.Column("last_seen_at", UtcDateTime(), nullable=True),
        sa.Column("missing_since", UtcDateTime(), nullable=True),
        sa.Column("missing_looks", sa.Integer(), nullable=False),
        sa.Column("probed_at", UtcDateTime(), nullable=True),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("company", sa.Text(), nullable=True),
        sa.Column("requisition", sa.Text(), nullable=True),
        sa.Column("internal_job", sa.Text(), nullable=True),
        sa.Column("ats_first_published", UtcDateTime(), nullable=True),
        sa.Column("ats_updated_at", UtcDateTime(), nullable=True),
        sa.Column("repost_of", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["board_id"], ["board.id"], name=op.f("fk_posting_board_id")),
        sa.ForeignKeyConstraint(["repost_of"], ["posting.id"], name=op.f("fk_posting_repost_of")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posting")),
        sa.UniqueConstraint("board_id", "key", name=op.f("uq_posting_board_id")),
    )
    with op.batch_alter_table("posting", schema=None) as batch_op:
        batch_op.create_index("ix_posting_closed", ["closed_at"], unique=False)
        batch_op.create_index("ix_posting_first_seen", ["first_seen_at"], unique=False)
        batch_op.create_index(
            "ix_posting_open",
            ["board_id"],
            unique=False,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )

    op.create_table(
        "round_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "boards", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("alerts", sa.Boolean(), nullable=False),
        sa.Column("announce", sa.Boolean(), nullable=False),
        sa.Column("requested_at", UtcDateTime(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=True),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.Column("refused", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["round_id"], ["check_round.id"], name=op.f("fk_round_request_round_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round_request")),
    )
    op.create_table(
        "alert",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("delivery_id", sa.Text(), nullable=True),
        sa.Column("round_id", sa.Integer(), nullable=True),
        sa.Column("check_id", sa.Integer(), nullable=True),
        sa.Column("posting_id", sa.Integer(), nullable=True),
        sa.Column("rule", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["check_id"], ["board_check.id"], name=op.f("fk_alert_check_id")),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["delivery.delivery_id"], name=op.f("fk_alert_delivery_id")
        ),
        sa.ForeignKeyConstraint(["posting_id"], ["posting.id"], name=op.f("fk_alert_posting_id")),
        sa.ForeignKeyConstraint(["round_id"], ["check_round.id"], name=op.f("fk_alert_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
    )
    with op.batch_alter_table("alert", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_alert_delivery_id"), ["delivery_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_alert_posting_id"), ["posting_id"], unique=False)
        batch_op.create_index(
            "ix_alert_unpacked",
            ["round_id"],
            unique=False,
            sqlite_where=sa.text("delivery_id IS NULL"),
            postgresql_where=sa.text("delivery_id IS NULL"),
        )

    op.create_table(
        "posting_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("check_id", sa.Integer(), nullable=False),
        sa.Column("posting_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("not_before", UtcDateTime(), nullable=True),
        sa.Column("not_after", UtcDateTime(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=True),
        sa.Column("old", sa.Text(), nullable=True),
        sa.Column("new", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["check_id"], ["board_check.id"], name=op.f("fk_posting_change_check_id")
        ),
        sa.ForeignKeyConstraint(
            ["posting_id"], ["posting.id"], name=op.f("fk_posting_change_posting_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posting_change")),
    )
    with op.batch_alter_table("posting_change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_posting_change_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_posting_change_check_id"), ["check_id"], unique=False)
        batch_op.create_index("ix_posting_change_field_at", ["field", "at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_posting_change_posting_id"), ["posting_id"], unique=False
        )

    op.create_table(
        "posting_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("posting_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("valid_from", UtcDateTime(), nullable=False),
        sa.Column("valid_to", UtcDateTime(), nullable=True),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column(
            "locations", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("department", sa.Text(), nullable=False),
        sa.Column("employment_type", sa.Text(), nullable=False),
        sa.Column("workplace", sa.Text(), nullable=True),
        sa.Column("pay_min", sa.Double(), nullable=True),
        sa.Column("pay_max", sa.Double(), nullable=True),
        sa.Column("pay_currency", sa.Text(), nullable=True),
        sa.Column("pay_period", sa.Text(), nullable=True),
        sa.Column("pay_text", sa.Text(), nullable=True),
        sa.Column("deadline_at", UtcDateTime(), nullable=True),
        sa.Column("deadline_text", sa.Text(), nullable=True),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("description_digest", sa.Text(), nullable=False),
        sa.Column(
            "stated", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column(
            "unsent", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("reader_version", sa.Integer(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["description_digest"],
            ["description.digest"],
            name=op.f("fk_posting_version_description_digest"),
        ),
        sa.ForeignKeyConstraint(
            ["posting_id"], ["posting.id"], name=op.f("fk_posting_version_posting_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posting_version")),
        sa.UniqueConstraint("posting_id", "number", name=op.f("uq_posting_version_posting_id")),
    )
    with op.batch_alter_table("posting_version", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_posting_version_description_digest"),
            ["description_digest"],
            unique=False,
        )


def downgrade() -> None:
    with op.batch_alter_table("posting_version", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_posting_version_description_digest"))

    op.drop_table("posting_version")
    with op.batch_alter_table("posting_change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_posting_change_posting_id"))
        batch_op.drop_index("ix_posting_change_field_at")
        batch_op.drop_index(batch_op.f("ix_posting_change_check_id"))
        batch_op.drop_index(batch_op.f("ix_posting_change_at"))

    op.drop_table("posting_change")
    with op.batch_alter_table("alert", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_alert_unpacked",
            sqlite_where=sa.text("delivery_id IS NULL"),
            postgresql_where=sa.text("delivery_id IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_alert_posting_id"))
        batch_op.drop_index(batch_op.f("ix_alert_delivery_id"))

    op.drop_table("alert")
    op.drop_table("round_request")
    with op.batch_alter_table("posting", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_posting_open",
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )
        batch_op.drop_index("ix_posting_first_seen")
        batch_op.drop_index("ix_posting_closed")

    op.drop_table("posting")
    op.drop_table("introduction")
    with op.batch_alter_table("board_check", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_board_check_round_id"))
        batch_op.drop_index("ix_board_check_board_finished")

    op.drop_table("board_check")
    op.drop_table("lease")
    op.drop_table("description")
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_delivery_open",
            sqlite_where=sa.text("state <> 'sent'"),
            postgresql_where=sa.text("state <> 'sent'"),
        )

    op.drop_table("delivery")
    op.drop_table("check_round")
    op.drop_table("board")
