"""Read in slices a list whose ATS shows only a part of it: one slice for each value of a facet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from crawler.items import Snapshot
from crawler.responses import BadResponse

_AGREE = 2  # facets


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
    return replace(
        slices[0], sightings=tuple(sightings.values()), without_key=unreadable, etag=None
    )
