"""Record checks that found nothing, many at once: most checks are such.

A quiet check is an `unchanged` of a board that was well before and misses no posting. Only its own
row and the board's schedule are written, so a batch of them needs as few statements as one. Boards
of one interval get the same columns, and so one statement. Deciding takes two queries of a
millisecond: both are in the transaction that writes, where no board can change in between.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import Connection, func, select, update

from crawler.items import Result, Unchanged
from monitor.database.board_row import BoardRow, load_named_boards
from monitor.database.columns import table
from monitor.database.json_values import in_json_list, json_list
from monitor.database.tables import Board, Posting
from monitor.history import board_columns, schedule
from monitor.history.board_columns import Columns
from monitor.rounds.check_columns import ADD_CHECK, Facts, check_facts, check_row, checked_columns
from monitor.rounds.check_recorder import CheckRecorder

_COUNTS = (
    select(Posting.board_id, func.count(), func.count(Posting.last_seen_at))
    .where(in_json_list(Posting.board_id, "boards"), Posting.state == "open")
    .group_by(Posting.board_id)
)
_BOARD = table(Board)
_CHANGE_BOARDS = update(_BOARD).where(in_json_list(_BOARD.c.id, "rows"))
# as `BoardChanges().counts()`, whose module a round without changes does not load
_NO_CHANGES: Final = dict.fromkeys(("revised", "opened", "closed", "reopened", "unreadable"), 0)


class _Alike(NamedTuple):
    """Values that two boards share if their rows are the same after a quiet check."""

    at: datetime  # the check's instant
    every: float  # seconds
    notes: str | None  # the new ones; None: the stored ones hold


@dataclass(slots=True)
class _QuietChecks:
    """The rows of quiet checks, to be written together."""

    recorder: CheckRecorder
    now: datetime
    checks: list[Columns] = field(default_factory=list)
    boards: dict[_Alike, list[BoardRow]] = field(default_factory=lambda: defaultdict(list))
    stored: list[tuple[Result, Facts]] = field(default_factory=list)

    def add(self, result: Unchanged, board: BoardRow, seen: int) -> None:
        at = schedule.strictly_after(self.now, board.clock)
        counts = {"seen": seen, **_NO_CHANGES}
        row = check_row(self.recorder.round_id, board, result, at)
        self.checks.append(row | counts | {"reason": None})
        notes = None if result.notes == board.notes else result.notes
        self.boards[_Alike(at, board.every, notes)].append(board)
        self.stored.append((result, check_facts(board, result) | counts))

    def write(self, connection: Connection) -> None:
        if self.checks:
            connection.execute(ADD_CHECK, self.checks)
        for alike, boards in self.boards.items():
            columns = self._columns(alike, boards[0])
            rows = {"rows": json_list([board.id for board in boards])}
            connection.execute(_CHANGE_BOARDS, columns | rows)

    def _columns(self, alike: _Alike, board: BoardRow) -> Columns:
        """Return the columns of boards after their checks: `board` is any of them."""
        every = timedelta(seconds=alike.every)
        next_check = schedule.next_check(self.now, every, 0, None, self.recorder.random)
        columns = board_columns.after_success(
            board, Unchanged(board.board), alike.at, next_check, is_collapsed=False
        )
        return columns | checked_columns(alike.at) | ({"notes": alike.notes} if alike.notes else {})


def may_be_quiet(result: Result) -> bool:
    """Return True if the result alone leaves open whether its check is quiet."""
    return isinstance(result, Unchanged) and not result.probes


def record_quiet(
    connection: Connection, recorder: CheckRecorder, results: Sequence[Result]
) -> list[tuple[Result, Facts]]:
    """Store those of these checks that are quiet, in the caller's transaction.

    Return them with their facts for the log.
    """
    boards = {
        board.board: board
        for board in load_named_boards(connection, [result.board for result in results])
        if _is_well(board)
    }
    ids = json_list([board.id for board in boards.values()])
    rows = connection.execute(_COUNTS, {"boards": ids})
    counts = {board_id: (count, unlisted) for board_id, count, unlisted in rows}
    quiet = _QuietChecks(recorder, recorder.clock())
    for result in results:
        board = boards.pop(result.board, None)
        seen, unlisted = counts.get(board.id, (0, 0)) if board else (0, 0)
        if board is not None and isinstance(result, Unchanged) and not unlisted:
            quiet.add(result, board, seen)
    quiet.write(connection)
    return quiet.stored


def _is_well(board: BoardRow) -> bool:
    """Return True if an `unchanged` begins, ends or reports nothing on this board."""
    return (
        board.watched
        and board.last_ok_at is not None
        and board.failures == 0
        and board.collapsed_since is None
        and not board.is_move_pending
    )
