"""Read the open postings of a board for its first summary.

`summaries.py` loads this module with the first missing summary.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import Connection, and_, select

from crawler.items import Posting
from monitor.database import tables
from monitor.database.board_row import BoardRow
from monitor.database.json_values import in_json_list, json_list
from monitor.history.contents import load_contents
from monitor.history.load import load_postings


class OpenPostings(NamedTuple):
    """The open postings of a board."""

    total: int
    contents: list[tuple[str, Posting]]  # by key, of those that may fit


def read_postings(
    connection: Connection, board: BoardRow, rules: Collection[str], matched: Collection[str]
) -> OpenPostings:
    """Return the board's open postings.

    If all rules are in `matched`, the stored matches say which contents may fit. Else every content
    is read.
    """
    stored = list(load_postings(connection, board.id).values())
    wanted = stored
    if all(rule in matched for rule in rules):
        fit = _matching(connection, board, rules)
        wanted = [posting for posting in stored if posting.id in fit]
    contents = load_contents(connection, board.board, wanted)
    return OpenPostings(
        len(stored), [(one.key, contents[one.id]) for one in wanted if one.id in contents]
    )


def _matching(connection: Connection, board: BoardRow, rules: Collection[str]) -> set[int]:
    """Return the ids of the board's postings whose newest version fits one of the rules."""
    match, posting = tables.RuleMatch, tables.Posting
    is_newest = and_(posting.id == match.posting_id, posting.version == match.version)
    query = (
        select(match.posting_id)
        .join(posting, is_newest)
        .where(posting.board_id == board.id, in_json_list(match.rule, "rules"))
    )
    return set(connection.scalars(query, {"rules": json_list(sorted(rules))}))
