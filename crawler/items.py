"""Frozen values that the crawler returns. They know no Scrapy and no database.

A snapshot holds *sightings*, not postings. A posting that has not moved needs only its key and the
digest of its raw job, and reading it costs a hundred times as much.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from typing import Final, Literal

import msgspec

Period = Literal["year", "month", "week", "day", "hour"]
Workplace = Literal["remote", "hybrid", "onsite"]
Seniority = Literal[
    "intern", "entry", "senior", "staff", "principal", "lead", "manager", "director", "executive"
]  # from the lowest
PERIODS_PER_YEAR: Final[Mapping[str, int]] = {  # working periods
    "year": 1,
    "month": 12,
    "week": 52,
    "day": 260,
    "hour": 2080,
}


@dataclass(frozen=True, slots=True)
class Pay:
    """Pay. An unclear part is None, and `text` keeps the words."""

    minimum: float | None  # units of the currency
    maximum: float | None  # units of the currency; equal to the minimum for a single figure
    currency: str | None  # ISO 4217
    period: Period | None
    text: str  # as the posting writes it

    @property
    def yearly_maximum(self) -> float | None:
        """The maximum as a year's worth. None if the maximum or its period is unknown."""
        if self.maximum is None or self.period is None:
            return None
        return self.maximum * PERIODS_PER_YEAR[self.period]


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last moment to apply: the earlier instant where the words allow two."""

    at: datetime | None  # UTC; None when the words name no instant
    text: str  # as the posting writes it


@dataclass(frozen=True, slots=True)
class Posting:
    """One job as a reader of its board sees it.

    `stated` names those of pay, deadline and workplace that the ATS gives in fields of its own. The
    others are derived from the text, so they are no part of a posting's digest. `unsent` names the
    fields that the raw job does not have, or has less exactly than another answer of the ATS. When
    such a field arrives later, nobody has edited anything. `locations` in it: places but the first.
    """

    key: str  # the ATS's own id
    title: str
    url: str
    location: str  # as the board writes it, white space cleaned
    locations: tuple[str, ...]  # its single places, in the board's order
    department: str  # several joined by "; "
    employment_type: str
    workplace: Workplace | None
    pay: Pay | None
    deadline: Deadline | None
    description: str  # text; paragraphs separated by an empty line
    company: str | None
    requisition: str | None
    internal_job: str | None
    first_published: datetime | None  # UTC, as the ATS says
    updated_at: datetime | None  # UTC, as the ATS says
    stated: frozenset[str] = frozenset()
    unsent: frozenset[str] = frozenset()


class Unreadable(Exception):  # noqa: N818  # a posting's state more than an error
    """This one posting cannot be read; the rest of its board can."""


# not a dataclass: every check makes one for each posting
class Sighting(msgspec.Struct, frozen=True, gc=False):
    """A posting seen in a list: enough to know whether it moved, and the way to read it if so."""

    key: str
    digest: str  # of the raw job, hex; equal bytes, equal digest
    raw: bytes  # the raw job as JSON, people's internal fields removed by `keep()`
    reader: Callable[[bytes], Posting]
    redactor: Callable[[bytes], bytes]

    def read(self) -> Posting:
        """Return the posting. Raises Unreadable."""
        return self.reader(self.raw)

    def keep(self) -> bytes:
        """Return the raw job as it may be stored: without internal fields that may name people."""
        return self.redactor(self.raw)


class Probe(Enum):
    """The answer of the ATS to a request for one posting that the list did not show."""

    GONE = "gone"  # 404 or 410
    THERE = "there"
    SILENT = "silent"  # no answer that says either


@dataclass(frozen=True, slots=True)
class BoardRequest:
    """The input of one check of a board.

    `known` gives the keys of the board's open postings, those to probe first in front. It is called
    when a list came that may lack some. `missing` are those that the last good check missed.
    They are probed even when nothing moved.
    """

    board: str  # "greenhouse:deepmind"
    etag: str | None = None
    last_modified: str | None = None
    # called only when needed: most boards have not moved
    known: Callable[[], Sequence[str]] = tuple
    missing: frozenset[str] = frozenset()
    notes: str | None = None  # what the source noted at the last check: see `notes.py`
    # only ask whether the board can be read, with few requests
    glance: bool = False
    at: datetime = field(default_factory=lambda: datetime.now(UTC))  # UTC; the time of this check


@dataclass(frozen=True, slots=True)
class Politeness:
    """Limits and delays towards the hosts of one ATS."""

    contact: str | None = None  # goes into the User-Agent
    timeout: float = 30.0  # seconds, one whole request
    api_url: str | None = None  # another host than the ats's own
    delay: float = 0.25  # seconds between requests to one host
    concurrency: int = 4  # requests at once to one host
    max_probes: int = 50  # a board and round


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Every posting of a board at one moment, read to its end.

    `still` and `unread` are for an ATS that lists postings without sending them again.
    """

    board: str
    sightings: tuple[Sighting, ...]  # a key once
    without_key: int = 0  # jobs in the list whose key cannot be read
    still: frozenset[str] = frozenset()  # known keys that are listed, and whose jobs did not move
    unread: int = 0  # postings that the board counts, and that no answer showed yet
    # postings whose texts are read at later checks, a share at each
    waiting: int = 0
    # what is not listed is missing, though some jobs of the list have no readable key
    proves_missing: bool = False
    # new keys that are known to have been there at the board's first check
    late: frozenset[str] = frozenset()
    note: str | None = None  # one line for a person: what this check could not see
    company: str | None = None
    # of known keys that the list did not show
    probes: Mapping[str, Probe] = field(default_factory=dict)
    etag: str | None = None
    last_modified: str | None = None
    status: int = 200
    bytes: int = 0  # on the wire
    seconds: float = 0.0
    notes: str | None = None  # for the next check; None: the stored ones hold

    @property
    def seen(self) -> int:
        """The number of postings that the board lists."""
        return len(self.sightings) + len(self.still) + self.without_key + self.unread


@dataclass(frozen=True, slots=True)
class Unchanged:
    """The board answered that nothing moved since the last snapshot."""

    board: str
    probes: Mapping[str, Probe] = field(default_factory=dict)  # of `BoardRequest.missing`
    status: int = 304
    bytes: int = 0
    seconds: float = 0.0
    notes: str | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """The board could not be read to its end; this says nothing about its postings."""

    board: str
    reason: str  # one line for a person, without secrets
    status: int | None = None  # None when there was no HTTP answer
    retry_after: float | None = None  # seconds that the host asked us to wait
    bytes: int = 0
    seconds: float = 0.0
    notes: str | None = None
    unknown: bool = False  # the ATS says that the board does not exist
    # the board was not asked, because its host asked to wait
    held: bool = False


Result = Snapshot | Unchanged | Failure
