"""Prepare the rows of a check before its transaction: postings, versions, words, rule matches.

A baseline of 1,500 postings takes ten seconds of it, and a transaction that writes locks the
database for others. `CheckRows` (`check_rows.py`) makes the other rows in the transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from crawler.items import Posting
from monitor.database.board_row import BoardRow
from monitor.database.pauses import with_pauses
from monitor.database.search_index import Indexed
from monitor.database.texts import NewTexts, find_new_texts
from monitor.history.contents import load_contents
from monitor.history.decide import BoardChanges
from monitor.history.opened_rows import OpenedRows, PreparedColumns, Row, opened_rows
from monitor.history.posting_rows import posting_columns, version_columns
from monitor.rules.matcher import Matcher, candidate_of_posting
from monitor.rules.matches import Fit, find_fits


@dataclass(frozen=True, slots=True)
class Ready:
    """Prepared values of the versions to write, by the posting's key, and of closing postings."""

    columns: Mapping[str, Row] = field(default_factory=dict)
    # of the posting's own row; its labels may load tables of names
    own: Mapping[str, Row] = field(default_factory=dict)
    fits: Mapping[str, Sequence[Fit]] = field(default_factory=dict)
    opened: OpenedRows | None = None  # None: none opens
    new_texts: NewTexts = field(default_factory=NewTexts)
    # the content of those that close, by id
    last: Mapping[int, Posting] = field(default_factory=dict)

    def posting(self, posting: Posting) -> Row:
        """Return the columns of a posting's own row, also of one without a version to write."""
        return self.own.get(posting.key) or posting_columns(posting)


def prepare(
    connection: Connection,
    matchers: Collection[Matcher],
    board: BoardRow,
    changes: BoardChanges,
    at: datetime,
    *,
    baseline: bool,
) -> Ready:
    """Return what these changes need. The matchers cache their results for later."""
    versions = list(changes.versions())
    last = load_contents(connection, board.board, changes.closed)
    company = board.learned_company or changes.company or board.company

    def match(posting: Posting) -> list[Fit]:
        return find_fits(matchers, candidate_of_posting(board.board, company, posting))

    fits = {posting.key: match(posting) for posting, _ in with_pauses(versions)}
    for posting in (*(one.before for one in changes.revised), *last.values()):
        match(posting)  # alerts ask for it in the transaction, and the matchers know it then
    columns = {
        posting.key: version_columns(board.ats, posting, sighting.keep())
        for posting, sighting in with_pauses(versions)
    }
    own = {posting.key: posting_columns(posting) for posting, _ in versions}
    texts: list[Indexed] = [
        (posting.title, str(columns[posting.key]["description_digest"]), posting.description)
        for posting, _ in versions
    ]
    opened = None
    if changes.opened:
        known = PreparedColumns(own, columns, fits)
        opened = opened_rows(
            board, at, changes.opened, known, baseline=baseline, dialect=connection.dialect
        )
    return Ready(columns, own, fits, opened, find_new_texts(connection, texts), last)
