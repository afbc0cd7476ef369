"""`db check` names the values that nobody can read, and goes on."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, text

from monitor.database.engine import read_transaction
from monitor.queries.consistency import findings
from tests.support.story import tell


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("posting_version", "locations", "["),
        ("posting_version", "valid_from", "yesterday"),
        ("posting", "closed_at", "2026-03-02"),
        ("board_check", "finished_at", "99"),
    ],
)
def test_a_value_that_cannot_be_read_is_found(
    sqlite_engine: Engine, table: str, column: str, value: str
) -> None:
    tell(sqlite_engine)
    with sqlite_engine.begin() as connection:
        broken = text(f"UPDATE {table} SET {column} = :value WHERE id = 1")
        connection.execute(broken, {"value": value})
    with read_transaction(sqlite_engine) as connection:
        found = list(findings(connection))
    assert f"row 1 of {table}: its {column} cannot be read" in found
