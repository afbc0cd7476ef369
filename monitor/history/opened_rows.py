"""Make the rows of the postings that open, before the transaction that stores them.

A first check opens thousands. What is made here does not hold the database's write lock.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from monitor.database.board_row import BoardRow
from monitor.history.decide import Opened

Row = dict[str, object]

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
class OpenedRow:
    """A posting that opens, with its own row and that of its first version."""

    opened: Opened
    is_baseline: bool
    posting: Row
    version: Row | None  # without the posting's id, which the database gives. None: not readable


def opened_rows(
    board: BoardRow,
    at: datetime,
    opened: Iterable[Opened],
    own: Mapping[str, Row],
    contents: Mapping[str, Row],
    *,
    baseline: bool,
) -> list[OpenedRow]:
    """Return the rows. `own`: columns of postings by key, `contents`: those of their versions."""
    version = {"number": 1, "valid_from": at, "valid_to": None}
    rows = []
    for one in opened:
        key, is_baseline = one.sighting.key, one.is_baseline(baseline=baseline)
        posting = {
            "board_id": board.id,
            "key": key,
            "name": f"{board.board}:{key}",
            "state": "open",
            "version": 1 if one.posting else 0,
            "raw_digest": one.sighting.digest if one.posting else None,
            "baseline": is_baseline,
            "first_seen_at": at,
            **(own[key] if one.posting else _UNREAD),
        }
        content = version | contents[key] if one.posting else None
        rows.append(OpenedRow(one, is_baseline, posting, content))
    return rows
