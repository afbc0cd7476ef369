"""The start of an employer's move to another board, with the incidents that it ends."""

from __future__ import annotations

from sqlalchemy import Connection

from monitor.alerts import cards, incidents
from monitor.config.model import WatchedBoard
from monitor.history import moves


def begin(connection: Connection, old: str, new: WatchedBoard) -> None:
    """Note the move. The operator's message about a failing board on the way shows how it ended."""
    for board in moves.begin(connection, old, new):
        cards.update_incident(connection, incidents.moved(board, new.board))
