"""Read in slices a list whose ATS shows only a part of it: one slice for each value of a facet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from crawler.fetch import Answer
from crawler.items import Snapshot
from crawler.responses import BadResponse
from crawler.spiders.paging import Params
from crawler.spiders.site import Site

if TYPE_CHECKING:
    from crawler.spiders.base import BoardSpider

_AGREE = 2  # facets


@dataclass(frozen=True, slots=True)
class SlicedList:
    """The list of a board, which is read in slices where its ATS shows only a part of it."""

    spider: BoardSpider
    site: Site

    async def snapshot(self, first: Answer) -> Snapshot:
        """Return the whole list, given the answer to its first page. Raises BadResponse."""
        raise NotImplementedError

    async def ask(self, page: Params) -> Answer:
        """Return one page. Raises BadResponse."""
        return await self.spider.ask(self.site, page)

    async def read(self, first: Answer, page: Params) -> Snapshot:
        """Return all pages from a first one on, given its parameters. Raises BadResponse."""
        return await self.spider.read_pages(self.site, first, page)


class Facet(NamedTuple):
    """One way in which an ATS sorts the postings of a board."""

    parameter: str
    counts: dict[str, int]  # of postings, by the id of a value

    @property
    def number(self) -> int:
        """The sum of the counts: the number of postings, if each has one value."""
        return sum(self.counts.values())


class Division(NamedTuple):
    """The facet to slice by, and the number of all postings."""

    facet: Facet
    number: int


def agreed_division(facets: Sequence[Facet], cap: int) -> Division | None:
    """Return how to slice a list whose total is capped.

    None unless two facets agree on the number of postings.
    """
    sums = Counter(facet.number for facet in facets)
    agreed = [number for number, votes in sums.items() if votes >= _AGREE and number >= cap]
    if not agreed:
        return None
    number = max(agreed, key=lambda each: (sums[each], -each))
    facet = finest(facets, number)
    return Division(facet, number) if facet else None


def finest(facets: Sequence[Facet], number: int) -> Facet | None:
    """Return the facet that divides so many postings best; None when none does.

    Its counts add up to that number, so each posting has one of its values.
    """
    dividing = [
        facet
        for facet in facets
        if facet.number == number and max(facet.counts.values(), default=number) < number
    ]
    return min(dividing, key=lambda facet: max(facet.counts.values()), default=None)


def union(slices: Sequence[Snapshot]) -> Snapshot:
    """Return slices as one snapshot. Raises BadResponse for a posting that is in two of them."""
    sightings = {one.key: one for part in slices for one in part.sightings}
    unreadable = sum(part.without_key for part in slices)
    if len(sightings) + unreadable != sum(part.seen for part in slices):
        raise BadResponse("its list moved while its slices were read")
    return replace(  # without validators, which speak of one slice
        slices[0],
        sightings=tuple(sightings.values()),
        without_key=unreadable,
        etag=None,
        last_modified=None,
    )
