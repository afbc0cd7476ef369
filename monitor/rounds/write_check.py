"""Write one check: its row, the changes of its postings, and the alerts for them.

One short transaction writes all of it, for each board:

    held       → only plan the next try: the host was not asked
    failure    → check row → incident of the board (board_incidents.py)
    otherwise  → check row → the same roles on other boards (history/other_boards.py)
                 → changes (history/write.py) → a move's end (history/moved_postings.py)
                 → incidents → stale cards → alerts (alerts/check_alerts.py)
    board row: failures, schedule, validators (history/board_columns.py)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from sqlalchemy import Connection

from crawler.items import Failure, Result, Snapshot, Unchanged
from monitor.alerts import move_summary
from monitor.alerts.check_alerts import write_check_alerts
from monitor.alerts.stale_cards import mark_stale, transfer
from monitor.database.board_row import BoardRow
from monitor.history import board_columns, moved_postings, schedule
from monitor.history.board_columns import Columns
from monitor.history.check_rows import CheckRows
from monitor.history.other_boards import find_on_other_boards
from monitor.history.values import Moved, PostingEvent
from monitor.history.write import write_events
from monitor.rounds.board_incidents import BoardIncidents
from monitor.rounds.check import DecidedCheck
from monitor.rounds.check_columns import (
    ADD_CHECK,
    CHANGE_BOARD,
    Facts,
    check_facts,
    check_row,
    checked_columns,
)


@dataclass(frozen=True, slots=True)
class CheckWriter:
    """Writes one check, in the caller's transaction."""

    connection: Connection
    check: DecidedCheck
    round_id: int
    random: Random

    @property
    def board(self) -> BoardRow:
        """The board as it was before the check."""
        return self.check.board

    def write(self) -> Facts:
        """Write the check. Return its facts for the log."""
        result, at = self.check.result, self.check.at
        if isinstance(result, Failure) and result.held:
            return self._put_off(result)
        if isinstance(result, Failure):
            columns, facts = self._fail(result)
        else:
            columns, facts = self._succeed(result)
        if result.notes:
            columns["notes"] = result.notes
        self._change_board(columns | checked_columns(at))
        return check_facts(self.board, result) | facts

    def _change_board(self, columns: Columns) -> None:
        self.connection.execute(CHANGE_BOARD, columns | {"row": self.board.id})

    def _put_off(self, failure: Failure) -> Facts:
        """Plan the next try of a board whose host asked to wait. This is no check."""
        columns = board_columns.after_hold(self.board, failure, self.round_id, self.check.now)
        self._change_board(columns)
        return {"board": self.board.board, "reason": failure.reason}

    def _fail(self, failure: Failure) -> tuple[Columns, Facts]:
        failures = self.board.failures + 1
        unknown = board_columns.count_unknown(self.board, failure)
        check_id = self._add_check(failure, reason=failure.reason)
        self._incidents(check_id).failed(failure, failures, unknown)
        facts: Facts = {"reason": failure.reason, "failures": failures}
        if unknown >= schedule.FAILURES_TO_FAIL:
            facts["unknown"] = True
        next_check = self._next_check(failures, failure.retry_after)
        return board_columns.after_failure(self.board, failure, self.check.at, next_check), facts

    def _succeed(self, result: Snapshot | Unchanged) -> tuple[Columns, Facts]:
        check, changes = self.check, self.check.changes
        note = result.note if isinstance(result, Snapshot) else None
        reason = changes.collapse_reason or note
        seen = (
            result.seen if isinstance(result, Snapshot) else changes.open_before - changes.missing
        )
        counts = changes.counts(baseline=check.baseline)
        check_id = self._add_check(result, seen=seen, reason=reason, **counts)
        self._link_other_boards()
        events = write_events(
            self.connection, CheckRows(self.board, check_id, check.at, check.ready), changes
        )
        events, move = self._follow_move(result, events)
        incidents = self._incidents(check_id)
        incidents.succeeded(opened=counts["opened"], closed=counts["closed"])
        incidents.collapsed(changes)
        self._write_alerts(events, move, check_id, seen)
        facts: Facts = {"seen": seen, **counts}
        facts |= {"baseline": True} if check.baseline else {}
        facts |= {"reason": reason} if reason else {}
        texts_wait = isinstance(result, Snapshot) and result.waiting > 0
        next_check = self._next_check(0, None, texts_wait=texts_wait)
        columns = board_columns.after_success(
            self.board, result, check.at, next_check, is_collapsed=changes.collapsed
        )
        return columns, facts

    def _link_other_boards(self) -> None:
        """Note the opened postings that another board of the employer has too.

        It was not known when the check was decided: the boards of a batch are decided together, and
        another one of them may have opened the same role.
        """
        changes = self.check.changes
        if self.board.is_move_pending:  # its postings repeat those of the former board
            return
        opened = [one.posting for one in changes.opened if one.posting]
        elsewhere = find_on_other_boards(self.connection, self.board, opened, self.check.at)
        changes.reposts = {**elsewhere, **changes.reposts}

    def _follow_move(
        self, result: Snapshot | Unchanged, events: list[PostingEvent]
    ) -> tuple[list[PostingEvent], Moved | None]:
        """Return the events to alert on, and the move if this snapshot completes it.

        An empty snapshot leaves the move pending. A first list after empty ones opens nothing.
        """
        board, baseline = self.board, self.check.baseline
        if board.moved_from is None or not isinstance(result, Snapshot):
            return events, None
        if not board.is_move_pending:
            if self.check.changes.opened:
                events, successors = moved_postings.follow(
                    self.connection, board, events, self.check.at
                )
                transfer(self.connection, successors)
            return events, None
        move = None
        if result.seen:
            move = moved_postings.take_along(self.connection, board, baseline=baseline)
        if move is not None:
            transfer(self.connection, move.successors)
        if baseline and board.last_ok_at is not None:
            events = [event for event in events if event.kind != "opened"]
        return (move.left(events) if move else events), move

    def _write_alerts(
        self, events: Sequence[PostingEvent], move: Moved | None, check_id: int, listed: int
    ) -> None:
        alerting, board = self.check.alerting, self.board
        company = self.check.changes.company
        if company and board.learned_company is None:  # the check has stored it
            board = board._replace(company=company)
        shown = [(event.posting_id, event.after) for event in events if event.kind != "opened"]
        shown += [
            (change.stored.id, change.after)
            for change in self.check.changes.touched
            if change.amend
        ]
        mark_stale(self.connection, alerting, board, shown)
        ids = {"round_id": self.round_id, "check_id": check_id}
        write_check_alerts(
            self.connection,
            alerting,
            board,
            events,
            listed=listed,
            compared=self.check.edits,
            **ids,
            at=self.check.at,
        )
        if move is not None:
            move_summary.write(self.connection, alerting, board, move, **ids, at=self.check.at)

    def _incidents(self, check_id: int) -> BoardIncidents:
        alerting, round_id = self.check.alerting, self.round_id
        where = (self.connection, alerting, self.board, round_id, check_id, self.check.at)
        return BoardIncidents(*where)

    def _add_check(self, result: Result, **columns: object) -> int:
        row = check_row(self.round_id, self.board, result, self.check.at)
        inserted = self.connection.execute(ADD_CHECK, row | columns)
        # one row always has a key
        key: tuple[int] = inserted.inserted_primary_key  # type: ignore[assignment]
        return key[0]

    def _next_check(
        self, failures: int, retry_after: float | None, *, texts_wait: bool = False
    ) -> datetime:
        every = timedelta(seconds=self.board.every)
        if texts_wait:
            every = min(every, schedule.TEXTS_WAIT)
        return schedule.next_check(self.check.now, every, failures, retry_after, self.random)
