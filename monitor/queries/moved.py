"""Roles of employers that moved to another board: their postings before and after."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select
from sqlalchemy.orm import aliased

from monitor.database.json_values import in_json_list, json_list
from monitor.database.tables import Board, Posting
from monitor.queries.resolve import PostingRef


def former_lives(connection: Connection, found: PostingRef) -> list[PostingRef]:
    """Return the role's earlier postings on former boards, oldest first."""
    lives: list[PostingRef] = []
    while (before := _former(connection, (lives or [found])[0])) and before not in (*lives, found):
        lives.insert(0, before)
    return lives


def last_lives(connection: Connection, found: Sequence[PostingRef]) -> list[PostingRef]:
    """Return the postings without those that are an earlier posting of another among them."""
    old = aliased(Posting)
    query = (
        select(old.id)
        .select_from(Posting)
        .join(old, old.id == Posting.repost_of)
        .where(in_json_list(Posting.id, "ids"), old.board_id != Posting.board_id)
    )
    former = set(connection.scalars(query, {"ids": json_list([each.id for each in found])}))
    return [each for each in found if each.id not in former]


def _former(connection: Connection, found: PostingRef) -> PostingRef | None:
    old, old_board = aliased(Posting), aliased(Board)
    query = (
        select(old.id, old_board.board, old.key)
        .select_from(Posting)
        .join(old, old.id == Posting.repost_of)
        .join(old_board, old_board.id == old.board_id)
        .where(Posting.id == found.id, old.board_id != Posting.board_id)
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else PostingRef(*row)


def next_life(connection: Connection, found: PostingRef) -> str | None:
    """Return the name of this role's posting on the new board, or None: "google:deepmind:1"."""
    old = aliased(Posting)
    query = select(Posting.name).join(old, old.id == Posting.repost_of)
    return connection.scalar(
        query.where(old.id == found.id, Posting.board_id != old.board_id)
        .order_by(Posting.id)
        .limit(1)
    )
