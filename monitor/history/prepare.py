"""Prepare a check for writing, before its transaction: version columns, words, rule matches.

A baseline of 1,500 postings takes ten seconds of it, and a transaction that writes locks the
database for others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain

from sqlalchemy import Connection

from crawler.items import Posting, Sighting
from monitor.database.board_row import BoardRow
from monitor.database.search import Words, words_to_index
from monitor.history.columns import text_digest, version_columns
from monitor.history.contents import load_contents
from monitor.history.decide import BoardChanges
from monitor.rules.candidates import candidate_of_posting
from monitor.rules.matcher import Matcher


@dataclass(frozen=True, slots=True)
class Ready:
    """Prepared values. A missing value is made when it is needed."""

    # of the version to write, by the posting's key
    columns: Mapping[str, dict[str, object]] = field(default_factory=dict)
    # of texts to index; see `search.words_to_index`
    words: Mapping[str, Words] = field(default_factory=dict)
    # the content of those that close, by id
    last: Mapping[int, Posting] = field(default_factory=dict)

    def version(self, ats: str, posting: Posting, sighting: Sighting) -> dict[str, object]:
        """Return the columns of a version as the current reader reads it."""
        return self.columns.get(posting.key) or version_columns(ats, posting, sighting.keep())


def prepare(
    connection: Connection, matchers: Iterable[Matcher], board: BoardRow, events: BoardChanges
) -> Ready:
    """Return what these changes need. The matchers remember their results for later."""
    versions, asked = list(events.versions()), list(matchers)
    last = load_contents(connection, board.board, events.closed)
    texts = [
        (posting.title, text_digest(posting.description), posting.description)
        for posting, _ in versions
    ]
    company = board.learned_company or events.company or board.company
    for posting in chain(
        (posting for posting, _ in versions), (one.before for one in events.revised), last.values()
    ):
        for matcher in asked:
            matcher.explain(candidate_of_posting(board.board, company, posting))
    columns = {
        posting.key: version_columns(board.ats, posting, sighting.keep())
        for posting, sighting in versions
    }
    return Ready(columns, words_to_index(connection, texts), last)
