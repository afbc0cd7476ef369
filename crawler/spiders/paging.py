"""Walk the pages of a list to its end. A spider declares how its ATS pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from msgspec import Raw

from crawler.fetch import Answer
from crawler.items import Sighting, Snapshot
from crawler.read.fields import company_name
from crawler.responses import BadResponse
from crawler.spiders.jobs import JobHeader
from crawler.spiders.listing import Listing

# in one list: more than any employer has, and as much as the memory of a small machine
MOST_JOBS = 100_000
Params = Mapping[str, Any]  # the parameters of one page


class Paging:
    """A list that is one answer. A subclass knows how its ATS pages."""

    overlap: bool = False  # a row may stand on several pages, so that only the total proves the end
    # rows that the total may be too high by, or one a page where that is more; a tenth at most
    slack: int = 0
    sweeps: int = 1  # readings of all pages, until they have shown as many rows as the total

    def first(self) -> Params:
        """Return the parameters of the first page."""
        return {}

    def following(self, page: Listing, read: ListReader) -> Params | None:  # noqa: ARG002  # for subclasses
        """Return the parameters of the page after this one; None after the last."""
        return None


@dataclass(frozen=True, slots=True)
class Pages(Paging):
    """Pages by offset, or by number where `number_from` says with which they begin."""

    size: int
    position: str = "offset"  # the names of the two parameters; no limit where it is ""
    limit: str = "limit"
    number_from: int | None = None
    # the end of the list: a page that is not full, an empty one, or as many jobs as the total
    until: Literal["short", "empty", "total"] = "short"
    overlap: bool = False
    slack: int = 0
    sweeps: int = 1

    def first(self) -> Params:
        return self._at(0, 0)

    def following(self, page: Listing, read: ListReader) -> Params | None:
        if self.until == "total" and read.total is None and page.jobs:
            raise BadResponse("it does not say how many postings there are")
        is_last = {
            "short": len(page.jobs) < self.size,
            "empty": not page.jobs,
            "total": not page.jobs or read.jobs >= (read.total or 0),
        }
        if read.total is not None and read.jobs > read.total + 2 * self.size:
            raise BadResponse(f"it says that there are {read.total} jobs, and its pages do not end")
        return None if is_last[self.until] else self._at(read.jobs, read.pages)

    def _at(self, jobs: int, pages: int) -> Params:
        position = jobs if self.number_from is None else pages + self.number_from
        limit = {self.limit: self.size} if self.limit else {}
        return limit | {self.position: position}


@dataclass(slots=True)
class ListReader:
    """The postings of one list, gathered page by page."""

    board: str
    header: Callable[[Raw], JobHeader]
    sighting: Callable[[str, bytes], Sighting]
    paging: Paging
    rows: set[str] = field(default_factory=set)
    sightings: dict[str, Sighting] = field(default_factory=dict)
    sweep: int = 1
    pages: int = 0  # of this sweep
    jobs: int = 0  # likewise
    total: int | None = None
    without_key: int = 0
    company: str | None = None
    bytes_received: int = 0

    def add(self, page: Listing, answer: Answer) -> None:
        """Take in the jobs of one page. Raises BadResponse."""
        self.jobs += len(page.jobs)
        self._latch(page.total)
        self.bytes_received += answer.bytes_received
        if self.jobs > MOST_JOBS:
            raise BadResponse(
                f"it lists {self.jobs} jobs, and more than {MOST_JOBS} are not believed"
            )
        found: dict[str, Sighting] = {}
        rows: set[str] = set()
        for job in page.jobs:
            try:
                header = self.header(job)
            except (ValueError, RecursionError):
                self.without_key += 1
                continue
            rows.add(header.row)
            if not header.is_shown:
                continue
            # a slice would keep the whole body in memory
            sighting = self.sighting(header.key, bytes(job))
            twin = found.get(header.key)
            if twin is None or sighting.raw < twin.raw:  # the same one of two, in any order
                found[header.key] = sighting
            self.company = self.company or page.company or header.company
        if not self.paging.overlap and not rows.isdisjoint(self.rows):
            raise BadResponse("its list moved while its pages were read", retryable=True)
        self.rows |= rows
        for key, sighting in found.items():
            self.sightings.setdefault(key, sighting)
        self.pages += 1

    def _latch(self, total: int | None) -> None:
        """Keep the total of the first page that states one. Raises BadResponse for another."""
        if total is None:
            return
        if self.total not in {None, total}:
            raise BadResponse(
                f"its total moved from {self.total} to {total} while its pages were read",
                retryable=True,
            )
        self.total = total

    @property
    def is_whole(self) -> bool:
        """True if as many rows were read as the total says."""
        counts = {len(self.rows) + self.without_key}
        if type(self.paging) is Paging:  # some count a posting that stands twice in one answer
            counts |= {self.jobs, len(self.sightings) + self.without_key}
        if self.total is None:
            return True
        slack = self.paging.slack and min(max(self.paging.slack, self.pages), self.total // 10)
        return any(0 <= self.total - count <= slack for count in counts)

    def again(self) -> Params | None:
        """Return the parameters of the first page if all pages are to be read once more.

        Not where they ended before the total: that is a cap.
        """
        if self.is_whole or self.sweep == self.paging.sweeps or self.jobs < (self.total or 0):
            return None
        self.sweep += 1
        self.jobs = self.pages = self.without_key = 0
        return self.paging.first()

    def snapshot(self, answer: Answer) -> Snapshot:
        """Return the whole list. Raises BadResponse when it disagrees with its total."""
        if not self.is_whole:
            jobs = len(self.rows) + self.without_key
            raise BadResponse(f"it lists {jobs} jobs and says that there are {self.total}")
        return self._snapshot(answer)

    def glance(self) -> Snapshot:
        """Return what the first page shows. The rest counts as not yet read."""
        return replace(self._snapshot(Answer(200)), unread=max(0, (self.total or 0) - self.jobs))

    def _snapshot(self, answer: Answer) -> Snapshot:
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
