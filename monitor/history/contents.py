"""Stored contents as today's reader reads them, so that only the board's own edits differ from what it sends now."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from sqlalchemy import Connection, and_, select

from crawler.items import Posting, Sighting, Unreadable
from crawler.registry import reader_version, reread
from monitor.database import tables
from monitor.database.engine import AnyRow
from monitor.database.json_values import in_json_list, json_list
from monitor.history.compare import keep_unsent
from monitor.history.postings import PostingState, posting_from_row, unpack


@dataclass(frozen=True, slots=True)
class Reader:
    """What reads a raw job of an ats, and which version of that ats's reader it is."""

    version: Callable[[str], int]
    read: Callable[[str, bytes], Posting]


CURRENT_READER = Reader(reader_version, reread)

_version = tables.PostingVersion
_CONTENT = (
    select(
        *(column for column in _version.__table__.c if column.name != "raw"),
        tables.Description.text,
        tables.Posting.key,
        tables.Posting.company,
    )
    .join_from(
        tables.Posting,
        _version,
        and_(_version.posting_id == tables.Posting.id, _version.number == tables.Posting.version),
    )
    .join(tables.Description, tables.Description.digest == _version.description_digest)
    .where(in_json_list(tables.Posting.id, "ids"))
)


def load_contents(
    connection: Connection,
    board: str,
    stored: Sequence[PostingState],
    reader: Reader = CURRENT_READER,
) -> dict[int, Posting]:
    """The newest stored content of each posting, by its row's id."""
    ids, version = [posting.id for posting in stored], reader.version(board.partition(":")[0])
    contents: dict[int, Posting] = {}
    for row in connection.execute(_CONTENT, {"ids": json_list(ids)}) if ids else ():
        contents[row.posting_id] = (
            posting_from_row(row)
            if row.reader_version == version
            else _read(connection, board, row, reader)
        )
    return contents


def _read(connection: Connection, board: str, row: AnyRow, reader: Reader) -> Posting:
    raw = connection.execute(select(_version.raw).where(_version.id == row.id)).scalar_one()
    return read_by(reader, board.split(":", maxsplit=1)[0], posting_from_row(row), raw)


def load_last_readable(
    connection: Connection, stored: PostingState, sighting: Sighting
) -> Sighting | None:
    """The sighting with the raw job that was read last in place of its own; None where today's reader cannot read that either."""
    mine = (_version.posting_id == stored.id, _version.number == stored.version)
    raw = connection.execute(select(_version.raw).where(*mine)).scalar()
    if raw is None:
        return None
    last = Sighting(
        sighting.key, stored.raw_digest or "", unpack(raw), sighting.reader, sighting.redactor
    )
    with suppress(Unreadable):
        last.read()
        return last
    return None


def read_by(reader: Reader, ats: str, stored: Posting, raw: bytes) -> Posting:
    """The content that a stored raw job has for a reader, with what the job did not send kept; as stored where it cannot read the job."""
    try:
        read = reader.read(ats, unpack(raw))
    except Unreadable:  # a newer reader asks for more than the old job had
        return stored
    return replace(keep_unsent(stored, read), company=stored.company)
