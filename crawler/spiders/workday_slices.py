"""Read a Workday board whose first page hides its size behind a cap.

Many tenants say that they have exactly 2,000 postings, and show page 1 again from offset 2,000 on.
The counts of their facets are not capped. Facets that sort each posting into one value add up to
the true number, and so they agree. Such a board is read once for each value of one of them.

    total below the cap              → all pages
    two facets agree on a number     → a slice for each value of the finer one, in turn divided
                                       where it is capped; together as many as that number
    none agree                       → all pages, then one more at the cap: rows there are a failure
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from msgspec import Raw

from crawler.fetch import Answer
from crawler.items import Snapshot
from crawler.responses import BadResponse, decode
from crawler.spiders.paging import Params
from crawler.spiders.slices import Division, Facet, SlicedList, agreed_division, union

CAP = 2000


class _Answer(msgspec.Struct):
    total: int = 0
    rows: list[Raw] = msgspec.field(name="jobPostings", default_factory=list)
    facets: list[dict[str, Any]] = []


_answer = msgspec.json.Decoder(_Answer)


class WorkdaySlices(SlicedList):
    """A list that is read in slices where that is needed."""

    async def snapshot(self, first: Answer, applied: Params | None = None) -> Snapshot:
        """Return the whole list, given its first page and the facets that it is of."""
        facets = applied or {}
        page = decode(first.body, _answer)
        if page.total < CAP:
            return await self.read(first, {"appliedFacets": facets})
        divided = agreed_division(facets_of(page.facets, facets), CAP)
        if divided is None:
            return await self._undivided(first, facets)
        return await self._divided(divided, facets)

    async def _undivided(self, first: Answer, applied: Params) -> Snapshot:
        snapshot = await self.read(first, {"appliedFacets": applied})
        if snapshot.seen == CAP:
            beyond = await self.ask({"appliedFacets": applied, "offset": CAP})
            if decode(beyond.body, _answer).rows:
                raise BadResponse(f"it shows {CAP} of its postings, and no facet divides the rest")
        return snapshot

    async def _divided(self, divided: Division, applied: Params) -> Snapshot:
        facet, number = divided
        slices = [
            await self._slice({**applied, facet.parameter: [value]})
            for value, count in facet.counts.items()
            if count
        ]
        seen = sum(part.seen for part in slices)
        if seen != number and seen != await self._number_now(applied):
            raise BadResponse(f"its slices have {seen} postings, and it counts {number}")
        return union(slices)

    async def _slice(self, applied: Params) -> Snapshot:
        return await self.snapshot(await self.ask({"appliedFacets": applied}), applied)

    async def _number_now(self, applied: Params) -> int | None:
        """Return the number of postings after the slices were read; None when it is not clear."""
        again = decode((await self.ask({"appliedFacets": applied})).body, _answer)
        divided = agreed_division(facets_of(again.facets, applied), CAP)
        return divided and divided.number


def facets_of(facets: Sequence[dict[str, Any]], applied: Params) -> list[Facet]:
    """Return the facets of an answer, those inside a group too, without those already applied."""
    return [facet for facet in _flat(facets) if facet.counts and facet.parameter not in applied]


def _flat(facets: Sequence[dict[str, Any]]) -> Iterator[Facet]:
    for facet in facets:
        values = facet.get("values") or []
        yield from _flat([value for value in values if "values" in value])
        counts = {
            str(value["id"]): int(value.get("count") or 0) for value in values if "id" in value
        }
        yield Facet(str(facet.get("facetParameter")), counts)
