"""Make the rows that one check writes, with the columns that all of them share."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from crawler.items import Posting, Sighting
from monitor.database.board_row import BoardRow
from monitor.history.decide import Revised
from monitor.history.postings import NO_PAY, change_rows
from monitor.history.prepare import Ready
from monitor.rules.matcher import VersionContent

# columns of a posting that is listed again
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
            **NO_PAY,
        }

    def field_changes(self, change: Revised) -> list[dict[str, object]]:
        """Return the rows of a revision, one per field."""
        posting = change.stored
        common = self._common(posting.id, posting.version + 1, self.board.last_ok_at)
        return change_rows(change.changes, change.before.pay, change.after.pay, **common)

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
