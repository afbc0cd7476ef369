"""Whether the history keeps its own promises: what the database's constraints cannot say."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

import msgspec
import zstandard
from sqlalchemy import Connection, inspect, select, text

from monitor import models, store
from monitor.compare import DIGEST_VERSION, digest
from monitor.db import AnyRow
from monitor.messages import load
from monitor.queries.promises import PROMISES, VIEWS

_AT_ONCE = 500  # rows in memory


def findings(connection: Connection) -> Iterator[str]:
    """What is wrong, a line each; nothing when all is well. Reads the whole database; raises DatabaseError where damage stops that."""
    if connection.dialect.name == "sqlite":
        yield from _sqlite_damage(connection)
    for promises in PROMISES:
        for promise, question in promises.items():
            for subject, key in connection.execute(text(question)):
                yield f"{subject}:{key}: {promise}"
    yield from _altered_descriptions(connection)
    yield from _altered_versions(connection)
    yield from _unreadable_messages(connection)
    yield from _views(connection)


def _sqlite_damage(connection: Connection) -> Iterator[str]:
    """What SQLite finds itself; PostgreSQL has its constraints always and its pages checked elsewhere."""
    for line in connection.exec_driver_sql("PRAGMA integrity_check").scalars():
        if line != "ok":
            yield f"the database is damaged: {' '.join(line.split())}"
    for table, row, parent, _key in connection.exec_driver_sql("PRAGMA foreign_key_check"):
        yield f"row {row} of {table} points to a row of {parent} that is not there"


def _altered_descriptions(connection: Connection) -> Iterator[str]:
    columns = (models.Description.digest, models.Description.text)
    stored = connection.execution_options(yield_per=_AT_ONCE).execute(select(*columns))
    for key, words in stored:
        if sha256(words.encode()).hexdigest() != key:
            yield f"description {key[:12]}…: its text is not the one that was stored"


_VERSIONS = (
    select(models.PostingVersion.__table__, models.Description.text, models.Posting.key, models.Posting.company, models.Board.board)
    .join_from(models.PostingVersion, models.Posting)
    .join(models.Board, models.Board.id == models.Posting.board_id)
    .join(models.Description, models.Description.digest == models.PostingVersion.description_digest)
)


def _altered_versions(connection: Connection) -> Iterator[str]:
    for row in connection.execution_options(yield_per=_AT_ONCE).execute(_VERSIONS):
        yield from (f"{row.board}:{row.key}: {wrong}" for wrong in _version(row))


def _version(row: AnyRow) -> Iterator[str]:
    """A digest of an older kind cannot be made again, and is left alone."""
    if row.digest.startswith(f"{DIGEST_VERSION}:") and digest(store.content(row)) != row.digest:
        yield f"the content of version {row.number} is not the one that was stored"
    try:
        store.unpack(row.raw)
    except zstandard.ZstdError:
        yield f"the raw job of version {row.number} cannot be unpacked"


def _unreadable_messages(connection: Connection) -> Iterator[str]:
    for table, name in ((models.Alert, models.Alert.id), (models.Delivery, models.Delivery.delivery_id)):
        stored = connection.execution_options(yield_per=_AT_ONCE).execute(select(name, table.message))
        for key, message in stored:
            try:
                load(message)
            except msgspec.DecodeError:
                yield f"{table.__tablename__}:{key}: its message cannot be read"


def _views(connection: Connection) -> Iterator[str]:
    there = set(inspect(connection).get_view_names())
    for view, (seen, stored) in VIEWS.items():
        if view not in there:
            yield f"the view {view} is missing: `rolewatch db upgrade` of a copy, or a backup, has it"
            continue
        found, wanted = connection.scalar(text(seen)), connection.scalar(text(stored))
        if found != wanted:
            yield f"the view {view} shows {found} and the tables hold {wanted}"
