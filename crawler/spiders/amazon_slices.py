"""Read an Amazon board with more postings than its pages show: `hits` and the pages end at 10,000.

Two facets agree on the true number. Such a board is read once for each value of one of them. A
filter that Amazon does not know is ignored in silence, so each row must obey the one that was sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import unquote

import msgspec
from msgspec import Raw
from msgspec.json import Decoder

from crawler.fetch import Answer
from crawler.items import Snapshot
from crawler.responses import BadResponse, decode
from crawler.spiders.paging import Params
from crawler.spiders.site import OK, Site
from crawler.spiders.slices import Division, Facet, SlicedList, agreed_division, union

CAP = 10_000
_ALL = "all"
_BUSINESS, _COUNTRY = "business_category", "normalized_country_code"
_FILTERS = {_BUSINESS: "business_category", _COUNTRY: "country_code"}  # and the field of a row
_NO_BUSINESS = "no-business-category"  # of a row that names none
Filters = dict[str, str]


class _Values(msgspec.Struct):
    business_category: str | None = None
    country_code: str | None = None


class _Answer(msgspec.Struct):
    hits: int
    facets: dict[str, list[dict[str, int]]] | None = None


_answer, _values = Decoder(_Answer), Decoder(_Values)


def board_filters(site: Site) -> Filters:
    """Return the filters of a board: its business."""
    business = unquote(site.token)
    return {} if business == _ALL else {_BUSINESS: business}


def in_brackets(filters: Filters) -> Params:
    """Return filters as parameters. One without brackets is ignored."""
    return {f"{name}[]": value for name, value in filters.items()}


class AmazonSlices(SlicedList):
    """A list that is read in slices where that is needed."""

    async def snapshot(self, first: Answer) -> Snapshot:
        filters = board_filters(self.site)
        if self.site.request.glance or decode(first.body, _answer).hits < CAP:
            return await self._whole(first, filters)
        return await self._sliced(filters)

    async def _whole(self, first: Answer, filters: Filters) -> Snapshot:
        """Return all pages of one search. Raises BadResponse for rows that do not obey it."""
        _require_obeyed(self.spider.slice(first.body, self.site).jobs, filters)
        snapshot = await self.read(first, in_brackets(filters))
        _require_obeyed([one.raw for one in snapshot.sightings], filters)
        return snapshot

    async def _sliced(self, filters: Filters) -> Snapshot:
        before = await self._division(filters)
        values = [value for value, count in before.facet.counts.items() if count]
        slices = [await self._slice(filters | {before.facet.parameter: value}) for value in values]
        whole = union(slices)
        if whole.seen != before.number:  # it may have moved meanwhile
            after = (await self._division(filters)).number
            if not min(before.number, after) <= whole.seen <= max(before.number, after):
                raise BadResponse(f"its slices have {whole.seen} postings, and it counts {after}")
        return whole

    async def _division(self, filters: Filters) -> Division:
        """Return how to slice a list. Raises BadResponse when no facet does."""
        wanted = "".join(f"&facets%5B%5D={name}" for name in _FILTERS)
        answer = await self.site.get_further(self._path(filters) + wanted)
        counts = decode(answer.body, _answer).facets or {}
        facets = [
            Facet(name, {value: count for each in counts[key] for value, count in each.items()})
            for name in _FILTERS
            if (key := f"{name}_facet") in counts
        ]
        division = agreed_division(facets, CAP)
        if division is None:
            raise BadResponse(f"it shows {CAP} of its postings, and no facet divides the rest")
        return division

    async def _slice(self, filters: Filters) -> Snapshot:
        """Return one slice, read again if it moved the first time. Raises BadResponse."""
        answer = await self.site.get_further(self._path(filters))
        if decode(answer.body, _answer).hits >= CAP:
            return await self._sliced(filters)
        try:
            return await self._whole(answer, filters)
        except BadResponse as trouble:
            if not trouble.retryable or trouble.status not in OK:
                raise
        return await self._whole(await self.site.get_further(self._path(filters)), filters)

    def _path(self, filters: Filters) -> str:
        first = self.spider.paging.first()
        return self.spider.list_call(self.site, {**in_brackets(filters), **first}).path


def _require_obeyed(rows: Sequence[bytes | Raw], filters: Filters) -> None:
    """Raise BadResponse for a row that a filter should have left out.

    A row of another form says nothing of the others, but one has to say it.
    """
    if not filters or not rows:
        return
    shown = [fields for row in rows if (fields := _fields(row))]
    if not shown:
        raise BadResponse("its rows do not say which filters they obey")
    for fields in shown:
        for name, value in filters.items():
            own = getattr(fields, _FILTERS[name]) or _NO_BUSINESS
            if own.casefold() != value.casefold():
                raise BadResponse(f"it ignores the filter {name}={value}")


def _fields(row: bytes | Raw) -> _Values | None:
    try:
        return _values.decode(row)
    except msgspec.ValidationError:
        return None
