"""A posting's whole name, and the words that it can be found by: 0015 has them indexed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("posting", sa.Column("name", sa.Text(), nullable=False, server_default=""))
    op.execute(
        "UPDATE posting SET name = (SELECT b.board FROM board b WHERE b.id = posting.board_id) || "
        "':' || key"
    )
    op.create_index("ix_posting_name", "posting", ["name"], unique=True)
    op.create_table(
        "search_text",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description_digest", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["description_digest"],
            ["description.digest"],
            name=op.f("fk_search_text_description_digest"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_text")),
        sa.UniqueConstraint(
            "description_digest", "title", name=op.f("uq_search_text_description_digest")
        ),
    )
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE VIRTUAL TABLE search_words USING fts5(title, description, content = '', "
            "tokenize = 'unicode61')"
        )
    else:
        op.execute("ALTER TABLE search_text ADD COLUMN search_words tsvector")
        op.execute("CREATE INDEX ix_search_words ON search_text USING gin (search_words)")
    op.execute(
        "INSERT INTO search_text (title, description_digest) SELECT DISTINCT title, "
        "description_digest FROM posting_version"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE search_words")
    op.drop_table("search_text")
    op.drop_index("ix_posting_name", table_name="posting")
    op.execute("ALTER TABLE posting DROP COLUMN name")
