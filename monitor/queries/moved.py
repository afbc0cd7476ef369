"""Moves in queries: the boards that were left behind, and the lives of one role on several boards."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select
from sqlalchemy.orm import aliased

from monitor.gathered import among, listed
from monitor.models import Board, Posting
from monitor.queries.naming import Found

_successor = aliased(Board)


def left_behind(connection: Connection) -> list[str]:
    """The names of boards that are unwatched and whose employer's new board was read: their open postings stand there.

    Asked before a listing, which needs no further condition where there is none.
    """
    moved = select(_successor.moved_from).where(_successor.moved_from.is_not(None), _successor.read_at.is_not(None))
    return list(connection.scalars(select(Board.board).where(~Board.watched, Board.board.in_(moved))))


def former_lives(connection: Connection, found: Found) -> list[Found]:
    """Return the earlier postings of this role on boards that its employer has left, the oldest first."""
    lives: list[Found] = []
    while (before := _former(connection, (lives or [found])[0])) and before not in (*lives, found):
        lives.insert(0, before)
    return lives


def last_lives(connection: Connection, found: Sequence[Found]) -> list[Found]:
    """Return those that are not an earlier posting, on a board that its employer has left, of another among them."""
    old = aliased(Posting)
    query = select(old.id).select_from(Posting).join(old, old.id == Posting.repost_of)
    query = query.where(among(Posting.id, "ids"), old.board_id != Posting.board_id)
    former = set(connection.scalars(query, {"ids": listed([each.id for each in found])}))
    return [each for each in found if each.id not in former]


def _former(connection: Connection, found: Found) -> Found | None:
    old, old_board = aliased(Posting), aliased(Board)
    query = select(old.id, old_board.board, old.key).select_from(Posting).join(old, old.id == Posting.repost_of)
    query = query.join(old_board, old_board.id == old.board_id)
    row = connection.execute(query.where(Posting.id == found.id, old.board_id != Posting.board_id)).one_or_none()
    return None if row is None else Found(*row)


def next_life(connection: Connection, found: Found) -> str | None:
    """The name of the posting that this one is on the board that its employer has moved to: "google:deepmind:1"."""
    old = aliased(Posting)
    query = select(Posting.name).join(old, old.id == Posting.repost_of)
    return connection.scalar(query.where(old.id == found.id, Posting.board_id != old.board_id).order_by(Posting.id).limit(1))
