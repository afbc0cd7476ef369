"""Record checks, and make the rows and log facts that every check has.

    check_recorder.py  decides again if the board's row changed meanwhile
    quiet_checks.py    checks that found nothing, many in one transaction
    write_check.py     all others: a failure, or a check that may have found changes

A round without changes loads neither check.py nor write_check.py: with what they import, these are
a quarter of our modules.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

from sqlalchemy import Connection, bindparam, insert, update

from crawler.items import Failure, Result, Snapshot, Unchanged
from monitor.alerts.alerting import Alerting
from monitor.database import tables
from monitor.database.board_row import BoardRow, load_board
from monitor.database.columns import table
from monitor.history.board_columns import Columns

if TYPE_CHECKING:
    from monitor.rounds.check import DecidedCheck

RESULT_NAMES = {Snapshot: "snapshot", Unchanged: "unchanged", Failure: "failure"}
# Core tables, as in history/postings.py
_BOARD, _CHECK = table(tables.Board), table(tables.BoardCheck)
CHANGE_BOARD = update(_BOARD).where(_BOARD.c.id == bindparam("row"))
# without `returning`: FTS5 flushes its pending index at every such statement
ADD_CHECK = insert(_CHECK)
Facts = dict[str, object]  # for the log


@dataclass(frozen=True, slots=True)
class CheckRecorder:
    """Records the results of one round."""

    round_id: int
    alerting: Alerting
    random: Random
    clock: Callable[[], datetime]
    # the end of the round reports boards that no host answered: it knows the state of the network
    report_unreachable_later: bool = False

    def record(
        self,
        connection: Connection,
        check: DecidedCheck | Result,
        current: BoardRow | None = None,
    ) -> Facts:
        """Store a check in the caller's transaction. Return its facts for the log.

        `current` is the board's row as it is in this transaction, if known.

        A check is decided again if its board was written since. Nothing is stored of a board that
        is no longer watched: `boards remove` or `boards move` beside a daemon may unwatch a board
        while a round reads it.
        """
        # loaded with the first check that is not quiet: see above
        from monitor.rounds.check import DecidedCheck, decide_check  # noqa: PLC0415
        from monitor.rounds.write_check import CheckWriter  # noqa: PLC0415

        if not isinstance(check, DecidedCheck):
            check = decide_check(connection, check, self.alerting, self.clock)
        elif (current or load_board(connection, check.board.board)) != check.board:
            check = decide_check(connection, check.result, self.alerting, self.clock)
        if not check.board.watched:
            return _dropped(check)
        return CheckWriter(connection, self, check).write()


def _dropped(check: DecidedCheck) -> Facts:
    """Return the facts of a check that is not stored, for the log."""
    result = check.result
    reason: Facts = {"reason": result.reason} if isinstance(result, Failure) else {}
    return {"board": check.board.board, "result": "left meanwhile"} | reason


def checked_columns(at: datetime) -> Columns:
    """Return the columns of a board that was checked, whatever came of it."""
    return {"clock": at, "last_check_at": at, "held_round": None}


def check_row(round_id: int, board: BoardRow, result: Result, at: datetime) -> Columns:
    """Return the columns that a check has whatever came of it."""
    return {
        "round_id": round_id,
        "board_id": board.id,
        "started_at": at - timedelta(seconds=result.seconds),
        "finished_at": at,
        "result": RESULT_NAMES[type(result)],
        "status": result.status,
        "bytes": result.bytes,
        "seconds": result.seconds,
        "every": board.every,
    }


def check_facts(board: BoardRow, result: Result) -> Facts:
    """Return the facts that the log has of every check."""
    seconds = round(result.seconds, 3)
    return {"board": board.board, "result": RESULT_NAMES[type(result)], "seconds": seconds}
