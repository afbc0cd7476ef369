"""Stored contents as the current reader reads them, so that only the board's own edits differ."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import cast

import zstandard
from sqlalchemy import Connection, select

from crawler.items import Deadline, Pay, Period, Posting, Sighting, Unreadable, Workplace
from crawler.readers import reread
from crawler.registry import reader_version
from monitor.database import tables
from monitor.database.columns import AnyRow
from monitor.database.json_values import in_json_list, json_list
from monitor.database.pauses import with_pauses
from monitor.history.compare import keep_unsent
from monitor.history.values import PostingState


@dataclass(frozen=True, slots=True)
class Reader:
    """The function that reads a raw job of an ats, and the version of that ats's reader."""

    version: Callable[[str], int]
    read: Callable[[str, bytes], Posting]


CURRENT_READER = Reader(reader_version, reread)

_version = tables.PostingVersion
_CONTENT = (
    select(
        *tables.CONTENT,
        tables.Description.text,
        tables.Posting.key,
        tables.Posting.company,
        tables.Posting.requisition,
        tables.Posting.internal_job,
        tables.Posting.ats_first_published,
        tables.Posting.ats_updated_at,
    )
    .join_from(tables.Posting, _version, tables.NEWEST_VERSION)
    .join(tables.Description, tables.Description.digest == _version.description_digest)
    .where(in_json_list(tables.Posting.id, "ids"))
)


def load_contents(
    connection: Connection,
    board: str,
    stored: Sequence[PostingState],
    reader: Reader = CURRENT_READER,
) -> dict[int, Posting]:
    """Return the newest stored content of each posting, by its row's id."""
    ids = [posting.id for posting in stored]
    version = reader.version(board.partition(":")[0])
    contents: dict[int, Posting] = {}
    for row in with_pauses(connection.execute(_CONTENT, {"ids": json_list(ids)}) if ids else ()):
        content = (
            posting_from_row(row)
            if row.reader_version == version
            else _read(connection, board, row, reader)
        )
        contents[row.posting_id] = replace(
            content,
            requisition=row.requisition,
            internal_job=row.internal_job,
            first_published=row.ats_first_published,
            updated_at=row.ats_updated_at,
        )
    return contents


def _read(connection: Connection, board: str, row: AnyRow, reader: Reader) -> Posting:
    raw = connection.execute(select(_version.raw).where(_version.id == row.id)).scalar_one()
    return read_by(reader, board.split(":", maxsplit=1)[0], posting_from_row(row), raw)


def load_last_readable(
    connection: Connection, stored: PostingState, sighting: Sighting
) -> Sighting | None:
    """Return the sighting with the last raw job that was read. None if that is unreadable now."""
    version = (_version.posting_id == stored.id, _version.number == stored.version)
    raw = connection.execute(select(_version.raw).where(*version)).scalar()
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
    """Return the content of a stored raw job. If this reader cannot read it: the stored content.

    Fields that the job did not send are kept.
    """
    try:
        read = reader.read(ats, unpack(raw))
    except Unreadable:  # a newer reader asks for more than the old job had
        return stored
    kept = keep_unsent(stored, read)
    # no earlier job sent more of these: what the next one states is no edit
    lacking = {name for name in read.unsent if getattr(kept, name) == getattr(read, name)}
    return replace(kept, company=stored.company, unsent=kept.unsent | lacking)


def posting_from_row(row: AnyRow) -> Posting:
    """Return the posting of a version's row with its `key` and the description's `text`."""
    pay = Pay(
        row.pay_min,
        row.pay_max,
        row.pay_currency,
        cast("Period | None", row.pay_period),
        row.pay_text,
    )
    return Posting(
        key=row.key,
        title=row.title,
        url=row.url,
        location=row.location,
        locations=tuple(row.locations),
        department=row.department,
        employment_type=row.employment_type,
        workplace=cast("Workplace | None", row.workplace),
        pay=pay if row.pay_text is not None else None,
        deadline=Deadline(row.deadline_at, row.deadline_text)
        if row.deadline_text is not None
        else None,
        description=row.text,
        company=row.company,
        requisition=None,
        internal_job=None,
        first_published=None,
        updated_at=None,
        stated=frozenset(row.stated),
        unsent=frozenset(row.unsent),
    )


def unpack(raw: bytes) -> bytes:
    """Return the raw job of a version."""
    return zstandard.decompress(raw)
