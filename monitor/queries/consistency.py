"""Whether the history keeps its own promises: what the database's constraints cannot say."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

from sqlalchemy import Connection, select, text

from monitor.models import Description

_AT_ONCE = 500  # descriptions in memory

# Each question gives the board and the key of what breaks the promise that follows.
_PROMISES: dict[str, str] = {
    "versions are not numbered 1, 2, 3 …": """
SELECT b.board, p.key FROM (SELECT posting_id FROM posting_version GROUP BY posting_id HAVING min(number) <> 1 OR max(number) <> count(*)) v
JOIN posting p ON p.id = v.posting_id JOIN board b ON b.id = p.board_id""",
    "its newest version is another than its row says": """
SELECT b.board, p.key FROM posting p JOIN board b ON b.id = p.board_id
WHERE p.version <> coalesce((SELECT max(v.number) FROM posting_version v WHERE v.posting_id = p.id), 0)""",
    "a version ends before it begins": """
SELECT b.board, p.key FROM posting_version v JOIN posting p ON p.id = v.posting_id JOIN board b ON b.id = p.board_id
WHERE v.valid_to <= v.valid_from""",
    "two versions overlap": """
SELECT b.board, p.key FROM posting_version v JOIN posting_version w ON w.posting_id = v.posting_id AND w.number = v.number + 1
JOIN posting p ON p.id = v.posting_id JOIN board b ON b.id = p.board_id
WHERE v.valid_to IS NULL OR v.valid_to > w.valid_from""",
    "it is open without a current version": """
SELECT b.board, p.key FROM posting p JOIN board b ON b.id = p.board_id
JOIN posting_version v ON v.posting_id = p.id AND v.number = p.version
WHERE p.state = 'open' AND v.valid_to IS NOT NULL""",
    "it is closed and its last version does not end when it closed": """
SELECT b.board, p.key FROM posting p JOIN board b ON b.id = p.board_id
LEFT JOIN posting_version v ON v.posting_id = p.id AND v.number = p.version
WHERE p.state = 'closed' AND (p.closed_at IS NULL OR (p.version > 0 AND (v.valid_to IS NULL OR v.valid_to <> p.closed_at)))""",
    "a change names a version that is not there": """
SELECT b.board, p.key FROM posting_change c JOIN posting p ON p.id = c.posting_id JOIN board b ON b.id = p.board_id
WHERE c.version <> 0 AND NOT EXISTS (SELECT 1 FROM posting_version v WHERE v.posting_id = c.posting_id AND v.number = c.version)""",
    "a change is not of the moment of its check": """
SELECT b.board, p.key FROM posting_change c JOIN board_check k ON k.id = c.check_id JOIN posting p ON p.id = c.posting_id
JOIN board b ON b.id = p.board_id WHERE c.at <> k.finished_at OR k.board_id <> p.board_id""",
    "no alert belongs to this delivery": """
SELECT 'delivery', d.delivery_id FROM delivery d
WHERE d.card_id IS NULL AND NOT EXISTS (SELECT 1 FROM alert a WHERE a.delivery_id = d.delivery_id)""",
}


def findings(connection: Connection) -> Iterator[str]:
    """What is wrong, a line each; nothing when all is well. Reads the whole database; raises DatabaseError where damage stops that."""
    if connection.dialect.name == "sqlite":
        yield from _sqlite_damage(connection)
    for promise, question in _PROMISES.items():
        for board, key in connection.execute(text(question)):
            yield f"{board}:{key}: {promise}"
    yield from _altered_descriptions(connection)


def _sqlite_damage(connection: Connection) -> Iterator[str]:
    """What SQLite finds itself; PostgreSQL has its constraints always and its pages checked elsewhere."""
    for line in connection.exec_driver_sql("PRAGMA integrity_check").scalars():
        if line != "ok":
            yield f"the database is damaged: {' '.join(line.split())}"
    for table, row, parent, _key in connection.exec_driver_sql("PRAGMA foreign_key_check"):
        yield f"row {row} of {table} points to a row of {parent} that is not there"


def _altered_descriptions(connection: Connection) -> Iterator[str]:
    stored = connection.execution_options(yield_per=_AT_ONCE).execute(select(Description.digest, Description.text))
    for digest, words in stored:
        if sha256(words.encode()).hexdigest() != digest:
            yield f"description {digest[:12]}…: its text is not the one that was stored"
