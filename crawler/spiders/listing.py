"""The forms of a list: its jobs, its total and its pages. A spider declares them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec

from crawler.fetch import Answer
from crawler.items import Sighting, Snapshot
from crawler.read.fields import company_name
from crawler.responses import BadResponse

# in one list: more than any employer has, and as much as the memory of a small machine
MOST_JOBS = 100_000


class JobList(msgspec.Struct):
    """A list as its ATS sends it. A spider's subclass renames `jobs` or knows the total."""

    jobs: list[msgspec.Raw]

    @property
    def total(self) -> int | None:
        """Return how many postings the ATS counts; None where the answer does not say."""
        return None


class RawHeader(msgspec.Struct, gc=False):
    """The fields that identify a raw job. A spider's subclass renames them."""

    id: int | str
    company: object = None  # the job keeps its key, whatever this is

    def key(self) -> str:
        """Return the key of the posting."""
        return str(self.id)

    def employer(self) -> str | None:
        """Return the company's name; None where the job names none."""
        return self.company if isinstance(self.company, str) else None


class JobHeader(msgspec.Struct, frozen=True, gc=False):  # one is made for each job
    """The key and the company of a raw job."""

    key: str
    company: str | None


class Listing(NamedTuple):
    """The jobs of one answer."""

    jobs: Sequence[msgspec.Raw]
    total: int | None = None  # of the whole list, where the answer says so


class Paging:
    """A list that is one answer. A subclass knows how its ATS pages."""

    def first(self) -> str:
        """Return the query of the first page."""
        return ""

    def following(self, page: Listing, seen: int) -> str | None:  # noqa: ARG002  # for subclasses
        """Return the query of the page after this one; None after the last. `seen` counts jobs."""
        return None


@dataclass(frozen=True, slots=True)
class Offset(Paging):
    """Pages by offset. A page that is not full is the last."""

    size: int
    offset: str = "offset"  # the names of the two parameters
    limit: str = "limit"

    def first(self) -> str:
        return self._query(0)

    def following(self, page: Listing, seen: int) -> str | None:
        return self._query(seen) if len(page.jobs) == self.size else None

    def _query(self, skipped: int) -> str:
        return f"{self.limit}={self.size}&{self.offset}={skipped}"


@dataclass(slots=True)
class ListReader:
    """The postings of one list, gathered page by page."""

    board: str
    header: Callable[[msgspec.Raw], JobHeader]
    sighting: Callable[[str, bytes], Sighting]
    sightings: dict[str, Sighting] = field(default_factory=dict)
    pages: int = 0
    jobs: int = 0
    total: int | None = None
    without_key: int = 0
    company: str | None = None
    bytes_received: int = 0

    def add(self, page: Listing, answer: Answer) -> None:
        """Take in the jobs of one page. Raises BadResponse."""
        self.jobs += len(page.jobs)
        self.total = page.total
        self.bytes_received += answer.bytes_received
        if self.jobs > MOST_JOBS:
            raise BadResponse(
                f"it lists {self.jobs} jobs, and more than {MOST_JOBS} are not believed"
            )
        found: dict[str, Sighting] = {}
        for job in page.jobs:
            try:
                header = self.header(job)
            except (ValueError, RecursionError):
                self.without_key += 1
                continue
            if header.key not in found:
                # a slice would keep the whole body in memory
                found[header.key] = self.sighting(header.key, bytes(job))
            self.company = self.company or header.company
        if self.pages and not found.keys().isdisjoint(self.sightings):
            raise BadResponse("its list moved while its pages were read", retryable=True)
        self.sightings = self.sightings | found if self.pages else found
        self.pages += 1

    def snapshot(self, answer: Answer) -> Snapshot:
        """Return the whole list. Raises BadResponse when it disagrees with its total."""
        if self.total not in {None, self.jobs, len(self.sightings) + self.without_key}:
            raise BadResponse(f"it lists {self.jobs} jobs and says that there are {self.total}")
        is_one = self.pages == 1  # a validator speaks of one page
        return Snapshot(
            self.board,
            tuple(self.sightings.values()),
            self.without_key,
            company=company_name(self.company),
            etag=answer.etag if is_one else None,
            last_modified=answer.last_modified if is_one else None,
            bytes=self.bytes_received,
        )
