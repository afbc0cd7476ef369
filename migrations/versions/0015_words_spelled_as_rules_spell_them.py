"""The index of words is emptied: rules and searches spell words alike now, and the upgrade indexes every text anew."""

from __future__ import annotations

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("INSERT INTO search_words (search_words) VALUES ('delete-all')")
    else:  # at once, where a million rows would be written twice
        op.execute("DROP INDEX ix_search_words")
        op.execute("ALTER TABLE search_text DROP COLUMN search_words")
        op.execute("ALTER TABLE search_text ADD COLUMN search_words tsvector")
        op.execute("CREATE INDEX ix_search_words ON search_text USING gin (search_words)")


def downgrade() -> None:
    upgrade()
