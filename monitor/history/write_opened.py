"""Write the postings that open, and those that are read for the first time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from crawler.items import Posting
from monitor.history import postings
from monitor.history.check_rows import LISTED_AGAIN, CheckRows
from monitor.history.decide import Opened
from monitor.history.postings import repost_columns
from monitor.history.reposts import Repost
from monitor.history.values import PostingEvent

_UNREAD = dict.fromkeys(
    (
        "company",
        "requisition",
        "internal_job",
        "ats_first_published",
        "ats_updated_at",
        "country",
        "seniority",
        "location",
        "workplace",
        "pay_currency",
        "pay_year_max",
        "deadline_at",
    )
)


@dataclass(frozen=True, slots=True)
class OpenedWriter:
    """Writes the opened postings of one check."""

    connection: Connection
    rows: CheckRows
    reposts: Mapping[str, Repost]  # by the new posting's key
    is_baseline: bool

    def write(self, opened: Sequence[Opened]) -> list[PostingEvent]:
        """Store the postings. Return the events, a baseline's postings as `opened` too."""
        new = [self._new_posting(one) for one in opened if one.stored is None]
        ids = postings.add_postings(self.connection, new)
        ids |= {one.sighting.key: one.stored.id for one in opened if one.stored}
        read = [
            (ids[one.sighting.key], one, one.posting) for one in opened if one.posting is not None
        ]
        versions, changes = [], []
        for posting_id, one, posting in read:
            versions.append(self.rows.version(posting_id, 1, posting, one.sighting))
            if one.stored:
                self._fill_first_reading(posting_id, one, posting)
            if not self._is_baseline(one):
                changes.append(self.rows.change("opened", posting_id, 1, self._not_before(one)))
        postings.add_versions(self.connection, versions)
        postings.add_changes(self.connection, changes)
        return [
            self._event(posting_id, one, posting)
            for posting_id, one, posting in read
            if one.stored is None or not self._is_baseline(one)
        ]

    def _is_baseline(self, one: Opened) -> bool:
        return one.is_baseline(baseline=self.is_baseline)

    def _not_before(self, one: Opened) -> datetime | None:
        return self.rows.board.last_ok_at if one.has_no_history else None

    def _new_posting(self, one: Opened) -> dict[str, object]:
        board = self.rows.board
        return {
            "board_id": board.id,
            "key": one.sighting.key,
            "name": f"{board.board}:{one.sighting.key}",
            "state": "open",
            "version": 1 if one.posting else 0,
            "raw_digest": one.sighting.digest if one.posting else None,
            "baseline": self._is_baseline(one),
            "first_seen_at": self.rows.at,
            **(self.rows.ready.posting(one.posting) if one.posting else _UNREAD),
            **repost_columns(self.reposts.get(one.sighting.key)),
        }

    def _fill_first_reading(self, posting_id: int, one: Opened, posting: Posting) -> None:
        """Complete the row of a posting that could not be read before."""
        columns = self.rows.ready.posting(posting) | repost_columns(
            self.reposts.get(one.sighting.key)
        )
        if one.has_no_history:
            columns |= LISTED_AGAIN | {"baseline": False, "first_seen_at": self.rows.at}
        digest = one.sighting.digest
        postings.change_posting(
            self.connection, posting_id, version=1, raw_digest=digest, **columns
        )

    def _event(self, posting_id: int, one: Opened, posting: Posting) -> PostingEvent:
        stored = one.stored
        first_seen_at = self.rows.at if stored is None or not stored.open else stored.first_seen_at
        return PostingEvent(
            "opened",
            posting_id,
            posting.key,
            before=None,
            after=posting,
            not_before=self._not_before(one),
            first_seen_at=None if self._is_baseline(one) else first_seen_at,
            late=one.late,
        )
