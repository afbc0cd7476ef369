"""The operator's incidents of one board: it fails, works again, or collapsed.

A check begins, updates and ends them. The state is in the stored alerts, so a restarted daemon ends
an incident that its predecessor began. Nothing here commits: every function is a step of its
caller's transaction.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection, func, select

from crawler.items import Failure
from monitor.alerts import incidents, open_incidents, stale_cards
from monitor.alerts.alerting import Alerting
from monitor.alerts.rows import written_since
from monitor.database import tables
from monitor.database.board_row import BoardRow
from monitor.history.schedule import FAILURES_TO_FAIL
from monitor.messages import OperatorMessage
from monitor.rounds.network import is_unreached

if TYPE_CHECKING:  # a check without changes does not load it
    from monitor.history.decide import BoardChanges


@dataclass(frozen=True, slots=True)
class BoardIncidents:
    """Begins, updates and ends the incidents of a board, in the transaction of its check."""

    connection: Connection
    alerting: Alerting
    board: BoardRow  # as it was before the check
    round_id: int
    check_id: int
    at: datetime

    def failed(self, failure: Failure, failures: int, unknown: int) -> None:
        """Report a board that fails again, once per incident. Update the report afterwards.

        `unknown`: checks in a row that found no such board. The end of the round reports boards
        that no host answered (network_incident.py): it knows the state of the network.
        """
        is_unknown = unknown >= FAILURES_TO_FAIL
        since = self.board.failing_since or self.at
        message = incidents.failing(
            self.connection, self.board, failures, since, failure.reason, unknown=is_unknown
        )
        if is_unknown and self.board.unknown < unknown == FAILURES_TO_FAIL < failures:
            # a second alert, where the first one could not name the employer's new board yet
            self._alert(message)
        elif reported_since(self.connection, self.board) is not None:
            stale_cards.update_incident(self.connection, message)
        elif failures >= FAILURES_TO_FAIL and not is_unreached(failure):
            self._alert(message)

    def succeeded(self, *, opened: int, closed: int) -> None:
        """Report that a failing board works again, if its failure was reported."""
        since = reported_since(self.connection, self.board)
        if since is not None:
            recovered = incidents.recovered(
                self.board, since, self.at, opened=opened, closed=closed
            )
            self._alert(recovered)

    def collapsed(self, changes: BoardChanges) -> None:
        """Begin, update or end the incident of a collapse, by the changes of this check."""
        since = self.board.collapsed_since
        if since is None and not changes.collapsed:
            return
        began = since or self.at
        closed = self._closed_since(began)
        if not changes.collapsed:  # its one message shows the end too
            ended = incidents.drained(self.board, began, self.at, closed)
            stale_cards.update_incident(self.connection, ended)
            return
        before = closed - len(changes.closed)  # no longer open before this check
        message = incidents.collapsed(
            self.board,
            began,
            lost=before + changes.missing,
            roles=before + changes.open_before,
            closed=closed,
        )
        if since is None:
            self._alert(message)
        else:
            stale_cards.update_incident(self.connection, message)

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


def end_unwatched(connection: Connection, boards: Iterable[BoardRow]) -> None:
    """Show in the incidents of these boards that they are no longer watched, without an alert."""
    for board in boards:
        for message in incidents.unwatched(board):
            stale_cards.update_incident(connection, message)


def reported_since(connection: Connection, board: BoardRow) -> datetime | None:
    """Return since when the board fails, if the operator was alerted of it, or None."""
    since = board.failing_since
    if board.failures < FAILURES_TO_FAIL or since is None:
        return None
    incident = incidents.key("failing", board.board, since)
    is_reported = open_incidents.has_messages(
        connection, incident, written_since(connection, since)
    )
    return since if is_reported else None
