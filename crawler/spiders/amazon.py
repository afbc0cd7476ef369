"""Amazon's own career site, read through the JSON that its search page asks for.

    GET /en/search.json?offset=N&result_limit=100            → 100 rows with their texts, and `hits`
    …&facets[]=business_category&facets[]=normalized_country_code   → how many each of them has

`hits` ends at 10,000, and so do the pages: a larger board is read once for each value of a facet.
A filter without brackets is ignored in silence, so each row must obey the one that was sent. A busy
site answers with a web page. Its texts name places and pay; `updated_time` is "about 3 hours".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

import msgspec
from msgspec import Raw
from msgspec.json import Decoder

from crawler.fetch import Answer
from crawler.items import Posting, Sighting, Snapshot
from crawler.read.fields import line
from crawler.responses import BadResponse, decode
from crawler.spiders.base import BoardSpider
from crawler.spiders.jobs import Fields, keyed_by, names
from crawler.spiders.listing import Listing
from crawler.spiders.paging import Pages, Params
from crawler.spiders.postings import joined, posting_from_html, stated_model
from crawler.spiders.site import OK, Call, Site, with_query
from crawler.spiders.slices import Division, Facet, agreed_division, union

CAP = 10_000
_ALL = "all"
_PAGE = "https://www.amazon.jobs{}"
_BUSINESS, _COUNTRY = "business_category", "normalized_country_code"
_FILTERS = {_BUSINESS: "business_category", _COUNTRY: "country_code"}  # and the field of a row
_NO_BUSINESS = "no-business-category"  # of a row that names none
_Filters = dict[str, str]


class _Values(msgspec.Struct):
    business_category: str | None = None
    country_code: str | None = None


class _Answer(msgspec.Struct):
    hits: int
    jobs: list[Raw] | None = None
    error: str | None = None
    facets: dict[str, list[dict[str, int]]] | None = None


_answer, _values, _place = Decoder(_Answer), Decoder(_Values), Decoder(dict[str, Any])


class AmazonSpider(BoardSpider):
    name = "amazon"
    api_url = "https://www.amazon.jobs"
    list_path = "/en/search.json?sort=recent"
    paging = Pages(100, "offset", limit="result_limit", until="total", overlap=True, sweeps=2)
    empty_may_be_unknown = True
    job_form = keyed_by("id_icims")
    stored_fields = names(
        "id_icims title job_path location normalized_location locations job_category"
        " job_schedule_type posted_date business_category country_code"
        " description basic_qualifications preferred_qualifications"
    )

    def list_call(self, site: Site, page: Params) -> Call:
        business = unquote(site.token)
        filters = {} if business == _ALL else {_BUSINESS: business}
        return Call(with_query(self.list_path, _in_brackets(filters) | dict(page)))

    def slice(self, body: bytes, site: Site) -> Listing:  # noqa: ARG002  # as the base's
        answer = decode(body, _answer)
        if answer.error or answer.jobs is None:
            raise BadResponse(f"it answers: {answer.error or 'no list of jobs'}")
        return Listing(answer.jobs, answer.hits)

    async def read_list(self, site: Site, answer: Answer) -> Snapshot:
        business = unquote(site.token)
        filters = {} if business == _ALL else {_BUSINESS: business}
        if site.request.glance or decode(answer.body, _answer).hits < CAP:
            return await self._read(site, answer, filters)
        return await self._sliced(site, filters)

    def sighting(self, key: str, raw: bytes) -> Sighting:
        return super().sighting(key, self.keep(raw))  # the rest moves by itself, and is large

    async def _sliced(self, site: Site, filters: _Filters) -> Snapshot:
        """Return a list whose number is capped, slice by slice. Raises BadResponse."""
        before = await self._division(site, filters)
        values = [value for value, count in before.facet.counts.items() if count]
        slices = [
            await self._slice(site, filters | {before.facet.parameter: value}) for value in values
        ]
        whole = union(slices)
        if whole.seen != before.number:  # it may have moved meanwhile
            after = (await self._division(site, filters)).number
            if not min(before.number, after) <= whole.seen <= max(before.number, after):
                raise BadResponse(f"its slices have {whole.seen} postings, and it counts {after}")
        return whole

    async def _division(self, site: Site, filters: _Filters) -> Division:
        """Return how to slice a list. Raises BadResponse when no facet does."""
        wanted = "".join(f"&facets%5B%5D={name}" for name in _FILTERS)
        answer = await site.get_further(self._path(site, filters) + wanted)
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

    async def _slice(self, site: Site, filters: _Filters) -> Snapshot:
        """Return one slice, read again if it moved the first time. Raises BadResponse."""
        answer = await site.get_further(self._path(site, filters))
        if decode(answer.body, _answer).hits >= CAP:
            return await self._sliced(site, filters)
        try:
            return await self._read(site, answer, filters)
        except BadResponse as trouble:
            if not trouble.retryable or trouble.status not in OK:
                raise
        answer = await site.get_further(self._path(site, filters))
        return await self._read(site, answer, filters)

    def _path(self, site: Site, filters: _Filters) -> str:
        return self.list_call(site, _in_brackets(filters) | dict(self.paging.first())).path

    async def _read(self, site: Site, answer: Answer, filters: _Filters) -> Snapshot:
        """Return all pages of one search. Raises BadResponse for rows that do not obey it."""
        self._obeyed(self.slice(answer.body, site).jobs, filters)
        snapshot = await self.read_pages(site, answer, _in_brackets(filters))
        self._obeyed([one.raw for one in snapshot.sightings], filters)
        return snapshot

    def _obeyed(self, rows: Sequence[bytes | Raw], filters: _Filters) -> None:
        for row in rows:
            fields = _values.decode(row)
            for name, value in filters.items():
                shown = getattr(fields, _FILTERS[name]) or _NO_BUSINESS
                if shown.casefold() != value.casefold():
                    raise BadResponse(f"it ignores the filter {name}={value}")

    @staticmethod
    def read_job(job: Fields) -> Posting:
        places = [_place.decode(written) for written in job.get("locations") or []]
        kinds = {stated_model(each.get("type")) for each in places}
        return posting_from_html(
            job["description"],
            job.get("basic_qualifications") or "",
            job.get("preferred_qualifications") or "",
            key=job["id_icims"],
            title=job["title"],
            url=_PAGE.format(job["job_path"]),
            location=joined(*(each.get("normalizedLocation") for each in places)) or _location(job),
            department=job.get("job_category") or "",
            employment_type=job.get("job_schedule_type") or "",
            stated_workplace=kinds.pop() if len(kinds) == 1 else None,
            requisition=job["id_icims"],
            published=_day(job.get("posted_date") or ""),
        )


def _location(job: Fields) -> str:
    """Return the place of a job: "Charlotte, NC, US" for "US, NC, Charlotte"."""
    parts = line(job.get("location") or "").split(", ")
    return job.get("normalized_location") or ", ".join(reversed(parts))


def _in_brackets(filters: _Filters) -> dict[str, Any]:
    return {f"{name}[]": value for name, value in filters.items()}


def _day(written: str) -> datetime | None:
    """Return the day in "January  9, 2023"; None for anything else."""
    try:
        return datetime.strptime(re.sub(r"\s+", " ", written), "%B %d, %Y").replace(tzinfo=UTC)
    except ValueError:
        return None
