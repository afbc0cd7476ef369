"""Make the rows of the postings that open, before the transaction that stores them.

A first check opens thousands. What is made here does not hold the database's write lock.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Dialect

from monitor.database import tables
from monitor.database.board_row import BoardRow
from monitor.database.bulk import PreparedRows, prepare_rows
from monitor.database.columns import table
from monitor.history.decide import Opened
from monitor.rules.matches import Fit, prepare_fits

Row = dict[str, object]

_POSTING, _VERSION = table(tables.Posting), table(tables.PostingVersion)
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


class PreparedColumns(NamedTuple):
    """Columns of the versions to write, by the posting's key."""

    own: Mapping[str, Row]  # of the posting's own row
    contents: Mapping[str, Row]  # of the version
    fits: Mapping[str, Sequence[Fit]]  # the rules that fit it


class OpenedPosting(NamedTuple):
    """A posting that opens."""

    change: Opened
    is_baseline: bool

    @property
    def key(self) -> str:
        """Its key on the board."""
        return self.change.sighting.key


@dataclass(frozen=True, slots=True)
class OpenedRows:
    """The postings of one check that open, with the rows to insert."""

    postings: Sequence[OpenedPosting]
    new: PreparedRows  # of those that have no row yet
    # of those that can be read, without the posting's id, which the database gives
    versions: PreparedRows
    fits: PreparedRows  # the rules that fit them, also without the id
    fitting: Sequence[str]  # the key of the posting of each fit


def opened_rows(
    board: BoardRow,
    at: datetime,
    opened: Sequence[Opened],
    columns: PreparedColumns,
    *,
    baseline: bool,
    dialect: Dialect,
) -> OpenedRows:
    """Return the rows to insert."""
    postings = [OpenedPosting(one, one.is_baseline(baseline=baseline)) for one in opened]
    new = [
        _posting_row(board, at, one, columns.own) for one in postings if one.change.stored is None
    ]
    readable = [one.key for one in postings if one.change.posting]
    first = {"number": 1, "valid_from": at, "valid_to": None}
    versions = [first | columns.contents[key] for key in readable]
    fits = [(key, fit) for key in readable for fit in columns.fits[key]]
    return OpenedRows(
        postings,
        prepare_rows(dialect, _POSTING, new),
        prepare_rows(dialect, _VERSION, versions),
        prepare_fits(dialect, [fit for _, fit in fits]),
        [key for key, _ in fits],
    )


def _posting_row(board: BoardRow, at: datetime, one: OpenedPosting, own: Mapping[str, Row]) -> Row:
    is_read = one.change.posting is not None
    return {
        "board_id": board.id,
        "key": one.key,
        "name": f"{board.board}:{one.key}",
        "state": "open",
        "version": 1 if is_read else 0,
        "raw_digest": one.change.sighting.digest if is_read else None,
        "baseline": one.is_baseline,
        "first_seen_at": at,
        **(own[one.key] if is_read else _UNREAD),
    }
