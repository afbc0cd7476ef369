"""One result of the crawl into the database: the check, the versions, the changes and their alerts.

judge, which only reads and may take seconds:
    load the board and what is known of its postings
    failure    → nothing more; where the host asked to wait, no check at all
    unchanged  → settle what was missing
    snapshot   → sift → settle the missing → read and compare the rest
    make ready what is to be written
record, in one short transaction: the check, then what happened, then an alert for every rule that wants it told
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import cast

from sqlalchemy import Connection, Table, bindparam, func, insert, select, update

from crawler.items import Failure, Result, Snapshot, Unchanged
from monitor.alerts import cards, incidents, late_summary, move_summary, template_edits
from monitor.alerts.alerting import Alerting
from monitor.alerts.moved_cards import transfer
from monitor.database import tables
from monitor.database.engine import AnyRow
from monitor.history import moves, schedule
from monitor.history.decide import BoardChanges, decide_missing, diff_snapshot
from monitor.history.former_postings import find_reposts
from monitor.history.moves import Moved
from monitor.history.postings import load_board, load_unlisted
from monitor.history.prepare import Ready, prepare
from monitor.history.write import PostingEvent, write_events
from monitor.messages import OperatorMessage
from monitor.rounds import outage
from monitor.rounds.network import is_unreached

# as in store.py
_BOARD, _CHECK = cast("Table", tables.Board.__table__), cast("Table", tables.BoardCheck.__table__)
_CHANGE_BOARD = update(_BOARD).where(_BOARD.c.id == bindparam("row"))
# not `returning`, at which SQLite's search index would write what it has gathered
_NEW_CHECK = insert(_CHECK)


@dataclass(frozen=True, slots=True)
class CheckRecorder:
    """Records the results of one round."""

    round_id: int
    alerting: Alerting
    random: Random
    clock: Callable[[], datetime]
    # the round's end tells of boards that no host answered: it knows whether the network is away
    defers: bool = False

    def judge(self, connection: Connection, result: Result) -> _Check:
        """Decide what the result did to its board; nothing is written."""
        board, now = load_board(connection, result.board), self.clock()
        alerting = self.alerting.remembering()
        look = _Check(
            connection,
            board,
            self.round_id,
            schedule.strictly_after(now, board.clock),
            now,
            alerting,
            self.random,
            result,
            self.defers,
        )
        if not isinstance(result, Failure):
            look.judge(result)
        return look

    def record(self, connection: Connection, found: _Check | Result) -> dict[str, object]:
        """Store a check in the caller's transaction; give its facts for the log.

        One whose board was written since it was judged is judged again: `boards remove` beside a
        daemon does that.
        """
        if isinstance(found, _Check) and load_board(connection, found.board.board) != found.board:
            found = found.result
        look = found if isinstance(found, _Check) else self.judge(connection, found)
        return look.write(connection)


@dataclass(slots=True)
class _Check:
    """One look at one board, while it is being recorded."""

    connection: Connection
    board: AnyRow
    round_id: int
    at: datetime  # later than every look before it
    now: datetime  # what the clock says
    alerting: Alerting
    random: Random
    result: Result
    defers: bool
    baseline: bool = False  # the board has never listed a role that we could know
    events: BoardChanges = field(default_factory=BoardChanges)
    ready: Ready = field(default_factory=Ready)
    # of descriptions, where most of the board's were edited
    edits: template_edits.Passages = field(default_factory=dict)
    columns: dict[str, object] = field(default_factory=dict)  # what the board's row becomes
    facts: dict[str, object] = field(default_factory=dict)  # for the log

    def judge(self, result: Snapshot | Unchanged) -> None:
        """Compare the result with what is stored, and make ready what is to be written."""
        self.baseline = self.board.last_ok_at is None or moves.is_first_list(
            self.connection, self.board
        )
        self.events = self._judge(result)
        self.ready = prepare(
            self.connection, self.alerting.matchers.values(), self.board, self.events
        )
        self.edits = (
            template_edits.compare(self.events, result.seen) if isinstance(result, Snapshot) else {}
        )

    def write(self, connection: Connection) -> dict[str, object]:
        """Store the check; give its facts for the log."""
        self.connection, result = connection, self.result
        if isinstance(result, Failure) and result.held:
            return self._put_off(result)
        if isinstance(result, Failure):
            self._fail(result)
        else:
            self._succeed(result)
        self.columns |= {
            "clock": self.at,
            "last_check_at": self.at,
            "held_round": None,
            "held_reason": None,
        }
        self.columns |= {"notes": result.notes} if result.notes else {}
        self.connection.execute(_CHANGE_BOARD, self.columns | {"row": self.board.id})
        seconds = round(result.seconds, 3)
        return {
            "board": self.board.board,
            "result": RESULT_NAMES[type(result)],
            "seconds": seconds,
        } | self.facts

    def _put_off(self, failure: Failure) -> dict[str, object]:
        """Plan the next try of a board whose host asked to wait. It was not asked, so this is no check and no failure of the board."""
        every = timedelta(seconds=self.board.every)
        planned = schedule.due_at(
            self.board.next_check_at, every, self.board.failures + 1, self.now
        )
        until = self.now + timedelta(seconds=failure.retry_after or 0)
        columns = {"held_round": self.round_id, "held_reason": failure.reason}
        columns["next_check_at"] = max(planned, until) if self.board.watched else None
        self.connection.execute(_CHANGE_BOARD, columns | {"row": self.board.id})
        return {"board": self.board.board, "reason": failure.reason}

    def _fail(self, failure: Failure) -> None:
        failures, since, unknown = (
            self.board.failures + 1,
            self.board.failing_since or self.at,
            self._unknown(failure),
        )
        check_id = self._check(failure, reason=failure.reason)
        self.columns = {
            "failures": failures,
            "failing_since": since,
            "unknown": unknown,
            "reason": failure.reason,
            "next_check_at": self._next(failures, failure.retry_after),
        }
        gone = unknown >= schedule.FAILURES_TO_FAIL
        self.facts = {"reason": failure.reason, "failures": failures} | (
            {"gone": True} if gone else {}
        )
        message = incidents.failing(self.board, failures, since, failure.reason, gone=gone)
        if gone and self.board.unknown < unknown == schedule.FAILURES_TO_FAIL < failures:
            # once more where the first one could not say yet where the employer is
            self._notice(check_id, message)
        elif outage.was_told(self.connection, self.board):
            cards.update_incident(self.connection, message)
        elif failures >= schedule.FAILURES_TO_FAIL and not (self.defers and is_unreached(failure)):
            self._notice(check_id, message)

    def _unknown(self, failure: Failure) -> int:
        """How many checks in a row found no such board. Once there are enough to say so, other failures do not unsay it."""
        if failure.unknown:
            return int(self.board.unknown) + 1
        return int(self.board.unknown) if self.board.unknown >= schedule.FAILURES_TO_FAIL else 0

    def _succeed(self, result: Snapshot | Unchanged) -> None:
        events = self.events
        lost = (
            f"collapsed: {events.missing} of {events.open_before} open postings are not listed"
            if events.collapsed
            else None
        )
        note = result.note if isinstance(result, Snapshot) else None
        seen = result.seen if isinstance(result, Snapshot) else events.open_before - events.missing
        counts = events.counts(baseline=self.baseline)
        check_id = self._check(result, seen=seen, reason=lost or note, **counts)
        first = {"baseline": True} if self.baseline else {}
        self.facts = (
            {"seen": seen, **counts} | first | ({"reason": lost or note} if lost or note else {})
        )
        matchers = tuple(self.alerting.matchers.values())
        told = write_events(
            self.connection,
            self.board,
            check_id,
            self.at,
            events,
            baseline=self.baseline,
            ready=self.ready,
            matchers=matchers,
        )
        told, move = self._follow(result, events, told)
        self._healthy(check_id, result, lost, seen, counts)
        if self.board.company == self.board.token:  # it may have learnt its name
            self.board = load_board(self.connection, self.board.board)
        moved = [(one.posting_id, one.after) for one in told if one.kind != "opened"]
        moved += [(one.stored.id, one.after) for one in events.touched if one.amend]
        cards.mark_stale(self.connection, self.alerting, self.board, moved)
        self._tell(told, check_id, seen)
        if move is not None:
            move_summary.write(
                self.connection,
                self.alerting,
                self.board,
                move,
                round_id=self.round_id,
                check_id=check_id,
                at=self.at,
            )

    def _follow(
        self, result: Snapshot | Unchanged, events: BoardChanges, told: list[PostingEvent]
    ) -> tuple[list[PostingEvent], Moved | None]:
        """Return the events to alert on, and the move if this snapshot completes it. An empty snapshot leaves the move pending.

        A first list after empty ones opens nothing.
        """
        if self.board.moved_from is None or not isinstance(result, Snapshot):
            return told, None
        if not moves.is_pending(self.board):
            if events.opened:
                told, successors = moves.follow(self.connection, self.board, told, self.at)
                transfer(self.connection, successors)
            return told, None
        move = (
            moves.take_along(self.connection, self.board, baseline=self.baseline)
            if result.seen
            else None
        )
        if move is not None:
            transfer(self.connection, move.successors)
        if self.baseline and self.board.last_ok_at is not None:
            told = [one for one in told if one.kind != "opened"]
        return (move.left(told) if move else told), move

    def _tell(self, told: Sequence[PostingEvent], check_id: int, listed: int) -> None:
        if not self.alerting.announces_baseline(self.board.board):
            told, late = late_summary.split(told)
            rows = late_summary.rows(self.alerting, self.board, late) if late else ()
            self.alerting.write_rows(
                self.connection,
                self.board,
                rows,
                round_id=self.round_id,
                check_id=check_id,
                at=self.at,
            )
        told, template = template_edits.mark_common_edits(told, listed, self.edits)
        if template is not None:
            rows = template_edits.rows(self.alerting, self.board, template, self.at)
            self.alerting.write_rows(
                self.connection,
                self.board,
                rows,
                round_id=self.round_id,
                check_id=check_id,
                at=self.at,
            )
        self.alerting.write_alerts(
            self.connection, self.board, told, round_id=self.round_id, check_id=check_id, at=self.at
        )

    def _judge(self, result: Snapshot | Unchanged) -> BoardChanges:
        if isinstance(result, Unchanged):
            unlisted, open_before = load_unlisted(self.connection, self.board.id)
            held_back = self.board.collapsed_since is not None
            listed = open_before - len(unlisted)
            return decide_missing(
                unlisted, result.probes, open_before=open_before, listed=listed, held_back=held_back
            )
        events = diff_snapshot(self.connection, self.board, result)
        missing = {one.id for one in (*events.closed, *events.still_missing)}
        new = events.new(baseline=self.baseline)
        events.reposts = find_reposts(self.connection, self.board.id, new, missing, self.at)
        return events

    def _healthy(
        self,
        check_id: int,
        result: Snapshot | Unchanged,
        lost: str | None,
        seen: int,
        counts: Mapping[str, int],
    ) -> None:
        self.columns = {
            "failures": 0,
            "unknown": 0,
            "failing_since": None,
            "reason": None,
            "found_at": None,
            "last_ok_at": self.at,
            "next_check_at": self._next(0, None),
        }
        waits = moves.is_pending(self.board) and not (isinstance(result, Snapshot) and seen)
        put_back = self.board.put_back and waits
        self.columns |= {
            "collapsed_since": (self.board.collapsed_since or self.at) if lost else None,
            "put_back": put_back,
        }
        if isinstance(result, Snapshot):
            # a list that hides a posting is read again, since `unchanged` would count as a look
            whole = result.without_key == 0
            validators = (
                {"etag": result.etag, "last_modified": result.last_modified}
                if whole
                else {"etag": None, "last_modified": None}
            )
            self.columns |= validators | {"read_at": None if waits else self.at}
        if outage.was_told(self.connection, self.board):
            caught = {"opened": counts["opened"], "closed": counts["closed"]}
            self._notice(check_id, incidents.recovered(self.board, self.at, seen=seen, **caught))
        self._collapse(check_id, lost)

    def _collapse(self, check_id: int, lost: str | None) -> None:
        """A board that lost too much at once, from its first look to the one that settles it."""
        since = self.board.collapsed_since
        if since is None and lost is None:
            return
        closed = self._closed_since(since or self.at)
        # told once, so its end is shown where the beginning stands, and nowhere else
        if lost is None:
            cards.update_incident(self.connection, incidents.drained(self.board, self.at, closed))
            return
        message = incidents.collapsed(
            self.board, since or self.at, lost.removeprefix("collapsed: "), closed
        )
        if since is None:
            self._notice(check_id, message)
        else:
            cards.update_incident(self.connection, message)

    def _closed_since(self, at: datetime) -> int:
        change = tables.PostingChange
        query = (
            select(func.count())
            .select_from(change)
            .join(tables.Posting, tables.Posting.id == change.posting_id)
        )
        return (
            self.connection.scalar(
                query.where(
                    tables.Posting.board_id == self.board.id,
                    change.kind == "closed",
                    change.at >= at,
                )
            )
            or 0
        )

    def _check(self, look: Result, **columns: object) -> int:
        row = {
            "round_id": self.round_id,
            "board_id": self.board.id,
            "started_at": self.at - timedelta(seconds=look.seconds),
            "finished_at": self.at,
            "result": RESULT_NAMES[type(look)],
            "status": look.status,
            "bytes": look.bytes,
            "seconds": look.seconds,
            "every": self.board.every,
        }
        # there is one
        made: tuple[int] = self.connection.execute(_NEW_CHECK, row | columns).inserted_primary_key  # type: ignore[assignment]
        return made[0]

    def _next(self, failures: int, retry_after: float | None) -> datetime | None:
        if not self.board.watched:  # the configuration has left it meanwhile
            return None
        return schedule.next_check(
            self.now, timedelta(seconds=self.board.every), failures, retry_after, self.random
        )

    def _notice(self, check_id: int, message: OperatorMessage) -> None:
        self.alerting.write_operator_alert(
            self.connection, message, round_id=self.round_id, check_id=check_id, at=self.at
        )


RESULT_NAMES = {Snapshot: "snapshot", Unchanged: "unchanged", Failure: "failure"}
