"""Fields that newer readers read differently, and versions that are still to be read again."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, func, select

from monitor.database.tables import Board, Posting, ReadingChange
from monitor.history.contents import CURRENT_READER, Reader
from monitor.history.reread import count_older

COLUMNS = ("at", "posting", "version", "field", "old", "new", "from_reader", "to_reader")


def summary(connection: Connection, reader: Reader = CURRENT_READER) -> Iterator[str]:
    """Yield a line for what is still to be read again, and one for each newer reader."""
    if left := count_older(connection, reader):
        yield (
            f"{left:,} versions are of an older reader: the daemon reads them again between "
            "rounds, `rolewatch db upgrade` at once"
        )
    columns = (ReadingChange.to_reader, ReadingChange.field, func.count())
    by_reader: dict[int, list[str]] = {}
    query = (
        select(*columns)
        .group_by(ReadingChange.to_reader, ReadingChange.field)
        .order_by(ReadingChange.to_reader, ReadingChange.field)
    )
    for to_reader, field, count in connection.execute(query):
        by_reader.setdefault(to_reader, []).append(f"{field} of {count:,}")
    for to_reader, fields in by_reader.items():
        yield (
            f"reader {to_reader} read otherwise: {', '.join(fields)} versions; "
            "`rolewatch db check --readings` lists them"
        )


def listed(connection: Connection) -> Iterator[dict[str, object]]:
    """Yield each field that was read differently, oldest first."""
    name = (Board.board + ":" + Posting.key).label("posting")
    columns = ReadingChange.__table__.c
    query = select(*(name if each == "posting" else columns[each] for each in COLUMNS)).join(
        Posting, Posting.id == ReadingChange.posting_id
    )
    rows = connection.execute(
        query.join(Board, Board.id == Posting.board_id).order_by(ReadingChange.id)
    )
    yield from (dict(row) for row in rows.mappings())
