"""Report what a round did: its checks, changes and held boards, as `check` prints them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace

from sqlalchemy import Connection, and_, bindparam, select

from monitor.database.json_values import one_of
from monitor.database.tables import (
    Board,
    BoardCheck,
    CheckRound,
    Posting,
    PostingChange,
    PostingVersion,
)


@dataclass(frozen=True, slots=True)
class ChangeReport:
    """A change of a posting, with the columns that `check` prints."""

    kind: str
    posting: str
    title: str
    url: str
    field: str | None
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class BoardReport:
    """The result of a round for one board. `result` is `held` if its host asked to wait."""

    board: str
    company: str
    result: str  # snapshot unchanged failure held
    status: int | None = None
    seen: int | None = None
    opened: int = 0
    revised: int = 0
    closed: int = 0
    reopened: int = 0
    unreadable: int = 0
    seconds: float = 0.0
    reason: str | None = None
    changes: tuple[ChangeReport, ...] = ()

    @property
    def was_read(self) -> bool:
        """True if the board was read completely."""
        return self.result in {"snapshot", "unchanged"}

    @property
    def collapsed(self) -> bool:
        """True if it lost too many postings at once to be believed."""
        return self.was_read and self.reason is not None and self.reason.startswith("collapsed: ")


def report(connection: Connection, round_id: int) -> tuple[BoardReport, ...]:
    """Return a report per board of a round, in the order of their names."""
    changes = defaultdict(list)
    for row in connection.execute(_CHANGES, {"round": round_id}):
        changes[row[0]].append(ChangeReport(*row[1:]))
    checks = connection.execute(_CHECKS, {"round": round_id})
    reports = [
        replace(BoardReport(*columns), changes=tuple(changes[check_id]))
        for check_id, *columns in checks
    ]
    reports += _not_asked(connection, round_id)
    return tuple(sorted(reports, key=lambda board_report: board_report.board))


def _not_asked(connection: Connection, round_id: int) -> list[BoardReport]:
    """Return a report for each board that was not checked because its host asked to wait."""
    query = select(CheckRound.held).where(CheckRound.id == round_id)
    reasons = connection.scalar(query) or {}
    boards = select(Board.board, Board.company).where(one_of(Board.board, reasons))
    return [
        BoardReport(board, company, "held", reason=reasons[board])
        for board, company in connection.execute(boards)
    ]


_CHECKS = (
    select(
        BoardCheck.id,
        *(Board.board, Board.company),  # then in the order of BoardReport's fields
        *(BoardCheck.result, BoardCheck.status, BoardCheck.seen),
        *(BoardCheck.opened, BoardCheck.revised, BoardCheck.closed, BoardCheck.reopened),
        *(BoardCheck.unreadable, BoardCheck.seconds, BoardCheck.reason),
    )
    .join(Board, Board.id == BoardCheck.board_id)
    .where(BoardCheck.round_id == bindparam("round"))
    .order_by(Board.board, BoardCheck.id)
)
_VERSION_OF_CHANGE = and_(
    PostingVersion.posting_id == PostingChange.posting_id,
    PostingVersion.number == PostingChange.version,
)
_CHANGES = (
    select(
        PostingChange.check_id,
        *(PostingChange.kind, Posting.name, PostingVersion.title, PostingVersion.url),
        *(PostingChange.field, PostingChange.old, PostingChange.new),
    )
    .join_from(PostingChange, BoardCheck, BoardCheck.id == PostingChange.check_id)
    .join(Posting, Posting.id == PostingChange.posting_id)
    .outerjoin(PostingVersion, _VERSION_OF_CHANGE)
    .where(BoardCheck.round_id == bindparam("round"))
    .order_by(PostingChange.id)
)
