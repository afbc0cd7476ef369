"""Make the rows that one check writes, with the columns that all of them share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from crawler.items import Posting
from monitor.database.board_row import BoardRow
from monitor.history.decide import Revised
from monitor.history.posting_rows import NO_PAY, change_rows
from monitor.history.prepare import Ready
from monitor.rules.matches import Fit

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
    """Makes the rows of one check, and collects the rules that fit its versions."""

    board: BoardRow
    check_id: int
    at: datetime
    ready: Ready
    # posting id, version number, rules
    fits: list[tuple[int, int, Sequence[Fit]]] = field(default_factory=list)

    def version(self, posting_id: int, number: int, posting: Posting) -> dict[str, object]:
        """Return the row of a version that begins with this check."""
        self.add_fits(posting_id, number, posting)
        return {
            "posting_id": posting_id,
            "number": number,
            "valid_from": self.at,
            "valid_to": None,
            **self.ready.columns[posting.key],
        }

    def add_fits(self, posting_id: int, number: int, posting: Posting) -> None:
        """Note the rules that fit a version that is stored."""
        self.fits.append((posting_id, number, self.ready.fits[posting.key]))

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
