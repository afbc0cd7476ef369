"""Write the postings that open, and those that are read for the first time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from crawler.items import Posting
from monitor.history import postings
from monitor.history.check_rows import LISTED_AGAIN, CheckRows
from monitor.history.decide import Opened
from monitor.history.opened_rows import OpenedPosting, OpenedRows, Row
from monitor.history.reposts import Repost
from monitor.history.values import PostingEvent
from monitor.rules.matches import store_prepared_fits


@dataclass(frozen=True, slots=True)
class OpenedWriter:
    """Writes the opened postings of one check."""

    connection: Connection
    rows: CheckRows
    reposts: Mapping[str, Repost]  # by the new posting's key

    def write(self, opened: OpenedRows) -> list[PostingEvent]:
        """Store the postings. Return the events, a baseline's postings as `opened` too."""
        ids = self._store_postings(opened)
        self._store_versions(ids, opened)
        return [
            self._event(ids[one.key], one, one.change.posting)
            for one in opened.postings
            if one.change.posting and (one.change.stored is None or not one.is_baseline)
        ]

    def _store_postings(self, opened: OpenedRows) -> dict[str, int]:
        """Store the postings' own rows. Return the ids by key."""
        ids = postings.add_postings(self.connection, opened.new)
        for one in opened.postings:
            if one.change.stored is not None:
                ids[one.key] = one.change.stored.id
                self._fill_first_reading(one.change, one.change.stored.id)
        # only now: some are found in this transaction, as other boards of its batch open the role
        postings.mark_reposts(
            self.connection, {ids[key]: one for key, one in self.reposts.items() if key in ids}
        )
        return ids

    def _store_versions(self, ids: Mapping[str, int], opened: OpenedRows) -> None:
        changes: list[Row] = []
        numbers: list[int] = []
        for one in opened.postings:
            if one.change.posting is None:
                continue
            posting_id = ids[one.key]
            numbers.append(posting_id)
            if not one.is_baseline:
                not_before = self._not_before(one.change)
                changes.append(self.rows.change("opened", posting_id, 1, not_before))
        postings.add_first_versions(self.connection, numbers, opened.versions)
        store_prepared_fits(self.connection, opened.fits, [ids[key] for key in opened.fitting])
        postings.add_changes(self.connection, changes)

    def _not_before(self, one: Opened) -> datetime | None:
        return self.rows.board.last_ok_at if one.has_no_history else None

    def _fill_first_reading(self, one: Opened, posting_id: int) -> None:
        """Complete the row of a posting that could not be read before."""
        if one.posting is None:
            return
        columns = dict(self.rows.ready.posting(one.posting))
        if one.has_no_history:
            columns |= LISTED_AGAIN | {"baseline": False, "first_seen_at": self.rows.at}
        digest = one.sighting.digest
        postings.change_posting(
            self.connection, posting_id, version=1, raw_digest=digest, **columns
        )

    def _event(self, posting_id: int, one: OpenedPosting, posting: Posting) -> PostingEvent:
        change, stored = one.change, one.change.stored
        first_seen_at = self.rows.at if stored is None or not stored.open else stored.first_seen_at
        return PostingEvent(
            "opened",
            posting_id,
            posting.key,
            before=None,
            after=posting,
            not_before=self._not_before(change),
            first_seen_at=None if one.is_baseline else first_seen_at,
            late=change.late,
        )
