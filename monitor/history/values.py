"""Values of a board's history: a posting's stored state, the events of a check, a move."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from crawler.items import Posting
from monitor.config.values import Kind
from monitor.history.reposts import RepostOf
from monitor.message_parts import FieldChange


class KnownPosting(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The stored state that a sighting is compared with. Light: a check makes one per posting."""

    key: str
    open: bool
    raw_digest: str | None  # None: never read, or to be read again
    unlisted: bool = False  # the last successful check of its board did not list it
    missed_checks: int = 0  # checks in a row that missed it, without an answer to a probe


class PostingState(KnownPosting, frozen=True, array_like=True, gc=False, kw_only=True):
    """A posting's row, with the columns that a check needs."""

    id: int
    version: int
    baseline: bool
    repeats: bool  # it is a repost
    first_seen_at: datetime
    last_seen_at: datetime | None
    missing_since: datetime | None

    @property
    def opened_at(self) -> datetime | None:
        """The instant when it opened. None if it was open before we watched."""
        return None if self.baseline else self.first_seen_at


@dataclass(frozen=True, slots=True)
class PostingEvent:
    """One change of one posting, with its content before and after."""

    kind: Kind
    posting_id: int
    key: str
    before: Posting | None  # None if opened
    after: Posting  # of a closed posting: its last content
    changes: tuple[FieldChange, ...] = ()
    not_before: datetime | None = None
    first_seen_at: datetime | None = None  # None: open before we watched
    repost: RepostOf | None = None
    late: bool = False  # opened: it existed at the board's first check, which did not show it
    version: int | None = None  # the version that a revision made
    # closed: when it had opened, if that was seen; reopened: when it had closed
    before_at: datetime | None = None
    # its description changed like most of its board's: one alert reports them together
    board_wide: bool = False

    @property
    def changes_without_board_wide(self) -> tuple[FieldChange, ...]:
        """The changes that an alert of this posting alone reports."""
        return tuple(
            change
            for change in self.changes
            if not (self.board_wide and change.field == "description")
        )


@dataclass(frozen=True, slots=True)
class Moved:
    """The postings that came along from the former board, and the counts of a move."""

    former_board: str  # "greenhouse:deepmind"
    former_company: str
    before: int  # open roles of the former board
    came: int  # of these, those that the new board lists
    back: int  # closed on the former board, and listed by the new one
    baseline: bool  # the new board has listed nothing before
    # the former posting of each new one that has one, by id
    postings: Mapping[int, RepostOf] = field(default_factory=dict)
    # the new posting's id by the former one's
    successors: Mapping[int, int] = field(default_factory=dict)

    def left(self, events: Sequence[PostingEvent]) -> list[PostingEvent]:
        """Return the events to alert on beside the move.

        An opening of a posting that came along is left out, and every opening of a baseline.
        """
        return [
            one
            for one in events
            if one.kind != "opened" or not (self.baseline or one.posting_id in self.postings)
        ]
