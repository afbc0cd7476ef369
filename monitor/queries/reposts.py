"""Sentences that say which posting another one repeats."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, select
from sqlalchemy.orm import aliased

from monitor.database.json_values import one_of
from monitor.database.tables import Board, Posting


def repost_words(connection: Connection, postings: Iterable[str]) -> dict[str, str]:
    """Return by posting name what it repeats: `a repost of greenhouse:deepmind:59 (…)`.

    Postings that repeat none are left out.
    """
    names = set(postings)
    keys = sorted({name.split(":", 2)[-1] for name in names})
    first = aliased(Posting)
    query = select(Board.board, Posting.key, first.name.label("first"), Posting.repost_reason)
    query = query.join(Posting, Posting.board_id == Board.id).join(
        first, first.id == Posting.repost_of
    )
    words = {}
    for row in connection.execute(query.where(one_of(Posting.key, keys))):
        if f"{row.board}:{row.key}" in names:
            words[f"{row.board}:{row.key}"] = f"a repost of {row.first}" + (
                f" ({row.repost_reason})" if row.repost_reason else ""
            )
    return words
