"""Rows to values and values to rows: what `record` reads before it decides, and how it writes what was decided."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import cast

import msgspec
import zstandard
from sqlalchemy import (
    Connection,
    Select,
    Update,
    and_,
    bindparam,
    func,
    insert,
    literal_column,
    select,
    update,
)

from crawler.items import Deadline, Pay, Period, Posting, Workplace
from crawler.registry import reader_version
from monitor.database import tables
from monitor.database.engine import AnyRow, insert_or_ignore, table
from monitor.database.json_values import in_json_list, iso_text, json_list, json_rows
from monitor.database.search import Words, index_texts
from monitor.history.compare import KnownPosting, digest
from monitor.messages import FieldChange

# written through the tables: the ORM's own inserts and updates cost half as much again
_POSTING = table(tables.Posting)
_VERSION, _DESCRIPTION = (
    table(tables.PostingVersion),
    table(tables.Description),
)


class PostingState(KnownPosting, frozen=True, array_like=True, gc=False, kw_only=True):
    """An open or closed posting's row, as far as a look needs it."""

    id: int
    version: int
    baseline: bool
    repeats: bool  # it is a repost
    first_seen_at: datetime
    last_seen_at: datetime | None
    missing_since: datetime | None


def load_board(connection: Connection, name: str) -> AnyRow:
    """The board's row, with all its columns."""
    return connection.execute(_BY_NAME, {"name": name}).one()


# Statements that every look makes are built once: SQLAlchemy takes as long for building them as
# SQLite for answering.
_BY_NAME = select(tables.Board.__table__).where(tables.Board.board == bindparam("name"))
_posting = tables.Posting
_is_open = _posting.state == literal_column("'open'")
_STORED = select(
    json_rows(  # in the order of Stored's fields
        _posting.key,
        _is_open,
        _posting.raw_digest,
        and_(_is_open, _posting.last_seen_at.is_not(None)),
        _posting.missing_looks,
        _posting.id,
        _posting.version,
        _posting.baseline,
        _posting.repost_of.is_not(None),
        iso_text(_posting.first_seen_at),
        iso_text(_posting.last_seen_at),
        iso_text(_posting.missing_since),
    )
).where(_posting.board_id == bindparam("board"))
_OPEN = _STORED.where(_is_open)
_UNLISTED = _OPEN.where(_posting.last_seen_at.is_not(None))
_CLOSED_BY_KEY = _STORED.where(in_json_list(_posting.key, "keys"))
_COUNTS = select(func.count(), func.count(_posting.last_seen_at)).where(
    _posting.board_id == bindparam("board"), _is_open
)
_decoder = msgspec.json.Decoder(list[PostingState], strict=False)  # a truth may be 0 or 1


def load_postings(
    connection: Connection, board_id: int, keys: Collection[str] = ()
) -> dict[str, PostingState]:
    """The board's open postings, and those of `keys` that are closed; by key."""
    found = {one.key: one for one in _load(connection, _OPEN, board=board_id)}
    unknown = [key for key in keys if key not in found]
    if unknown:
        found |= {
            one.key: one
            for one in _load(connection, _CLOSED_BY_KEY, board=board_id, keys=json_list(unknown))
        }
    return found


def _load(connection: Connection, query: Select[str], **wanted: object) -> list[PostingState]:
    return _decoder.decode(connection.execute(query, wanted).scalar_one())


def load_unlisted(connection: Connection, board_id: int) -> tuple[list[PostingState], int]:
    """The board's open postings that its last good look did not list, and how many are open in all."""
    count, unlisted = connection.execute(_COUNTS, {"board": board_id}).one()
    # nearly always none
    return _load(connection, _UNLISTED, board=board_id) if unlisted else [], count


def posting_from_row(row: AnyRow) -> Posting:
    """The posting of a version's row that also has `key` and the description's `text`."""
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


def version_columns(ats: str, posting: Posting, raw: bytes) -> dict[str, object]:
    """The columns of a version that today's reader has read."""
    return content_columns(posting) | {
        "reader_version": reader_version(ats),
        "raw": zstandard.compress(raw),
    }


def content_columns(posting: Posting) -> dict[str, object]:
    """The columns that hold what a reader sees."""
    pay, deadline = posting.pay, posting.deadline
    return {
        "digest": digest(posting),
        "title": posting.title,
        "location": posting.location,
        "locations": list(posting.locations),
        "department": posting.department,
        "employment_type": posting.employment_type,
        "workplace": posting.workplace,
        "pay_min": pay and pay.minimum,
        "pay_max": pay and pay.maximum,
        "pay_currency": pay and pay.currency,
        "pay_period": pay and pay.period,
        "pay_text": pay and pay.text,
        "deadline_at": deadline and deadline.at,
        "deadline_text": deadline and deadline.text,
        "url": posting.url,
        "description_digest": text_digest(posting.description),
        "stated": sorted(posting.stated),
        "unsent": sorted(posting.unsent),
    }


def posting_columns(posting: Posting) -> dict[str, object]:
    """What a posting's own row keeps of its newest reading."""
    return {
        "company": posting.company,
        "requisition": posting.requisition,
        "internal_job": posting.internal_job,
        "ats_first_published": posting.first_published,
        "ats_updated_at": posting.updated_at,
    }


def unpack(raw: bytes) -> bytes:
    """The raw job of a version."""
    return zstandard.decompress(raw)


def text_digest(text: str) -> str:
    """The key under which a description is stored."""
    return sha256(text.encode()).hexdigest()


def keep_descriptions(
    connection: Connection, postings: Iterable[Posting], words: Mapping[str, Words] | None = None
) -> None:
    """Stores the texts that are not stored yet, and indexes their words; `words` are those that are made already."""
    texts = [
        (posting.title, text_digest(posting.description), posting.description)
        for posting in postings
    ]
    if texts:
        rows = [
            {"digest": key, "text": text}
            for key, text in sorted({(key, text) for _, key, text in texts})
        ]
        connection.execute(insert_or_ignore(connection, _DESCRIPTION), rows)
        index_texts(connection, texts, words)


_ADD_POSTINGS = insert(_POSTING)
_IDS = select(_posting.key, _posting.id).where(
    _posting.board_id == bindparam("board"), in_json_list(_posting.key, "keys")
)
_ADD_VERSIONS, _ADD_CHANGES = (
    insert(_VERSION),
    insert(table(tables.PostingChange)),
)


def add_postings(connection: Connection, rows: Sequence[Mapping[str, object]]) -> dict[str, int]:
    """Stores new postings of one board; gives their ids by key."""
    if not rows:
        return {}
    connection.execute(_ADD_POSTINGS, rows)
    made = connection.execute(
        _IDS, {"board": rows[0]["board_id"], "keys": json_list([str(row["key"]) for row in rows])}
    )
    # a Row is no tuple to the type checker
    return {key: posting_id for key, posting_id in made}  # noqa: C416


def add_versions(connection: Connection, rows: Sequence[Mapping[str, object]]) -> None:
    if rows:
        connection.execute(_ADD_VERSIONS, rows)


def add_changes(connection: Connection, rows: Sequence[Mapping[str, object]]) -> None:
    if rows:
        connection.execute(_ADD_CHANGES, rows)


_ONE = update(_VERSION).where(
    _VERSION.c.posting_id == bindparam("posting"), _VERSION.c.number == bindparam("which")
)
_END, _SUPERSEDE = _ONE.values(valid_to=bindparam("at")), _ONE.values(superseded=True)
_REPLACE = _ONE.values(valid_to=bindparam("at"), superseded=True)


def end_versions(connection: Connection, versions: Iterable[tuple[int, int]], at: datetime) -> None:
    """Ends these versions, given as the posting's id and the version's number."""
    _change_versions(connection, _END, versions, at=at)


def supersede_versions(connection: Connection, versions: Iterable[tuple[int, int]]) -> None:
    """Says of these versions, given alike, that a newer one is stored."""
    _change_versions(connection, _SUPERSEDE, versions)


def replace_versions(
    connection: Connection, versions: Iterable[tuple[int, int]], at: datetime
) -> None:
    """Both at once, of versions that end with the newer one's beginning."""
    _change_versions(connection, _REPLACE, versions, at=at)


def _change_versions(
    connection: Connection, change: Update, versions: Iterable[tuple[int, int]], **values: object
) -> None:
    rows = [{"posting": posting_id, "which": number} | values for posting_id, number in versions]
    if rows:
        connection.execute(change, rows)


def amend_version(
    connection: Connection, posting_id: int, number: int, columns: Mapping[str, object]
) -> None:
    """The same content read better, or with a field that is newly sent: written in place, since nobody has edited anything."""
    mine = (_VERSION.c.posting_id == posting_id, _VERSION.c.number == number)
    connection.execute(update(_VERSION).where(*mine).values(**columns))


_CHANGE = update(_POSTING).where(_POSTING.c.id == bindparam("row"))


def change_posting(connection: Connection, posting_id: int, **columns: object) -> None:
    connection.execute(_CHANGE, columns | {"row": posting_id})


def change_postings(connection: Connection, rows: Sequence[Mapping[str, object]]) -> None:
    """Changes many postings alike: each row has the posting's id as `row`, and the same columns."""
    if rows:
        connection.execute(_CHANGE, rows)


def change_rows(changes: Iterable[FieldChange], **common: object) -> list[dict[str, object]]:
    """The `revised` rows of one posting, a row a field; an empty side is null."""
    return [
        common
        | {
            "kind": "revised",
            "field": change.field,
            "old": change.old or None,
            "new": change.new or None,
        }
        for change in changes
    ]
