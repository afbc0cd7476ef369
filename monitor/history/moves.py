"""Record that an employer moves to another board. Its postings are matched at the next snapshot.

    boards move OLD NEW   OLD is unwatched, NEW's row has `moved_from` = OLD and no `read_at`:
                          its move is pending
    next snapshot of NEW  in the check's transaction: NEW's postings get `repost_of`, each
                          channel gets one summary (`moved_postings.py`)
    later                 a role that NEW lists later, and OLD had, is `opened` with `repost_of`

OLD's postings stay as they were last seen. Nothing proved that they closed, so no `closed` is
written, and an unwatched board keeps its history. Once NEW was read, lists of open roles show NEW's
postings in place of OLD's (`queries/roles.py`). Digests and reminders read watched boards alone.
"""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection, insert, select, update

from crawler.links.directory import companies_by_board
from crawler.links.forms import same_board
from monitor.config.model import WatchedBoard
from monitor.database.board_row import BoardRow, find_board
from monitor.database.tables import Board, Posting
from monitor.history.boards import new_row, unwatch


def begin(connection: Connection, old: str, new: WatchedBoard) -> list[BoardRow]:
    """Note the move. Return the boards on the way to the new one, the former one first.

    The new board is read whole at its next check, whatever was known of it. A former board that
    never listed a posting leads to the one that it was moved from: its move is corrected.
    """
    unwatch(connection, [old])
    way = _way_back(connection, old)
    origin = way[-1].board if way else old
    successor = find_board(connection, new.board)
    if successor is None:
        company = (
            new.company
            or companies_by_board().get(new.board)
            or (way[-1].learned_company if way else None)
        )
        connection.execute(insert(Board).values(new_row(replace(new, company=company))))
    if not same_board(origin, new.board):  # the move is not taken back
        again = dict.fromkeys(("read_at", "etag", "last_modified", "next_check_at"))
        name = successor.board if successor else new.board
        connection.execute(
            update(Board).where(Board.board == name).values(moved_from=origin, **again)
        )
    return [board for board in way if not same_board(board.board, new.board)]


def has_begun(connection: Connection, old: str, new: str) -> bool:
    """Return True if the move from `old` to `new` is recorded already."""
    successor = find_board(connection, new)
    way = _way_back(connection, old)
    if successor is None or not way:
        return False
    return same_board(way[-1].board, new) or successor.moved_from == way[-1].board


def is_stored(connection: Connection, name: str) -> bool:
    """Return True if the database has the board."""
    return find_board(connection, name) is not None


def _way_back(connection: Connection, name: str) -> list[BoardRow]:
    """Return the board and its predecessors, back to the first one that ever listed a posting.

    Empty when the board is not stored.
    """
    way: list[BoardRow] = []
    board = find_board(connection, name)
    while board is not None and board not in way:
        way.append(board)
        board = (
            None
            if board.moved_from is None or has_listed(connection, board)
            else find_board(connection, board.moved_from)
        )
    return way


def has_listed(connection: Connection, board: BoardRow) -> bool:
    """Return True if the board ever listed a posting with a readable key."""
    posting = select(Posting.id).where(Posting.board_id == board.id).limit(1)
    return connection.scalar(posting) is not None
