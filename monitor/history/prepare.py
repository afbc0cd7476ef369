"""Prepare the rows of a check before its transaction: version columns, words, rule matches.

A baseline of 1,500 postings takes ten seconds of it, and a transaction that writes locks the
database for others. `CheckRows` then makes the rows, with the columns that all of them share.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain

from sqlalchemy import Connection

from crawler.items import Posting, Sighting
from monitor.database.board_row import BoardRow
from monitor.database.search import Words, words_to_index
from monitor.history.contents import load_contents
from monitor.history.decide import BoardChanges
from monitor.history.postings import change_rows, text_digest, version_columns
from monitor.messages import FieldChange
from monitor.rules.matcher import Matcher, VersionContent, candidate_of_posting


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


LISTED_AGAIN: dict[str, object] = {
    "state": "open",
    "closed_at": None,
    "last_seen_at": None,
    "missing_since": None,
    "missing_looks": 0,
}


@dataclass(frozen=True, slots=True)
class CheckRows:
    """Makes the rows of one check, and collects the versions whose rules are to be matched."""

    board: BoardRow
    check_id: int
    at: datetime
    ready: Ready
    versions_to_match: list[VersionContent] = field(default_factory=list)

    def version(
        self, posting_id: int, number: int, posting: Posting, sighting: Sighting
    ) -> dict[str, object]:
        """Return the row of a version that begins with this check."""
        self.versions_to_match.append((posting_id, number, posting))
        return {
            "posting_id": posting_id,
            "number": number,
            "valid_from": self.at,
            "valid_to": None,
            **self.ready.version(self.board.ats, posting, sighting),
        }

    def change(
        self,
        kind: str,
        posting_id: int,
        version: int,
        not_before: datetime | None,
        not_after: datetime | None = None,
    ) -> dict[str, object]:
        """Return the row of a change that is not about a field."""
        return {
            **self._common(posting_id, version, not_before),
            "not_after": not_after or self.at,
            "kind": kind,
            "field": None,
            "old": None,
            "new": None,
        }

    def field_changes(
        self, posting_id: int, version: int, changes: Iterable[FieldChange]
    ) -> list[dict[str, object]]:
        """Return the rows of a revision, one per field."""
        return change_rows(changes, **self._common(posting_id, version, self.board.last_ok_at))

    def _common(
        self, posting_id: int, version: int, not_before: datetime | None
    ) -> dict[str, object]:
        return {
            "check_id": self.check_id,
            "posting_id": posting_id,
            "version": version,
            "at": self.at,
            "not_before": not_before,
            "not_after": self.at,
        }
