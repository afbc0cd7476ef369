"""Read an Oracle site with more postings than its pages show: they end at row 10,000.

The true total stands in the first answer. A facet whose counts add up to it sorts each posting into
one value. Such a site is read once for each value.
"""

from __future__ import annotations

from urllib.parse import quote

import msgspec
from msgspec import Raw
from msgspec.json import Decoder

from crawler.fetch import Answer
from crawler.items import Snapshot
from crawler.responses import BadResponse, decode
from crawler.spiders.slices import Facet, SlicedList, finest, union

CAP = 10_000
PAGE = 200
# what a finder calls a facet, by the name of the list of its values
_FACETS = {
    "categoriesFacet": "selectedCategoriesFacet",
    "workplaceTypesFacet": "selectedWorkplaceTypesFacet",
    "organizationsFacet": "selectedOrganizationsFacet",
    "locationsFacet": "selectedLocationsFacet",
}
_NAMES = "CATEGORIES%3BWORKPLACE_TYPES%3BORGANIZATIONS%3BLOCATIONS"


class _Value(msgspec.Struct, rename="pascal"):
    id: int | str
    total_count: int


class _Answer(msgspec.Struct):
    items: tuple[dict[str, Raw]]


_answer, _values = Decoder(_Answer), Decoder(list[_Value] | None)


class OracleSlices(SlicedList):
    """A list that is read in slices where that is needed."""

    async def snapshot(self, first: Answer) -> Snapshot:
        total = self.spider.slice(first.body, self.site).total or 0
        return await (self.read(first, {}) if total <= CAP else self._sliced(total))

    async def _sliced(self, total: int) -> Snapshot:
        """Return the slices as one snapshot. The total may be a posting a page too high."""
        wanted = {"facet": f",facetsList={_NAMES}", "expand": ",".join(_FACETS), "limit": 1}
        facet = finest(_facets((await self.ask(wanted)).body), total)
        if facet is None or max(facet.counts.values()) > CAP:
            raise BadResponse(
                f"it counts {total} postings and shows {CAP}, and no facet divides them"
            )
        slices = [
            await self._slice(f",{facet.parameter}={quote(value, safe='')}")
            for value in facet.counts
        ]
        whole = union(slices)
        if abs(whole.seen - total) > total // PAGE:
            raise BadResponse(f"its slices have {whole.seen} postings, and it counts {total}")
        return whole

    async def _slice(self, value: str) -> Snapshot:
        page = {"facet": value}
        return await self.read(await self.ask(page), page)


def _facets(body: bytes) -> list[Facet]:
    """Return the facets that an answer has. Raises BadResponse."""
    [item] = decode(body, _answer).items
    return [
        Facet(parameter, {str(value.id): value.total_count for value in values})
        for name, parameter in _FACETS.items()
        if name in item and (values := decode(bytes(item[name]), _values))
    ]
