"""Report what a round did: its checks, changes and held boards, as `check` prints them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import Connection, select, text

from monitor.database import tables
from monitor.database.json_values import one_of


@dataclass(frozen=True, slots=True)
class ChangeReport:
    """A row of `posting_changes`, with the columns that `check` prints."""

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
        """Whether the board was read completely."""
        return self.result in {"snapshot", "unchanged"}

    @property
    def collapsed(self) -> bool:
        """Whether it lost too many postings at once to be believed."""
        return self.was_read and self.reason is not None and self.reason.startswith("collapsed: ")


def report(connection: Connection, round_id: int) -> tuple[BoardReport, ...]:
    """Return a report per board of a round, in the order of their names."""
    changes = defaultdict(list)
    rows = connection.execute(_CHANGES, {"round": round_id})
    for check_id, *columns in rows:
        changes[check_id].append(ChangeReport(*columns))
    checks = connection.execute(_CHECKS, {"round": round_id}).mappings()
    reports = [
        BoardReport(
            changes=tuple(changes[row["check_id"]]),
            **{k: v for k, v in row.items() if k != "check_id"},
        )
        for row in checks
    ]
    reports += _held(connection, round_id)
    return tuple(sorted(reports, key=lambda board_report: board_report.board))


def _held(connection: Connection, round_id: int) -> list[BoardReport]:
    """Return a report for each board that was not checked because its host asked to wait."""
    query = select(tables.CheckRound.held).where(tables.CheckRound.id == round_id)
    reasons = connection.scalar(query) or {}
    boards = select(tables.Board.board, tables.Board.company)
    return [
        BoardReport(row.board, row.company, "held", reason=reasons[row.board])
        for row in connection.execute(boards.where(one_of(tables.Board.board, reasons)))
    ]


_CHECKS = text("""
SELECT v.check_id, v.board, v.company, v.result, v.status, v.seen, v.opened, v.revised, v.closed,
    v.reopened, v.unreadable, v.seconds, v.reason
FROM checks v JOIN board_check c ON c.id = v.check_id
WHERE c.round_id = :round ORDER BY v.board, v.check_id""")


_CHANGES = text("""
SELECT v.check_id, v.kind, v.posting, v.title, v.url, v.field, v.old, v.new
FROM posting_changes v JOIN board_check c ON c.id = v.check_id
WHERE c.round_id = :round ORDER BY v.change_id""")
