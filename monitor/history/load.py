"""Load a board's postings and their contents, to compare a check with them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from operator import attrgetter

import msgspec
from sqlalchemy import Connection, Select, and_, bindparam, func, literal_column, select

from crawler.items import Posting, Sighting, Snapshot, Unreadable
from monitor.database import tables
from monitor.database.board_row import BoardRow
from monitor.database.json_values import in_json_list, iso_text, json_list, json_rows
from monitor.database.pauses import with_pauses
from monitor.history.company_names import is_same_company
from monitor.history.contents import load_contents, load_last_readable
from monitor.history.decide import LoadedSnapshot
from monitor.history.partition import partition
from monitor.history.values import PostingState

# Statements that every check uses are built once: building one takes SQLAlchemy as long as
# answering it takes SQLite.
_posting = tables.Posting
_is_open = _posting.state == literal_column("'open'")
_STATES = select(
    json_rows(  # in the order of PostingState's fields
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
_OPEN = _STATES.where(_is_open)
_UNLISTED = _OPEN.where(_posting.last_seen_at.is_not(None))
_CLOSED_BY_KEY = _STATES.where(in_json_list(_posting.key, "keys"))
_COUNTS = select(func.count(), func.count(_posting.last_seen_at)).where(
    _posting.board_id == bindparam("board"), _is_open
)
_decoder = msgspec.json.Decoder(list[PostingState], strict=False)  # booleans may be 0 or 1


def load_postings(
    connection: Connection, board_id: int, keys: Collection[str] = ()
) -> dict[str, PostingState]:
    """Return the board's open postings, and the closed ones among `keys`, by key."""
    postings = {posting.key: posting for posting in _load(connection, _OPEN, board=board_id)}
    unknown = [key for key in keys if key not in postings]
    if unknown:
        closed = _load(connection, _CLOSED_BY_KEY, board=board_id, keys=json_list(unknown))
        postings |= {posting.key: posting for posting in closed}
    return postings


def load_unlisted(connection: Connection, board_id: int) -> tuple[list[PostingState], int]:
    """Return the open postings that the last good check did not list, and the count of all open."""
    count, unlisted = connection.execute(_COUNTS, {"board": board_id}).one()
    # nearly always none
    return _load(connection, _UNLISTED, board=board_id) if unlisted else [], count


def _load(connection: Connection, query: Select[str], **values: object) -> list[PostingState]:
    """Return the postings in the order in which they were first seen."""
    found = _decoder.decode(connection.execute(query, values).scalar_one())
    # PostgreSQL gives those last whose row changed last
    return sorted(found, key=attrgetter("id"))


def load_snapshot(connection: Connection, board: BoardRow, snapshot: Snapshot) -> LoadedSnapshot:
    """Load the stored postings of a snapshot's board, and read its new and changed sightings."""
    stored = load_postings(connection, board.id, [sighting.key for sighting in snapshot.sightings])
    parts = partition(stored, snapshot.sightings, snapshot.still)
    again = parts.changed + parts.back
    names = [name for name in (snapshot.company, board.company) if name]
    read = {sighting.key: _read(sighting, names) for sighting in with_pauses(parts.new + again)}
    states = [stored[sighting.key] for sighting in again]
    unread = [sighting for sighting in parts.back if read[sighting.key] is None]
    return LoadedSnapshot(
        parts=parts,
        stored=stored,
        before=load_contents(connection, board.board, states),
        read=read,
        last=dict(_last_readable(connection, stored, unread)),
    )


def _read(sighting: Sighting, names: Sequence[str]) -> Posting | None:
    """Return the posting, None if it cannot be read. `names`: of the board's company.

    A posting keeps its own company's name only if that is another company.
    """
    try:
        posting = sighting.read()
    except Unreadable:
        return None
    is_other = posting.company is not None and not any(
        is_same_company(posting.company, name) for name in names
    )
    return posting if is_other else replace(posting, company=None)


def _last_readable(
    connection: Connection, stored: dict[str, PostingState], unread: Sequence[Sighting]
) -> Iterator[tuple[str, Sighting]]:
    for sighting in unread:
        last = load_last_readable(connection, stored[sighting.key], sighting)
        if last is not None:
            yield sighting.key, last
