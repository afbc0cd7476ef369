"""The operator's incidents of one board: it fails, it works again, it collapsed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from crawler.items import Failure
from monitor.alerts import cards, incidents
from monitor.alerts.alerting import Alerting
from monitor.database import tables
from monitor.database.board_row import BoardRow
from monitor.history.schedule import FAILURES_TO_FAIL
from monitor.messages import OperatorMessage
from monitor.rounds import outage
from monitor.rounds.network import is_unreached


@dataclass(frozen=True, slots=True)
class BoardIncidents:
    """Begins, updates and ends the incidents of a board, in the transaction of its check."""

    connection: Connection
    alerting: Alerting
    board: BoardRow  # as it was before the check
    round_id: int
    check_id: int
    at: datetime

    def failed(self, failure: Failure, failures: int, unknown: int, *, defers: bool) -> None:
        """Report a board that fails again, once per incident. Update the report afterwards.

        `unknown`: checks in a row that found no such board. `defers`: the end of the round reports
        boards that no host answered.
        """
        gone = unknown >= FAILURES_TO_FAIL
        since = self.board.failing_since or self.at
        message = incidents.failing(self.board, failures, since, failure.reason, gone=gone)
        if gone and self.board.unknown < unknown == FAILURES_TO_FAIL < failures:
            # a second alert, where the first one could not name the employer's new board yet
            self._alert(message)
        elif outage.reported_since(self.connection, self.board) is not None:
            cards.update_incident(self.connection, message)
        elif failures >= FAILURES_TO_FAIL and not (defers and is_unreached(failure)):
            self._alert(message)

    def succeeded(self, *, seen: int, opened: int, closed: int) -> None:
        """Report that a failing board works again, if its failure was reported."""
        since = outage.reported_since(self.connection, self.board)
        if since is not None:
            recovered = incidents.recovered(
                self.board, since, self.at, seen=seen, opened=opened, closed=closed
            )
            self._alert(recovered)

    def collapsed(self, reason: str | None) -> None:
        """Begin, update or end the incident of a collapse. `reason`: None if it is settled."""
        since = self.board.collapsed_since
        if since is None and reason is None:
            return
        began = since or self.at
        closed = self._closed_since(began)
        if reason is None:  # its one message shows the end too
            ended = incidents.drained(self.board, began, self.at, closed)
            cards.update_incident(self.connection, ended)
            return
        lost = reason.removeprefix("collapsed: ")
        message = incidents.collapsed(self.board, began, lost, closed)
        if since is None:
            self._alert(message)
        else:
            cards.update_incident(self.connection, message)

    def _closed_since(self, at: datetime) -> int:
        change = tables.PostingChange
        query = (
            select(func.count())
            .select_from(change)
            .join(tables.Posting, tables.Posting.id == change.posting_id)
            .where(
                tables.Posting.board_id == self.board.id,
                change.kind == "closed",
                change.at >= at,
            )
        )
        return self.connection.scalar(query) or 0

    def _alert(self, message: OperatorMessage) -> None:
        self.alerting.write_operator_alert(
            self.connection, message, round_id=self.round_id, check_id=self.check_id, at=self.at
        )
