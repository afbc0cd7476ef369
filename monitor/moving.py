"""An employer's move to another board: noted by `boards move`, carried out with the new board's next snapshot.

    boards move OLD NEW   OLD is unwatched, NEW's row has `moved_from` = OLD and no `read_at`: its move is pending
    next snapshot of NEW  in the check's transaction: NEW's postings get `repost_of`, each channel gets one summary
    later                 what NEW lists then, and OLD had, is `opened` with `repost_of`

OLD's postings stay as they were last seen. Nobody proved that they closed, so no `closed` is written, and a board that is unwatched keeps
its history. Once NEW was read they are left out of lists of open roles (`queries/moved.py`), where NEW's stand in their place. Digests
and reminders read watched boards alone.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import Connection, and_, insert, or_, select, update
from sqlalchemy.orm import aliased

from crawler.address import directory
from monitor import cards, incidents, models, store, watch
from monitor.carried import carry
from monitor.counterparts import Match, Side, employer_names, match, plain_title, towns
from monitor.db import AnyRow
from monitor.gone import Repeated, texts
from monitor.repost import RECENTLY, Numbers
from monitor.settings import WatchedBoard
from monitor.write import Told


def begin(connection: Connection, old: str, new: WatchedBoard) -> None:
    """Note the move. The new board is read whole at its next check, whatever was known of it.

    Where the operator was told that the former board fails, that message shows how it ended.
    """
    watch.leave(connection, [old])
    former = _board(connection, old)
    if former is not None and former.failing_since is not None:
        cards.amend(connection, incidents.moved(former, new.board))
    name = models.Board.board == new.board
    if connection.scalar(select(models.Board.id).where(name)) is None:
        company = new.company or directory().get(new.board) or _learnt_company(connection, old)
        connection.execute(insert(models.Board).values(watch.new_row(replace(new, company=company))))
    again = dict.fromkeys(("read_at", "etag", "last_modified", "next_check_at"))
    connection.execute(update(models.Board).where(name).values(moved_from=old, **again))


def _learnt_company(connection: Connection, board: str) -> str | None:
    """The company's name as the board has sent it."""
    row = connection.execute(select(models.Board.company, models.Board.token).where(models.Board.board == board)).one_or_none()
    return row.company if row and row.company != row.token else None


def is_pending(board: AnyRow) -> bool:
    """Has the board had no snapshot since its employer moved to it?"""
    return board.moved_from is not None and board.read_at is None


@dataclass(frozen=True, slots=True)
class Moved:
    """What came along from the former board, and how it stood."""

    former: AnyRow  # its row of `board`
    before: int  # open roles of the former board
    came: int  # of these, those that the new board lists
    back: int  # closed on the former board, and listed by the new one
    postings: Mapping[int, Repeated] = field(default_factory=dict)  # the former posting of each new one that has one, by id

    def left(self, told: Sequence[Told], *, baseline: bool) -> list[Told]:
        """What is told beside the move: no opening of a role that came along, and none at all of a baseline."""
        return [one for one in told if one.kind != "opened" or not (baseline or one.posting_id in self.postings)]


def take_along(connection: Connection, board: AnyRow) -> Moved | None:
    """Point the board's open postings to those that they were on the former board; None where that was never read."""
    former = _board(connection, board.moved_from)
    if former is None or former.last_ok_at is None:
        return None
    old, new = _postings(connection, former, board), _postings(connection, board)
    found = _pair(connection, (former, old), (board, new))
    carry(connection, {match.id: new_id for new_id, match in found.items()})
    is_open = {row.id: row.state == "open" for row in old}
    came = sum(is_open[match.id] for match in found.values())
    return Moved(former, sum(is_open.values()), came, len(found) - came, _named(old, found))


def follow(connection: Connection, board: AnyRow, told: Sequence[Told], at: datetime) -> list[Told]:
    """The same for what this check read for the first time; gives what is told with the postings that are repeated.

    Not where the former board is watched again: what both list is two postings.
    """
    former = _board(connection, board.moved_from)
    if former is None or former.watched or former.last_ok_at is None or former.last_ok_at < at - RECENTLY:
        return list(told)
    old, new = _postings(connection, former, board), _postings(connection, board)
    first_read = {row.id for row in new if row.number == 1 and row.valid_from == at}
    found = _pair(connection, (former, old), (board, new), only=first_read)
    carry(connection, {match.id: new_id for new_id, match in found.items()})
    names = _named(old, found)
    return [replace(one, repost=names.get(one.posting_id, one.repost)) for one in told]


def _board(connection: Connection, name: str) -> AnyRow | None:
    return connection.execute(select(models.Board.__table__).where(models.Board.board == name)).one_or_none()


_posting, _version = models.Posting, models.PostingVersion
_other = aliased(_posting)
_ROWS = select(
    _posting.id, _posting.name, _posting.state, _posting.repost_of, _posting.requisition, _posting.internal_job,
    _version.number, _version.valid_from, _version.title, _version.location, _version.locations,
).join(_version, and_(_version.posting_id == _posting.id, _version.number == _posting.version))  # fmt: skip
_Postings = tuple[AnyRow, Sequence[AnyRow]]  # a board and its postings


def _postings(connection: Connection, board: AnyRow, successor: AnyRow | None = None) -> Sequence[AnyRow]:
    """The board's open postings; of a former board also what closed in its last months, and nothing that was put up again elsewhere."""
    if successor is None:
        return connection.execute(_ROWS.where(_posting.board_id == board.id, _posting.state == "open").order_by(_posting.id)).all()
    recent = or_(_posting.state == "open", _posting.closed_at >= board.last_ok_at - RECENTLY)
    repeated = select(_other.repost_of).where(_other.repost_of.is_not(None), _other.board_id != successor.id)
    return connection.execute(_ROWS.where(_posting.board_id == board.id, recent, _posting.id.not_in(repeated)).order_by(_posting.id)).all()


def _pair(connection: Connection, former: _Postings, new: _Postings, only: Collection[int] | None = None) -> dict[int, Match]:
    """The former posting of each new one, those of earlier moves between the two boards among them; by the new posting's id.

    `only`: of these new postings alone. What is found now is stored.
    """
    known = _known(*former, new[1])
    taken = {match.id for match in known.values()}
    found = match(
        _sides(connection, former, new, leave=taken), _sides(connection, new, former, leave=known), same_ats=former[0].ats == new[0].ats
    )
    free = {row.id for row in new[1] if row.repost_of is None and (only is None or row.id in only)}
    fresh = {new_id: Match(one.id, f"moved from {former[0].board}: {one.reason}") for new_id, one in found.items() if new_id in free}
    store.change_postings(connection, [{"row": new_id, "repost_of": one.id, "repost_reason": one.reason} for new_id, one in fresh.items()])
    return fresh if only is not None else known | fresh


def _known(former: AnyRow, old: Sequence[AnyRow], listed: Sequence[AnyRow]) -> dict[int, Match]:
    """The pairs that a move said before, in either direction: an employer may move back."""
    reason, ids, new_ids = f"moved from {former.board} before", {row.id for row in old}, {row.id for row in listed}
    there = {row.id: Match(row.repost_of, reason) for row in listed if row.repost_of in ids}
    return {row.repost_of: Match(row.id, reason) for row in old if row.repost_of in new_ids} | there


def _sides(connection: Connection, mine: _Postings, others: _Postings, leave: Collection[int]) -> list[Side]:
    """The postings as they are compared; a text only where the other board has a posting of the same title and towns."""
    names = employer_names([mine[0].company, others[0].company], [mine[0].token, others[0].token])
    sides = [_side(row, names) for row in mine[1] if row.id not in leave]
    faces = {_side(row, names).face for row in others[1]}
    found = texts(connection, [one.id for one in sides if one.face in faces])
    return [replace(one, text=found.get(one.id, "")) for one in sides]


def _side(row: AnyRow, names: Collection[str]) -> Side:
    numbers = Numbers(row.requisition or None, row.internal_job or None)
    return Side(row.id, plain_title(row.title, names), towns(row.locations or [row.location]), numbers, row.state == "open")


def _named(old: Sequence[AnyRow], found: Mapping[int, Match]) -> dict[int, Repeated]:
    names = {row.id: row.name for row in old}
    return {new_id: Repeated(names[one.id], one.reason) for new_id, one in found.items()}
