"""Read the notes of a round whose boards workers checked. A round that crawls makes them itself."""

from __future__ import annotations

from sqlalchemy import Engine, bindparam, select

from monitor.database.engine import read_and_roll_back
from monitor.database.tables import Board, BoardCheck
from monitor.history.schedule import FAILURES_TO_FAIL
from monitor.rounds.network import Tally, says_unreached
from monitor.rounds.storing import RoundNotes

_CHECKS = (
    select(
        *(Board.board, Board.unknown, Board.failures),
        *(BoardCheck.result, BoardCheck.status, BoardCheck.reason),
    )
    .join(Board, Board.id == BoardCheck.board_id)
    .where(BoardCheck.round_id == bindparam("round"))
)
_HELD = select(Board.board).where(Board.held_round == bindparam("round"))


def read_notes(engine: Engine, round_id: int) -> RoundNotes:
    """Return the notes of a round whose checks are stored."""
    tally, unknown_boards = Tally(), []
    with read_and_roll_back(engine) as connection:
        for row in connection.execute(_CHECKS, {"round": round_id}):
            if row.result == "failure" and says_unreached(row.status, row.reason):
                tally.unreached.append(
                    {"board": row.board, "reason": row.reason, "failures": row.failures}
                )
            tally.reached |= row.result != "failure" or row.status is not None
            if row.result == "failure" and row.unknown >= FAILURES_TO_FAIL:
                unknown_boards.append(row.board)
        held = connection.scalars(_HELD, {"round": round_id}).all()
    return RoundNotes(
        tally,
        unknown_boards=unknown_boards,
        not_asked=dict.fromkeys(held, "its host asked to wait"),
    )
