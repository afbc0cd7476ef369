"""The operator's incident of the network: no host answers several boards.

Only the end of a round shows whether boards that no host answered are this one incident, or an
incident each. Nothing here commits, as in board_incidents.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, select

from monitor.alerts import daemon_incidents, incidents, open_incidents, stale_cards
from monitor.alerts.alerting import Alerting
from monitor.database.board_row import BOARD_COLUMNS, BoardRow
from monitor.database.tables import Board, BoardCheck
from monitor.history.schedule import FAILURES_TO_FAIL
from monitor.messages import OperatorMessage
from monitor.rounds.board_incidents import reported_since
from monitor.rounds.network import Network, Tally, says_unreached

_FAILING_OF_ROUND = (
    select(BoardCheck.id, *BOARD_COLUMNS)
    .join(BoardCheck, BoardCheck.board_id == Board.id)
    .where(
        BoardCheck.round_id == bindparam("round"),
        BoardCheck.result == "failure",
        Board.failures >= FAILURES_TO_FAIL,
    )
)


class _Unreached(NamedTuple):
    """A board that failed three times or more and that no host answered."""

    board: BoardRow
    check_id: int
    since: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class NetworkIncident:
    """Begins, updates and ends the network's incident, in the transaction that ends a round."""

    connection: Connection
    alerting: Alerting
    network: Network
    round_id: int
    now: datetime

    def update(self, tally: Tally) -> datetime | None:
        """Write the alerts of the round. Return since when the incident lasts, None without one."""
        since = self.network.incident if self.network.asked else self._open_since()
        if tally.reached and since is not None:
            self._alert(daemon_incidents.online(since, self.now))
            since = None
        failing = self._unreported() if tally.unreached else []
        if self._is_each_its_own(tally, failing):
            for one in failing:
                self._report_board(one)
            return since
        return self._report_network(since, failing) if failing else since

    def _is_each_its_own(self, tally: Tally, failing: list[_Unreached]) -> bool:
        """Return True if the boards fail for themselves, while the network works."""
        return (
            tally.reached
            or len(self.network.silent) == 1
            or any(self._others_answered(one) for one in failing)
        )

    def _others_answered(self, one: _Unreached) -> bool:
        """Return True if some host answered well after this board began to fail.

        One that answered just after that proves nothing: the outage may have begun in between.
        """
        well_after = one.since + timedelta(seconds=one.board.every) / 2
        return self.network.reached_at is not None and self.network.reached_at > well_after

    def _report_board(self, one: _Unreached) -> None:
        message = incidents.failing(
            self.connection, one.board, one.board.failures, one.since, one.reason, unknown=False
        )
        self._alert(message, one.check_id)

    def _report_network(self, since: datetime | None, failing: list[_Unreached]) -> datetime:
        began = since or min(one.since for one in failing)
        message = daemon_incidents.offline(len(self.network.silent), began, failing[0].reason)
        if since is None:
            self._alert(message)
        else:
            stale_cards.update_incident(self.connection, message)
        return began

    def _unreported(self) -> list[_Unreached]:
        """Return the round's unreachable boards without an alert yet."""
        found = []
        rows = self.connection.execute(_FAILING_OF_ROUND, {"round": self.round_id}).all()
        for check_id, *columns in rows:
            board = BoardRow._make(columns)
            since, reason = board.failing_since, board.reason or ""
            is_new = says_unreached(None, reason) and reported_since(self.connection, board) is None
            if since is not None and is_new:
                found.append(_Unreached(board, check_id, since, reason))
        return found

    def _open_since(self) -> datetime | None:
        """Return when the stored incident began, or None. Another process may have begun it."""
        incident = open_incidents.find_open(self.connection, "network")
        return incident.since if incident else None

    def _alert(self, message: OperatorMessage, check_id: int | None = None) -> None:
        self.alerting.write_operator_alert(
            self.connection, message, round_id=self.round_id, check_id=check_id, at=self.now
        )
