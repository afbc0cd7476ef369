"""Prepare the rows of a check before its transaction: version columns, words, rule matches.

A baseline of 1,500 postings takes ten seconds of it, and a transaction that writes locks the
database for others. `CheckRows` (`check_rows.py`) then makes the rows in the transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain

from sqlalchemy import Connection

from crawler.items import Posting, Sighting
from monitor.database.board_row import BoardRow
from monitor.database.search import Indexed
from monitor.database.texts import NewTexts, find_new_texts
from monitor.history.contents import load_contents
from monitor.history.decide import BoardChanges
from monitor.history.postings import posting_columns, version_columns
from monitor.rules.matcher import Matcher, candidate_of_posting


@dataclass(frozen=True, slots=True)
class Ready:
    """Prepared values. A missing value is made when it is needed."""

    # of the version to write, by the posting's key
    columns: Mapping[str, dict[str, object]] = field(default_factory=dict)
    # of the posting's own row, likewise; its labels may load tables of names
    own: Mapping[str, dict[str, object]] = field(default_factory=dict)
    new_texts: NewTexts = field(default_factory=NewTexts)
    # the content of those that close, by id
    last: Mapping[int, Posting] = field(default_factory=dict)

    def version(self, ats: str, posting: Posting, sighting: Sighting) -> dict[str, object]:
        """Return the columns of a version as the current reader reads it."""
        return self.columns.get(posting.key) or version_columns(ats, posting, sighting.keep())

    def posting(self, posting: Posting) -> dict[str, object]:
        """Return the columns of a posting's own row."""
        return self.own.get(posting.key) or posting_columns(posting)


def prepare(
    connection: Connection, matchers: Iterable[Matcher], board: BoardRow, changes: BoardChanges
) -> Ready:
    """Return what these changes need. The matchers cache their results for later."""
    versions = list(changes.versions())
    last = load_contents(connection, board.board, changes.closed)
    company = board.learned_company or changes.company or board.company
    _warm_rule_cache(
        list(matchers),
        board,
        company,
        chain((one for one, _ in versions), (one.before for one in changes.revised), last.values()),
    )
    columns = {
        posting.key: version_columns(board.ats, posting, sighting.keep())
        for posting, sighting in versions
    }
    own = {posting.key: posting_columns(posting) for posting, _ in versions}
    texts: list[Indexed] = [
        (posting.title, str(columns[posting.key]["description_digest"]), posting.description)
        for posting, _ in versions
    ]
    return Ready(columns, own, find_new_texts(connection, texts), last)


def _warm_rule_cache(
    matchers: Collection[Matcher], board: BoardRow, company: str, postings: Iterable[Posting]
) -> None:
    """Match the postings now: the caching matchers then answer at once in the transaction."""
    for posting in postings:
        candidate = candidate_of_posting(board.board, company, posting)
        for matcher in matchers:
            matcher.explain(candidate)
