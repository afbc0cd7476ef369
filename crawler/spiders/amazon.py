"""Amazon's own career site, read through the JSON that its search page asks for.

    GET /en/search.json?offset=N&result_limit=100            → 100 rows with their texts, and `hits`
    …&facets[]=business_category&facets[]=normalized_country_code   → how many each of them has

`hits` ends at 10,000: see amazon_slices.py. A busy site answers with a web page. Its texts name
places and pay; `updated_time` is "about 3 hours".
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec import Raw
from msgspec.json import Decoder

from crawler.fetch import Answer
from crawler.items import Posting, Sighting, Snapshot
from crawler.read.fields import line
from crawler.responses import BadResponse, decode
from crawler.spiders.amazon_slices import AmazonSlices, board_filters, in_brackets
from crawler.spiders.base import BoardSpider
from crawler.spiders.jobs import Fields, keyed_by, names
from crawler.spiders.listing import Listing
from crawler.spiders.paging import Pages, Params
from crawler.spiders.postings import joined, posting_from_html, stated_model
from crawler.spiders.site import Call, Site, with_query

_PAGE = "https://www.amazon.jobs{}"


class _Answer(msgspec.Struct):
    hits: int
    jobs: list[Raw] | None = None
    error: str | None = None


_answer, _place = Decoder(_Answer), Decoder(dict[str, Any])


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
        filters = in_brackets(board_filters(site))
        return Call(with_query(self.list_path, {**filters, **page}))

    def slice(self, body: bytes, site: Site) -> Listing:  # noqa: ARG002  # as the base's
        answer = decode(body, _answer)
        if answer.error or answer.jobs is None:
            raise BadResponse(f"it answers: {answer.error or 'no list of jobs'}")
        return Listing(answer.jobs, answer.hits)

    async def read_list(self, site: Site, answer: Answer) -> Snapshot:
        return await AmazonSlices(self, site).snapshot(answer)  # a glance obeys its filter, too

    def sighting(self, key: str, raw: bytes) -> Sighting:
        return super().sighting(key, self.keep(raw))  # the rest moves by itself, and is large

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


def _day(written: str) -> datetime | None:
    """Return the day in "January  9, 2023"; None for anything else."""
    try:
        return datetime.strptime(re.sub(r"\s+", " ", written), "%B %d, %Y").replace(tzinfo=UTC)
    except ValueError:
        return None
