"""Record checks that found nothing, many at once: most checks are such.

A quiet check is an `unchanged` of a board that was well before and misses no posting. Only its own
row and the board's schedule are written, so a batch of them needs as few statements as one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, bindparam, func, select

from crawler.items import Result, Unchanged
from monitor.database.board_row import BoardRow, load_named_boards
from monitor.database.json_values import in_json_list, json_list
from monitor.database.tables import Posting
from monitor.history import schedule
from monitor.history.decide import BoardChanges
from monitor.rounds.check import DecidedCheck
from monitor.rounds.record import CHANGE_BOARD, NEW_CHECK, CheckRecorder, Facts, Recording

_COUNTS = (
    select(Posting.board_id, func.count(), func.count(Posting.last_seen_at))
    .where(in_json_list(Posting.board_id, "boards"), Posting.state == bindparam("open"))
    .group_by(Posting.board_id)
)


def decide_quiet(
    connection: Connection,
    recorder: CheckRecorder,
    results: Sequence[Result],
    boards: Mapping[str, BoardRow],
) -> dict[str, DecidedCheck]:
    """Return the quiet ones of these checks, by board. Nothing is written.

    `boards` are the rows of their boards by name.
    """
    found = [
        (boards[result.board], result)
        for result in results
        if isinstance(result, Unchanged) and not result.probes and result.board in boards
    ]
    if not found:
        return {}
    ids = json_list([board.id for board, _ in found])
    counts = {
        board_id: (count, unlisted)
        for board_id, count, unlisted in connection.execute(
            _COUNTS, {"boards": ids, "open": "open"}
        )
    }
    quiet = {}
    for board, result in found:
        count, unlisted = counts.get(board.id, (0, 0))
        if _is_well(board) and not unlisted:
            quiet[board.board] = _decided(recorder, board, result, count)
    return quiet


def _is_well(board: BoardRow) -> bool:
    """Return True if an `unchanged` begins, ends or reports nothing on this board."""
    return (
        board.watched
        and board.last_ok_at is not None
        and board.failures == 0
        and board.collapsed_since is None
        and not board.is_move_pending
    )


def _decided(recorder: CheckRecorder, board: BoardRow, result: Result, count: int) -> DecidedCheck:
    now = recorder.clock()
    at = schedule.strictly_after(now, board.clock)
    changes = BoardChanges(open_before=count)
    return DecidedCheck(result, board, at, now, recorder.alerting, changes=changes, quiet=True)


@dataclass(slots=True)
class QuietChecks:
    """Collects quiet checks, and writes them together in the caller's transaction."""

    recorder: CheckRecorder
    boards: dict[str, BoardRow]  # as they are in this transaction, until their check is taken
    checks: list[dict[str, object]] = field(default_factory=list)
    columns: list[dict[str, object]] = field(default_factory=list)

    @classmethod
    def begin(
        cls, connection: Connection, recorder: CheckRecorder, checks: Sequence[DecidedCheck]
    ) -> QuietChecks:
        """Return an instance for the quiet ones of these checks, with all their boards as now."""
        boards = load_named_boards(connection, [check.board.board for check in checks])
        return cls(recorder, {board.board: board for board in boards})

    def take(self, connection: Connection, check: DecidedCheck) -> Facts | None:
        """Take a check that is quiet, and whose board was not written since. Return its facts."""
        if not check.quiet or self.boards.pop(check.board.board, None) != check.board:
            return None
        row, columns, facts = Recording(connection, self.recorder, check).quiet_rows()
        self.checks.append(row)
        self.columns.append(columns)
        return facts

    def write(self, connection: Connection) -> None:
        """Store the checks that were taken. Call it before another check is recorded."""
        if self.checks:
            connection.execute(NEW_CHECK, self.checks)
            connection.execute(CHANGE_BOARD, self.columns)
            self.checks, self.columns = [], []
