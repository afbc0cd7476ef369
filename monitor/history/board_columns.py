"""The columns of a board's row after a check: failures, validators, and the next check. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from crawler.items import Failure, Snapshot, Unchanged
from monitor.database.board_row import BoardRow
from monitor.history import schedule

Columns = dict[str, object]


def after_hold(board: BoardRow, failure: Failure, round_id: int, now: datetime) -> Columns:
    """Return the columns of a board whose host asked to wait. It was not checked."""
    every = timedelta(seconds=board.every)
    planned = schedule.due_at(board.next_check_at, every, board.failures + 1, now)
    until = now + timedelta(seconds=failure.retry_after or 0)
    return {"held_round": round_id, "next_check_at": max(planned, until)}


def after_failure(board: BoardRow, failure: Failure, at: datetime, next_check: datetime) -> Columns:
    """Return the columns of a board that failed."""
    return {
        "failures": board.failures + 1,
        "failing_since": board.failing_since or at,
        "unknown": count_unknown(board, failure),
        "reason": failure.reason,
        "next_check_at": next_check,
    }


def count_unknown(board: BoardRow, failure: Failure) -> int:
    """Return how many checks in a row found no such board.

    Once there are enough to report it, other failures do not reset the count.
    """
    if failure.unknown:
        return board.unknown + 1
    return board.unknown if board.unknown >= schedule.FAILURES_TO_FAIL else 0


def after_success(
    board: BoardRow,
    result: Snapshot | Unchanged,
    at: datetime,
    next_check: datetime,
    *,
    is_collapsed: bool,
) -> Columns:
    """Return the columns of a board that was read."""
    # an empty list does not complete a move
    waits = board.is_move_pending and not (isinstance(result, Snapshot) and result.seen)
    columns: Columns = {
        "failures": 0,
        "unknown": 0,
        "failing_since": None,
        "reason": None,
        "found_at": None,
        "last_ok_at": at,
        "next_check_at": next_check,
        "collapsed_since": (board.collapsed_since or at) if is_collapsed else None,
        "put_back": board.put_back and waits,
    }
    if isinstance(result, Snapshot):
        # a list that may hide a posting is read in full next time
        is_whole = result.without_key == 0
        columns["etag"] = result.etag if is_whole else None
        columns["last_modified"] = result.last_modified if is_whole else None
        columns["read_at"] = None if waits else at
        columns["texts_waiting"] = result.waiting
    return columns
