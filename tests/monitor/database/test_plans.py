"""Plans of SQLite's queries that a new index once made a thousand times slower."""

from __future__ import annotations

from sqlalchemy import Engine, text


def test_the_open_postings_of_a_board_are_counted_by_their_own_index(sqlite_engine: Engine) -> None:
    with sqlite_engine.connect() as connection:
        plan = connection.execute(text("EXPLAIN QUERY PLAN SELECT * FROM boards")).all()
    assert any("ix_posting_open (board_id=? AND state=?)" in row.detail for row in plan)
