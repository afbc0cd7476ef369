"""Record checks.

    check_recorder.py  decides again if the board's row changed meanwhile
    quiet_checks.py    checks that found nothing, many in one transaction
    write_check.py     all others: a failure, or a check that may have found changes

A round without changes loads neither check.py nor write_check.py: with what they import, these are
a quarter of our modules.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from crawler.items import Failure, Result
from monitor.alerts.alerting import Alerting
from monitor.database.board_row import BoardRow, load_board
from monitor.rounds.check_columns import Facts

if TYPE_CHECKING:
    from monitor.rounds.check import DecidedCheck


@dataclass(frozen=True, slots=True)
class CheckRecorder:
    """Records the results of one round."""

    round_id: int
    alerting: Alerting
    random: Random
    clock: Callable[[], datetime]

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
        return CheckWriter(connection, check, self.round_id, self.random).write()


def _dropped(check: DecidedCheck) -> Facts:
    """Return the facts of a check that is not stored, for the log."""
    result = check.result
    reason: Facts = {"reason": result.reason} if isinstance(result, Failure) else {}
    return {"board": check.board.board, "result": "left meanwhile"} | reason
