"""Match the postings of an employer's new board with those of its former board, and store it.

take_along   at the snapshot that completes a move (`moves.py`): all open postings
follow       at later checks: the postings that the new board lists later
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, or_, select
from sqlalchemy.orm import aliased

from monitor.database.board_row import BoardRow, find_board
from monitor.database.tables import NEWEST_VERSION, Posting, PostingVersion
from monitor.history.counterparts import Match, MovedPosting, match
from monitor.history.former_postings import load_texts
from monitor.history.plain_names import employer_names, plain_title, towns
from monitor.history.postings import change_postings
from monitor.history.reposts import RECENTLY, JobNumbers, RepostOf
from monitor.history.values import Moved, PostingEvent


def take_along(connection: Connection, board: BoardRow, *, baseline: bool) -> Moved | None:
    """Link the board's open postings to those of the former board. None if that was never read."""
    former = _former_board(connection, board)
    if former is None or former.last_ok_at is None:
        return None
    old = _former_postings(connection, former, former.last_ok_at - RECENTLY, board)
    found = _pair(connection, (former, old), (board, _open_postings(connection, board)))
    is_open = {row.id: row.is_open for row in old}
    came = sum(is_open[match.id] for match in found.values())
    return Moved(
        former.board,
        former.company,
        sum(is_open.values()),
        came,
        len(found) - came,
        baseline,
        _named(old, found),
        _successors(found),
    )


def follow(
    connection: Connection, board: BoardRow, events: Sequence[PostingEvent], at: datetime
) -> tuple[list[PostingEvent], Mapping[int, int]]:
    """Do the same for the postings that this check read first.

    Return the events, each with the posting that it repeats, and the new posting's id by the former
    one's. A role on both boards is two postings while the former board is watched again.
    """
    former = _former_board(connection, board)
    if former is None or former.watched or former.last_ok_at is None:
        return list(events), {}
    if former.last_ok_at < at - RECENTLY:
        return list(events), {}
    old = _former_postings(connection, former, former.last_ok_at - RECENTLY, board)
    new = _open_postings(connection, board)
    first_read = {row.id for row in new if row.number == 1 and row.valid_from == at}
    found = _pair(connection, (former, old), (board, new), only=first_read)
    names = _named(old, found)
    return [
        replace(one, repost=names.get(one.posting_id, one.repost)) for one in events
    ], _successors(found)


def _former_board(connection: Connection, board: BoardRow) -> BoardRow | None:
    return find_board(connection, board.moved_from) if board.moved_from is not None else None


def _successors(found: Mapping[int, Match]) -> dict[int, int]:
    return {match.id: new_id for new_id, match in found.items()}


class _Listed(NamedTuple):
    """A posting of one of the two boards, with its newest version."""

    id: int
    name: str
    state: str
    repost_of: int | None
    requisition: str | None
    internal_job: str | None
    number: int
    valid_from: datetime
    title: str
    location: str
    locations: list[str]

    @property
    def is_open(self) -> bool:
        return self.state == "open"


_other = aliased(Posting)
_ROWS = select(
    Posting.id,
    Posting.name,
    Posting.state,
    Posting.repost_of,
    Posting.requisition,
    Posting.internal_job,
    PostingVersion.number,
    PostingVersion.valid_from,
    PostingVersion.title,
    PostingVersion.location,
    PostingVersion.locations,
).join(PostingVersion, NEWEST_VERSION)
_Postings = tuple[BoardRow, Sequence[_Listed]]  # a board and its postings


def _open_postings(connection: Connection, board: BoardRow) -> list[_Listed]:
    return _load(connection, board, Posting.state == "open")


def _former_postings(
    connection: Connection, board: BoardRow, since: datetime, successor: BoardRow
) -> list[_Listed]:
    """Return a former board's open postings, and those that closed since.

    Those that another board than the successor repeats are left out, and closed ones that were
    posted again on the former board.
    """
    recent = or_(Posting.state == "open", Posting.closed_at >= since)
    is_repeated = (
        select(_other.id)
        .where(
            _other.repost_of == Posting.id,
            _other.board_id != successor.id,
            or_(_other.board_id != board.id, Posting.state != "open"),
        )
        .exists()
    )
    return _load(connection, board, recent, ~is_repeated)


def _load(
    connection: Connection, board: BoardRow, *conditions: ColumnElement[bool]
) -> list[_Listed]:
    query = _ROWS.where(Posting.board_id == board.id, *conditions).order_by(Posting.id)
    return [_Listed._make(row) for row in connection.execute(query)]


def _pair(
    connection: Connection, former: _Postings, new: _Postings, only: Collection[int] | None = None
) -> dict[int, Match]:
    """Return the former posting of each new one, those of earlier moves included, by the new id.

    `only`: match these new postings alone. New matches are stored.
    """
    known = _known(*former, new[1])
    taken = {match.id for match in known.values()}
    found = match(
        _sides(connection, former, new, leave=taken),
        _sides(connection, new, former, leave=known),
        same_ats=former[0].ats == new[0].ats,
    )
    free = {row.id for row in new[1] if row.repost_of is None and (only is None or row.id in only)}
    fresh = {
        new_id: Match(one.id, f"moved from {former[0].board}: {one.reason}")
        for new_id, one in found.items()
        if new_id in free
    }
    change_postings(
        connection,
        [
            {"row": new_id, "repost_of": one.id, "repost_reason": one.reason}
            for new_id, one in fresh.items()
        ],
    )
    return fresh if only is not None else known | fresh


def _known(former: BoardRow, old: Sequence[_Listed], listed: Sequence[_Listed]) -> dict[int, Match]:
    """Return the pairs of earlier moves, in either direction: an employer may move back."""
    reason = f"moved from {former.board} before"
    ids = {row.id for row in old}
    new_ids = {row.id for row in listed}
    there = {
        row.id: Match(row.repost_of, reason)
        for row in listed
        if row.repost_of is not None and row.repost_of in ids
    }
    back = {
        row.repost_of: Match(row.id, reason)
        for row in old
        if row.repost_of is not None and row.repost_of in new_ids
    }
    return back | there


def _sides(
    connection: Connection, mine: _Postings, others: _Postings, leave: Collection[int]
) -> list[MovedPosting]:
    """Return the postings to compare. Load a text only where both boards have its face."""
    names = employer_names([mine[0].company, others[0].company], [mine[0].token, others[0].token])
    sides = [_side(row, names) for row in mine[1] if row.id not in leave]
    faces = {_side(row, names).face for row in others[1]}
    found = load_texts(connection, [one.id for one in sides if one.face in faces])
    return [replace(one, text=found.get(one.id, "")) for one in sides]


def _side(row: _Listed, names: Collection[str]) -> MovedPosting:
    numbers = JobNumbers(row.requisition or None, row.internal_job or None)
    return MovedPosting(
        row.id,
        plain_title(row.title, names),
        towns(row.locations or [row.location]),
        numbers,
        row.is_open,
    )


def _named(old: Sequence[_Listed], found: Mapping[int, Match]) -> dict[int, RepostOf]:
    names = {row.id: row.name for row in old}
    return {new_id: RepostOf(names[one.id], one.reason) for new_id, one in found.items()}
