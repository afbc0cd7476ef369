"""Write the postings that open, and those that are read for the first time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from crawler.items import Posting
from monitor.history import postings
from monitor.history.check_rows import LISTED_AGAIN, CheckRows
from monitor.history.decide import Opened
from monitor.history.opened_rows import OpenedRow, Row
from monitor.history.reposts import Repost
from monitor.history.values import PostingEvent


@dataclass(frozen=True, slots=True)
class OpenedWriter:
    """Writes the opened postings of one check."""

    connection: Connection
    rows: CheckRows
    reposts: Mapping[str, Repost]  # by the new posting's key

    def write(self, opened: Sequence[OpenedRow]) -> list[PostingEvent]:
        """Store the postings. Return the events, a baseline's postings as `opened` too."""
        ids = self._store_postings(opened)
        self._store_versions(ids, opened)
        return [
            self._event(ids[row.opened.sighting.key], row, row.opened.posting)
            for row in opened
            if row.opened.posting and (row.opened.stored is None or not row.is_baseline)
        ]

    def _store_postings(self, opened: Sequence[OpenedRow]) -> dict[str, int]:
        """Store the postings' own rows. Return the ids by key."""
        new = [row.posting for row in opened if row.opened.stored is None]
        ids = postings.add_postings(self.connection, new)
        for row in opened:
            if row.opened.stored is not None:
                ids[row.opened.sighting.key] = row.opened.stored.id
                self._fill_first_reading(row, row.opened.stored.id)
        # only now: some are found in this transaction, as other boards of its batch open the role
        postings.mark_reposts(
            self.connection, {ids[key]: one for key, one in self.reposts.items() if key in ids}
        )
        return ids

    def _store_versions(self, ids: Mapping[str, int], opened: Iterable[OpenedRow]) -> None:
        versions: list[Row] = []
        changes: list[Row] = []
        for row in opened:
            if row.version is None or row.opened.posting is None:
                continue
            posting_id = ids[row.opened.sighting.key]
            versions.append({"posting_id": posting_id, **row.version})
            self.rows.add_fits(posting_id, 1, row.opened.posting)
            if not row.is_baseline:
                not_before = self._not_before(row.opened)
                changes.append(self.rows.change("opened", posting_id, 1, not_before))
        postings.add_versions(self.connection, versions)
        postings.add_changes(self.connection, changes)

    def _not_before(self, one: Opened) -> datetime | None:
        return self.rows.board.last_ok_at if one.has_no_history else None

    def _fill_first_reading(self, row: OpenedRow, posting_id: int) -> None:
        """Complete the row of a posting that could not be read before."""
        if row.opened.posting is None:
            return
        columns = dict(self.rows.ready.posting(row.opened.posting))
        if row.opened.has_no_history:
            columns |= LISTED_AGAIN | {"baseline": False, "first_seen_at": self.rows.at}
        digest = row.opened.sighting.digest
        postings.change_posting(
            self.connection, posting_id, version=1, raw_digest=digest, **columns
        )

    def _event(self, posting_id: int, row: OpenedRow, posting: Posting) -> PostingEvent:
        one, stored = row.opened, row.opened.stored
        first_seen_at = self.rows.at if stored is None or not stored.open else stored.first_seen_at
        return PostingEvent(
            "opened",
            posting_id,
            posting.key,
            before=None,
            after=posting,
            not_before=self._not_before(one),
            first_seen_at=None if row.is_baseline else first_seen_at,
            late=one.late,
        )
