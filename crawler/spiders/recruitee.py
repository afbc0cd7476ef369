"""Recruitee's offers of a board: one answer of its API, or else its page.

From 10 February 2027 the API wants a token that only the employer has, and answers 401 without it.
The page of the board has the same offers, but no dates.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import msgspec
from msgspec import Raw
from msgspec.json import Decoder

from crawler.fetch import Answer
from crawler.items import Pay, Posting, Snapshot, Workplace
from crawler.read.fields import parse_instant
from crawler.read.place import place_of
from crawler.responses import BadResponse
from crawler.spiders.base import BoardSpider
from crawler.spiders.listing import JobList, Listing, RawHeader
from crawler.spiders.postings import joined, posting_from_html, stated_day, stated_range
from crawler.spiders.recruitee_page import rows_of_page
from crawler.spiders.site import Site

PAGE_NOTE = (
    "Recruitee's API wants a token for this board; its page is read instead, which has no deadlines"
)
_UNAUTHORIZED = 401
_CLOSED = "api_closed"  # the note of when the API wanted a token, in seconds since 1970
_LEAST_A_YEAR = 1000  # of any currency: less means thousands, or an hour
_PAGE = b'{"page":true'  # the beginning of a list that was read from the page
# the fields of a posting that the page lacks, or writes differently on a custom domain
_NOT_ON_PAGE = frozenset({"deadline", "url", "location", "department"})
_Fields = dict[str, Any]


class _List(JobList):
    jobs: list[Raw] = msgspec.field(name="offers")


class _Header(RawHeader):
    company: object = msgspec.field(name="company_name", default=None)


class _Listed(msgspec.Struct):
    status: object = "published"


_listed = Decoder(_Listed)


class RecruiteeSpider(BoardSpider):
    name = "recruitee"
    list_path = "/api/offers"
    list_form = Decoder(_List)
    job_form = Decoder(_Header)
    stored_fields = frozenset(
        {
            *("id", "title", "careers_url", "status", "description", "requirements", "department"),
            *("location", "locations", "remote", "hybrid", "on_site", "salary", "close_at"),
            *("employment_type_code", "company_name", "published_at", "updated_at", "page"),
        }
    )

    def validators(self, *_: object) -> dict[str, str]:
        """Ask for the whole list: a validator speaks of the API or of the page."""
        return {}

    async def first_page(self, site: Site, headers: Mapping[str, str]) -> Answer:
        closed = site.notes.own.get(_CLOSED)
        if closed is None or site.is_a_day_ago(closed):
            try:
                return await super().first_page(site, headers)
            except BadResponse as trouble:
                if trouble.status != _UNAUTHORIZED:
                    raise
            site.notes.own[_CLOSED] = site.now
        answer = await site.get("/")  # whose 404 says that the board is unknown
        rows = rows_of_page(answer.body, site.request.board.partition(":")[2])
        body = msgspec.json.encode({"page": True, "offers": rows})
        return replace(answer, body=body, etag=None, last_modified=None)

    async def read_list(self, site: Site, answer: Answer) -> Snapshot:
        snapshot = await super().read_list(site, answer)
        return replace(snapshot, note=PAGE_NOTE) if answer.body.startswith(_PAGE) else snapshot

    def slice(self, body: bytes, site: Site) -> Listing:
        listing = super().slice(body, site)
        return listing._replace(jobs=[job for job in listing.jobs if _is_listed(job)])

    @staticmethod
    def read_job(raw: bytes) -> Posting:
        job: _Fields = msgspec.json.decode(raw)
        places = [
            place_of(place.get("city"), place.get("state"), place.get("country")) or place["name"]
            for place in job["locations"]
        ]
        location = joined(*places) or job["location"] or ""
        return posting_from_html(
            job["description"] or "",
            job.get("requirements") or "",
            key=str(job["id"]),
            title=job["title"],
            url=job["careers_url"],
            location=location,
            department=job["department"] or "",
            employment_type=(job.get("employment_type_code") or "").replace("_", " "),
            stated_workplace=_workplace(job),
            stated_pay=_pay(job.get("salary") or {}),
            stated_deadline=stated_day(_iso(job.get("close_at")), location),
            published=parse_instant(_iso(job.get("published_at"))),
            updated=parse_instant(_iso(job.get("updated_at"))),
            unsent=_NOT_ON_PAGE if job.get("page") else frozenset(),
        )


def _is_listed(job: Raw) -> bool:
    """Return whether an offer is published. An unreadable one is left for `job_header()`."""
    try:
        return _listed.decode(job).status == "published"
    except (ValueError, RecursionError):
        return True


def _workplace(job: _Fields) -> Workplace | None:
    """Return the workplace; the freest one where several are true."""
    if job["remote"]:
        return "remote"
    return "hybrid" if job["hybrid"] else "onsite" if job["on_site"] else None


def _pay(salary: _Fields) -> Pay | None:
    """Return the stated pay; only its words where a year's is too low to be one."""
    ends = salary.get("min"), salary.get("max")
    stated = stated_range(*ends, salary.get("currency"), salary.get("period"))
    if stated is None or salary.get("period") != "year":
        return stated
    if max(stated.minimum or 0, stated.maximum or 0) >= _LEAST_A_YEAR:
        return stated
    written = " - ".join(str(end) for end in ends if end)
    return Pay(None, None, None, None, f"{written} {salary.get('currency') or ''} (year)")


def _iso(written: object) -> object:
    """Return an instant as ISO 8601: it is written as "2026-08-05 10:10:39 UTC"."""
    return written.replace(" UTC", "+00:00") if isinstance(written, str) else written
