"""Make the row and the log facts that every check has, whatever came of it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import bindparam, insert, update

from crawler.items import Failure, Result, Snapshot, Unchanged
from monitor.database import tables
from monitor.database.board_row import BoardRow
from monitor.database.columns import table
from monitor.history.board_columns import Columns

RESULT_NAMES = {Snapshot: "snapshot", Unchanged: "unchanged", Failure: "failure"}
# Core tables, as in history/postings.py
_BOARD, _CHECK = table(tables.Board), table(tables.BoardCheck)
CHANGE_BOARD = update(_BOARD).where(_BOARD.c.id == bindparam("row"))
# without `returning`: FTS5 flushes its pending index at every such statement
ADD_CHECK = insert(_CHECK)
Facts = dict[str, object]  # for the log


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
