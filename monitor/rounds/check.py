"""Decide one check: everything that a result did to its board, before anything is written.

    load the board
    failure    → nothing more
    unchanged  → load the unlisted postings → decide the missing ones
    snapshot   → load and read (history/load.py) → compare and decide (history/decide.py)
    prepare what is to be written (history/prepare.py)

Reading and parsing may take seconds, so no transaction that writes is open here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from crawler.items import Failure, Result, Snapshot, Unchanged
from monitor.alerts.alerting import Alerting
from monitor.database.board_row import BoardRow, load_board
from monitor.history import moves, schedule
from monitor.history.board_wide_edits import EditsByKey, compare_descriptions
from monitor.history.decide import BoardChanges, decide_missing, diff_snapshot
from monitor.history.former_postings import find_reposts
from monitor.history.load import load_snapshot, load_unlisted
from monitor.history.prepare import Ready, prepare


@dataclass(frozen=True, slots=True)
class DecidedCheck:
    """One check of one board, ready to be recorded."""

    result: Result
    board: BoardRow  # as it was loaded
    at: datetime  # the check's instant: later than every check before it
    now: datetime  # the clock's time
    alerting: Alerting
    baseline: bool = False  # the board has never listed a role that we could know
    changes: BoardChanges = field(default_factory=BoardChanges)
    ready: Ready = field(default_factory=Ready)
    # of descriptions, where most of the board's were edited
    edits: EditsByKey = field(default_factory=dict)


def decide_check(
    connection: Connection,
    result: Result,
    alerting: Alerting,
    clock: Callable[[], datetime],
    board: BoardRow | None = None,
) -> DecidedCheck:
    """Return what the result did to its board. Nothing is written. `board`: its row, if known."""
    board = board or load_board(connection, result.board)
    now = clock()
    at = schedule.strictly_after(now, board.clock)
    alerting = alerting.remembering()
    if isinstance(result, Failure):
        return DecidedCheck(result, board, at, now, alerting)
    baseline = board.last_ok_at is None or _is_first_list(connection, board)
    if isinstance(result, Unchanged):
        changes = _decide_unchanged(connection, board, result)
    else:
        changes = _decide_snapshot(connection, board, result, baseline=baseline, at=at)
    ready = prepare(connection, alerting.matchers.values(), board, changes, at, baseline=baseline)
    edits = compare_descriptions(changes, result.seen) if isinstance(result, Snapshot) else {}
    return DecidedCheck(result, board, at, now, alerting, baseline, changes, ready, edits)


def _decide_unchanged(connection: Connection, board: BoardRow, result: Unchanged) -> BoardChanges:
    unlisted, open_before = load_unlisted(connection, board.id)
    return decide_missing(
        unlisted,
        result.probes,
        open_before=open_before,
        listed=open_before - len(unlisted),
        still_collapsed=board.collapsed_since is not None,
    )


def _decide_snapshot(
    connection: Connection, board: BoardRow, snapshot: Snapshot, *, baseline: bool, at: datetime
) -> BoardChanges:
    loaded = load_snapshot(connection, board, snapshot)
    changes = diff_snapshot(snapshot, loaded, still_collapsed=board.collapsed_since is not None)
    missing = {posting.id for posting in (*changes.closed, *changes.still_missing)}
    new = changes.new(baseline=baseline)
    changes.reposts = find_reposts(connection, board.id, new, missing, at)
    return changes


def _is_first_list(connection: Connection, board: BoardRow) -> bool:
    """Return True if the board's move is pending and it never listed a role.

    Its first list is then its baseline.
    """
    return board.is_move_pending and not moves.has_listed(connection, board)
