"""The checks of `db check`: the invariants, altered contents, views, and what was read again."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

import msgspec
import zstandard
from sqlalchemy import Connection, func, inspect, select, text

from monitor.database import tables
from monitor.database.columns import AnyRow, Base, JsonValue, UtcDateTime
from monitor.database.tables import Board, Posting, ReadingChange
from monitor.history.compare import DIGEST_VERSION, digest
from monitor.history.contents import CURRENT_READER, Reader, posting_from_row, unpack
from monitor.history.reread import count_older
from monitor.messages import load
from monitor.queries.invariants import INVARIANTS, VIEWS
from monitor.text.values import counted

READINGS = ("at", "posting", "version", "field", "old", "new", "from_reader", "to_reader")
_AT_ONCE = 500  # rows in memory


def findings(connection: Connection) -> Iterator[str]:
    """Yield what is wrong, a line each. Reads the whole database.

    Raises DatabaseError where damage stops the reading.
    """
    unreadable: list[str] = []
    if connection.dialect.name == "sqlite":
        yield from _sqlite_damage(connection)
        unreadable += _unreadable_values(connection)
        yield from unreadable
    for promises in INVARIANTS:
        for promise, question in promises.items():
            for subject, key in connection.execute(text(question)):
                yield f"{subject}:{key}: {promise}"
    yield from _altered_descriptions(connection)
    if not unreadable:
        yield from _altered_versions(connection)
    yield from _unreadable_messages(connection)
    yield from _views(connection)


def _sqlite_damage(connection: Connection) -> Iterator[str]:
    """Yield what SQLite itself finds. PostgreSQL always enforces its constraints."""
    for line in connection.exec_driver_sql("PRAGMA integrity_check").scalars():
        if line != "ok":
            yield f"the database is damaged: {' '.join(line.split())}"
    for table, row, parent, _key in connection.exec_driver_sql("PRAGMA foreign_key_check"):
        yield f"row {row} of {table} points to a row of {parent} that is not there"


def _unreadable_values(connection: Connection) -> Iterator[str]:
    """Yield the instants and JSON that nobody can read. PostgreSQL stores no such values."""
    for table in Base.metadata.sorted_tables:
        for column in table.c:
            if isinstance(column.type, JsonValue):
                wrong = f"NOT json_valid({column.name})"
            elif isinstance(column.type, UtcDateTime):
                wrong = f"length({column.name}) <> 27 OR datetime({column.name}) IS NULL"
            else:
                continue
            question = f"SELECT rowid FROM {table.name} WHERE {column.name} NOT NULL AND ({wrong})"  # noqa: S608  # our own names
            for row in connection.exec_driver_sql(question).scalars():
                yield f"row {row} of {table.name}: its {column.name} cannot be read"


def _altered_descriptions(connection: Connection) -> Iterator[str]:
    columns = (tables.Description.digest, tables.Description.text)
    stored = connection.execution_options(yield_per=_AT_ONCE).execute(select(*columns))
    for key, words in stored:
        if sha256(words.encode()).hexdigest() != key:
            yield f"description {key[:12]}…: its text has changed since it was stored"


_VERSIONS = (
    select(
        tables.PostingVersion.__table__,
        tables.Description.text,
        tables.Posting.key,
        tables.Posting.company,
        tables.Board.board,
    )
    .join_from(tables.PostingVersion, tables.Posting)
    .join(tables.Board, tables.Board.id == tables.Posting.board_id)
    .join(tables.Description, tables.Description.digest == tables.PostingVersion.description_digest)
)


def _altered_versions(connection: Connection) -> Iterator[str]:
    for row in connection.execution_options(yield_per=_AT_ONCE).execute(_VERSIONS):
        yield from (f"{row.board}:{row.key}: {wrong}" for wrong in _version(row))


def _version(row: AnyRow) -> Iterator[str]:
    """Yield what is wrong with a version.

    A digest of an older kind is skipped, since it cannot be made again.
    """
    if row.digest.startswith(f"{DIGEST_VERSION}:") and digest(posting_from_row(row)) != row.digest:
        yield f"the content of version {row.number} has changed since it was stored"
    try:
        unpack(row.raw)
    except zstandard.ZstdError:
        yield f"the raw job of version {row.number} cannot be unpacked"


def _unreadable_messages(connection: Connection) -> Iterator[str]:
    for table, name in (
        (tables.Alert, tables.Alert.id),
        (tables.Delivery, tables.Delivery.delivery_id),
    ):
        stored = connection.execution_options(yield_per=_AT_ONCE).execute(
            select(name, table.message)
        )
        for key, message in stored:
            try:
                load(message)
            except msgspec.DecodeError:
                yield f"{table.__tablename__}:{key}: its message cannot be read"


def _views(connection: Connection) -> Iterator[str]:
    there = set(inspect(connection).get_view_names())
    for view, (seen, stored) in VIEWS.items():
        if view not in there:
            yield (
                f"the view {view} is missing: `rolewatch db upgrade` of a copy, or a backup, has it"
            )
            continue
        found, wanted = connection.scalar(text(seen)), connection.scalar(text(stored))
        if found != wanted:
            yield f"the view {view} shows {found} and the tables hold {wanted}"


def readings_summary(connection: Connection, reader: Reader = CURRENT_READER) -> Iterator[str]:
    """Yield a line for what is still to be read again, and one for each newer reader."""
    if left := count_older(connection, reader):
        yield (
            f"{counted(left, 'version')} to read again with newer readers: the daemon does it "
            "between rounds, `rolewatch db upgrade` at once"
        )
    columns = (ReadingChange.to_reader, ReadingChange.field, func.count())
    by_reader: dict[int, list[str]] = {}
    query = (
        select(*columns)
        .group_by(ReadingChange.to_reader, ReadingChange.field)
        .order_by(ReadingChange.to_reader, ReadingChange.field)
    )
    for to_reader, field, count in connection.execute(query):
        by_reader.setdefault(to_reader, []).append(f"{field} {count:,}")
    for to_reader, fields in by_reader.items():
        yield (
            f"versions that reader {to_reader} read otherwise: {', '.join(fields)}; "
            "`rolewatch db check --readings` lists them"
        )


def list_readings(connection: Connection) -> Iterator[dict[str, object]]:
    """Yield each field that was read differently, oldest first."""
    name = (Board.board + ":" + Posting.key).label("posting")
    columns = ReadingChange.__table__.c
    query = select(*(name if each == "posting" else columns[each] for each in READINGS)).join(
        Posting, Posting.id == ReadingChange.posting_id
    )
    rows = connection.execute(
        query.join(Board, Board.id == Posting.board_id).order_by(ReadingChange.id)
    )
    yield from (dict(row) for row in rows.mappings())
