"""Record an employer's move to another board, and match its postings at the next snapshot.

    boards move OLD NEW   OLD is unwatched, NEW's row has `moved_from` = OLD and no `read_at`:
                          its move is pending
    next snapshot of NEW  in the check's transaction: NEW's postings get `repost_of`, each
                          channel gets one summary
    later                 a role that NEW lists later, and OLD had, is `opened` with `repost_of`

OLD's postings stay as they were last seen. Nothing proved that they closed, so no `closed` is
written, and an unwatched board keeps its history. Once NEW was read, lists of open roles show NEW's
postings in place of OLD's (`queries/moved.py`). Digests and reminders read watched boards alone.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import Connection, and_, insert, or_, select, update
from sqlalchemy.orm import aliased

from crawler.links.directory import companies_by_board
from crawler.registry import same_board
from monitor.config.model import WatchedBoard
from monitor.database import tables
from monitor.database.engine import AnyRow
from monitor.history.boards import new_row, unwatch
from monitor.history.counterparts import (
    Match,
    MovedPosting,
    employer_names,
    match,
    plain_title,
    towns,
)
from monitor.history.former_postings import load_texts
from monitor.history.postings import change_postings
from monitor.history.reposts import RECENTLY, JobNumbers, RepostOf
from monitor.history.values import PostingEvent


def begin(connection: Connection, old: str, new: WatchedBoard) -> list[AnyRow]:
    """Note the move. Return the boards on the way that are failing: their incidents end with it.

    The new board is read whole at its next check, whatever was known of it. A former board that was
    never read leads to the one that it was moved from: its move is corrected.
    """
    unwatch(connection, [old])
    way = _way_back(connection, old)
    origin = way[-1].board if way else old
    successor = _board(connection, new.board)
    if successor is None:
        company = (
            new.company
            or companies_by_board().get(new.board)
            or _learnt_company(connection, origin)
        )
        connection.execute(insert(tables.Board).values(new_row(replace(new, company=company))))
    if not same_board(origin, new.board):  # the move is not taken back
        again = dict.fromkeys(("read_at", "etag", "last_modified", "next_check_at"))
        name = successor.board if successor else new.board
        connection.execute(
            update(tables.Board)
            .where(tables.Board.board == name)
            .values(moved_from=origin, **again)
        )
    return [
        board
        for board in way
        if board.failing_since is not None and not same_board(board.board, new.board)
    ]


def has_begun(connection: Connection, old: str, new: str) -> bool:
    """Return True if the move from `old` to `new` is recorded already."""
    successor, way = _board(connection, new), _way_back(connection, old)
    if successor is None or not way:
        return False
    return same_board(way[-1].board, new) or successor.moved_from == way[-1].board


def is_stored(connection: Connection, name: str) -> bool:
    """Return True if the database has the board."""
    return _board(connection, name) is not None


def _way_back(connection: Connection, name: str) -> list[AnyRow]:
    """Return the board and its predecessors, back to the first one that was ever read.

    Empty when the board is not stored.
    """
    way: list[AnyRow] = []
    board = _board(connection, name)
    while board is not None and board not in way:
        way.append(board)
        board = (
            None
            if board.last_ok_at or board.moved_from is None
            else _board(connection, board.moved_from)
        )
    return way


def _learnt_company(connection: Connection, board: str) -> str | None:
    """Return the company's name as the board has sent it."""
    row = connection.execute(
        select(tables.Board.company, tables.Board.token).where(tables.Board.board == board)
    ).one_or_none()
    return row.company if row and row.company != row.token else None


def is_pending(board: AnyRow) -> bool:
    """Return True if the board had no snapshot since its employer moved to it."""
    return board.moved_from is not None and board.read_at is None


def is_first_list(connection: Connection, board: AnyRow) -> bool:
    """Return True if the board's move is pending and it never listed a role.

    Its first list is then its baseline.
    """
    return (
        is_pending(board)
        and connection.scalar(select(_posting.id).where(_posting.board_id == board.id).limit(1))
        is None
    )


@dataclass(frozen=True, slots=True)
class Moved:
    """The postings that came along from the former board, and the counts of a move."""

    former: AnyRow  # its row of `board`
    before: int  # open roles of the former board
    came: int  # of these, those that the new board lists
    back: int  # closed on the former board, and listed by the new one
    baseline: bool  # the new board has listed nothing before
    # the former posting of each new one that has one, by id
    postings: Mapping[int, RepostOf] = field(default_factory=dict)
    # the new posting's id by the former one's
    successors: Mapping[int, int] = field(default_factory=dict)

    def left(self, events: Sequence[PostingEvent]) -> list[PostingEvent]:
        """Return the events to alert on beside the move.

        An opening of a posting that came along is left out, and every opening of a baseline.
        """
        return [
            one
            for one in events
            if one.kind != "opened" or not (self.baseline or one.posting_id in self.postings)
        ]


def take_along(connection: Connection, board: AnyRow, *, baseline: bool) -> Moved | None:
    """Link the board's open postings to those of the former board. None if that was never read."""
    former = _board(connection, board.moved_from)
    if former is None or former.last_ok_at is None:
        return None
    old, new = _postings(connection, former, board), _postings(connection, board)
    found = _pair(connection, (former, old), (board, new))
    is_open = {row.id: row.state == "open" for row in old}
    came = sum(is_open[match.id] for match in found.values())
    return Moved(
        former,
        sum(is_open.values()),
        came,
        len(found) - came,
        baseline,
        _named(old, found),
        _successors(found),
    )


def follow(
    connection: Connection, board: AnyRow, events: Sequence[PostingEvent], at: datetime
) -> tuple[list[PostingEvent], Mapping[int, int]]:
    """Do the same for the postings that this check read first.

    Return the events, each with the posting that it repeats, and the new posting's id by the former
    one's. A role on both boards is two postings while the former board is watched again.
    """
    former = _board(connection, board.moved_from)
    if (
        former is None
        or former.watched
        or former.last_ok_at is None
        or former.last_ok_at < at - RECENTLY
    ):
        return list(events), {}
    old, new = _postings(connection, former, board), _postings(connection, board)
    first_read = {row.id for row in new if row.number == 1 and row.valid_from == at}
    found = _pair(connection, (former, old), (board, new), only=first_read)
    names = _named(old, found)
    return [
        replace(one, repost=names.get(one.posting_id, one.repost)) for one in events
    ], _successors(found)


def _successors(found: Mapping[int, Match]) -> dict[int, int]:
    return {match.id: new_id for new_id, match in found.items()}


def _board(connection: Connection, name: str) -> AnyRow | None:
    """Return the row of a board, however its name is spelled."""
    boards = tables.Board.__table__
    exact = connection.execute(select(boards).where(boards.c.board == name)).one_or_none()
    alike = (
        []
        if exact
        else [row for row in connection.execute(select(boards)) if same_board(row.board, name)]
    )
    return exact or next(iter(alike), None)


_posting, _version = tables.Posting, tables.PostingVersion
_other = aliased(_posting)
_NEWEST = and_(_version.posting_id == _posting.id, _version.number == _posting.version)
_ROWS = select(
    _posting.id,
    _posting.name,
    _posting.state,
    _posting.repost_of,
    _posting.requisition,
    _posting.internal_job,
    _version.number,
    _version.valid_from,
    _version.title,
    _version.location,
    _version.locations,
).join(_version, _NEWEST)
_Postings = tuple[AnyRow, Sequence[AnyRow]]  # a board and its postings


def _postings(
    connection: Connection, board: AnyRow, successor: AnyRow | None = None
) -> Sequence[AnyRow]:
    """Return the board's open postings.

    Of a former board also those that closed in its last months, without those that another board
    repeats.
    """
    if successor is None:
        return connection.execute(
            _ROWS.where(_posting.board_id == board.id, _posting.state == "open").order_by(
                _posting.id
            )
        ).all()
    recent = or_(_posting.state == "open", _posting.closed_at >= board.last_ok_at - RECENTLY)
    repeated = select(_other.repost_of).where(
        _other.repost_of.is_not(None), _other.board_id != successor.id
    )
    return connection.execute(
        _ROWS.where(_posting.board_id == board.id, recent, _posting.id.not_in(repeated)).order_by(
            _posting.id
        )
    ).all()


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


def _known(former: AnyRow, old: Sequence[AnyRow], listed: Sequence[AnyRow]) -> dict[int, Match]:
    """Return the pairs of earlier moves, in either direction: an employer may move back."""
    reason, ids, new_ids = (
        f"moved from {former.board} before",
        {row.id for row in old},
        {row.id for row in listed},
    )
    there = {row.id: Match(row.repost_of, reason) for row in listed if row.repost_of in ids}
    return {row.repost_of: Match(row.id, reason) for row in old if row.repost_of in new_ids} | there


def _sides(
    connection: Connection, mine: _Postings, others: _Postings, leave: Collection[int]
) -> list[MovedPosting]:
    """Return the postings to compare. Load a text only where both boards have its face."""
    names = employer_names([mine[0].company, others[0].company], [mine[0].token, others[0].token])
    sides = [_side(row, names) for row in mine[1] if row.id not in leave]
    faces = {_side(row, names).face for row in others[1]}
    found = load_texts(connection, [one.id for one in sides if one.face in faces])
    return [replace(one, text=found.get(one.id, "")) for one in sides]


def _side(row: AnyRow, names: Collection[str]) -> MovedPosting:
    numbers = JobNumbers(row.requisition or None, row.internal_job or None)
    return MovedPosting(
        row.id,
        plain_title(row.title, names),
        towns(row.locations or [row.location]),
        numbers,
        row.state == "open",
    )


def _named(old: Sequence[AnyRow], found: Mapping[int, Match]) -> dict[int, RepostOf]:
    names = {row.id: row.name for row in old}
    return {new_id: RepostOf(names[one.id], one.reason) for new_id, one in found.items()}
