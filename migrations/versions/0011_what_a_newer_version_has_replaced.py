"""Mark versions that a newer one has replaced, so that words are searched in the newest alone.

Postings that are called otherwise than their board are found by that name. A title is named by its
digest in the index of words: PostgreSQL takes no more than 2,700 bytes into an index.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_NEWEST: Any = {
    "sqlite_where": sa.text("superseded = 0"),
    "postgresql_where": sa.text("NOT superseded"),
}


def upgrade() -> None:
    op.add_column(
        "posting_version",
        sa.Column("superseded", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    newest = "SELECT p.version FROM posting p WHERE p.id = posting_version.posting_id"
    op.execute(f"UPDATE posting_version SET superseded = TRUE WHERE number < ({newest})")
    op.drop_index("ix_posting_version_description_digest", "posting_version")
    op.create_index(
        "ix_posting_version_newest",
        "posting_version",
        ["description_digest", "valid_to"],
        **_NEWEST,
    )
    named = sa.text("company IS NOT NULL")
    op.create_index(
        "ix_posting_company", "posting", ["company"], sqlite_where=named, postgresql_where=named
    )
    op.add_column("search_text", sa.Column("digest", sa.Text(), nullable=True))
    _name_texts()
    with op.batch_alter_table("search_text", schema=None) as batch_op:
        batch_op.alter_column("digest", nullable=False)
        batch_op.drop_constraint("uq_search_text_description_digest", type_="unique")
        batch_op.create_unique_constraint("uq_search_text_digest", ["digest"])


def _name_texts() -> None:
    """As the index of words does today."""
    texts = (
        op.get_bind()
        .execute(sa.text("SELECT id, title, description_digest FROM search_text"))
        .all()
    )
    rows = [
        {
            "row": row.id,
            "digest": sha256(f"{row.description_digest} {row.title}".encode()).hexdigest(),
        }
        for row in texts
    ]
    if rows:
        op.get_bind().execute(
            sa.text("UPDATE search_text SET digest = :digest WHERE id = :row"), rows
        )


def downgrade() -> None:
    with op.batch_alter_table("search_text", schema=None) as batch_op:
        batch_op.drop_constraint("uq_search_text_digest", type_="unique")
        batch_op.create_unique_constraint(
            "uq_search_text_description_digest", ["description_digest", "title"]
        )
        batch_op.drop_column("digest")
    op.drop_index("ix_posting_company", "posting")
    op.drop_index("ix_posting_version_newest", "posting_version")
    op.create_index(
        "ix_posting_version_description_digest", "posting_version", ["description_digest"]
    )
    op.execute("ALTER TABLE posting_version DROP COLUMN superseded")
