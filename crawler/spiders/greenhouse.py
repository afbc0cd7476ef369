"""Greenhouse's Job Board API: one answer has every posting of a board, with its text.

https://developers.greenhouse.io/job-board.html

An employer may switch the API off and keep the board's page. The API then answers 404, as for a
board that does not exist, and the rows of the page are read instead. Postings are not probed then:
the API knows none of them.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import msgspec
from msgspec.json import Decoder

from crawler.fetch import Answer
from crawler.items import BoardRequest, Pay, Posting, Result, Snapshot
from crawler.notes import Notes
from crawler.read.fields import clean_text, company_name, custom_field, dicts, line, parse_instant
from crawler.read.pay_ranges import stated_pay
from crawler.read.place import is_work_model, places, workplace
from crawler.read.text import clean
from crawler.responses import BadResponse
from crawler.spiders import greenhouse_page
from crawler.spiders.base import BoardSpider
from crawler.spiders.listing import JobList, RawHeader
from crawler.spiders.postings import believed, posting_from_html, stated_day
from crawler.spiders.site import Site

PAGES = ("https://job-boards.greenhouse.io", "https://job-boards.eu.greenhouse.io")
PAGE_NOTE = (
    "Greenhouse's public API is switched off for this board; "
    "its page is read instead, which has no texts"
)
_NOT_FOUND = 404
# the fields of a posting that a page's row lacks, or may have in another form
_NOT_ON_PAGE = frozenset(
    {"description", "deadline", "employment_type", "workplace", "pay", "department", "url"}
)
# the keys of a job, and the fields of a posting that stay unknown without them
_SENT_AS = {
    "departments": ("department",),
    "application_deadline": ("deadline",),
    "content": ("description",),
    "metadata": ("employment_type", "workplace", "pay"),
}
_EMPLOYMENT = ("employment type", "contract type", "time type", "job type")
_WORKPLACE = ("workplace type", "work model", "workplace", "location type", "remote status")
_IS_PAY = re.compile(r"\b(salary|pay|compensation)\b", re.IGNORECASE)
_PERSON = re.compile(r"\b(manager'?s?|recruiter|coordinator|sourcer)\b", re.IGNORECASE)


class _Meta(msgspec.Struct):
    total: int | None = None


class _List(JobList):
    meta: _Meta | None = None

    @property
    def total(self) -> int | None:
        return self.meta.total if self.meta else None


class _Header(RawHeader):
    company: object = msgspec.field(name="company_name", default=None)


class GreenhouseSpider(BoardSpider):
    name = "greenhouse"
    api_url = "https://boards-api.greenhouse.io"
    is_public_api = True
    list_path = "/v1/boards/{token}/jobs?content=true&pay_transparency=true"
    list_form = Decoder(_List)
    job_form = Decoder(_Header)
    posting_path = "/v1/boards/{token}/jobs/{key}"

    async def walk(self, request: BoardRequest, notes: Notes) -> Result:
        try:
            return await super().walk(request, notes)
        except BadResponse as trouble:
            if trouble.status != _NOT_FOUND:
                raise
            [site] = self.sites(request, notes)
            site.is_public_api = False
            bases = PAGES if site.base == self.api_url else (site.base,)
            for site.base in bases:
                if found := await greenhouse_page.page_of(site, 1):
                    return await self._read_page(site, found)
            raise

    async def _read_page(self, site: Site, first: greenhouse_page.Page) -> Snapshot:
        """Return the rows of all pages of a board. Raises BadResponse."""
        rows = await greenhouse_page.rows(site, first)
        # not msgspec's, which refuses half characters; `decode` mends them
        body = json.dumps({"jobs": rows}, separators=(",", ":")).encode()
        snapshot = await self.read_pages(site, Answer(200, body))
        unread = first.total - len(rows) if site.request.glance else 0
        return replace(snapshot, note=PAGE_NOTE, unread=unread, bytes=site.bytes_received)

    @classmethod
    def keep(cls, raw: bytes) -> bytes:
        job = msgspec.json.decode(raw)
        fields = job.get("metadata") or []
        if not fields and b'"value_type"' not in raw:
            return raw
        kept = (
            [field for field in fields if _is_impersonal(field)] if isinstance(fields, list) else []
        )
        # also with all kept: raw may have another value of a key that stands twice
        return msgspec.json.encode(job | {"metadata": kept})

    @staticmethod
    def read_job(raw: bytes) -> Posting:
        """Drift in what a reader sees raises. An odd date or number beside it is left out."""
        job: dict[str, Any] = msgspec.json.decode(raw)
        if greenhouse_page.MARK in job:
            return _page_posting(job)
        location = line(job["location"]["name"] or "")
        return posting_from_html(
            job.get("content") or "",
            key=str(job["id"]),
            title=job["title"],
            url=job["absolute_url"],
            location=location,
            locations=_places(job, location),
            department="; ".join(
                name for each in job.get("departments") or [] if (name := clean(each["name"] or ""))
            ),
            employment_type=custom_field(job.get("metadata"), _EMPLOYMENT),
            stated_workplace=workplace(custom_field(job.get("metadata"), _WORKPLACE)),
            stated_pay=_pay(job, location),
            stated_deadline=stated_day(line(job.get("application_deadline") or ""), location),
            company=company_name(job.get("company_name")),
            requisition=clean_text(job.get("requisition_id")) or None,
            internal_job=clean_text(job.get("internal_job_id")) or None,
            published=parse_instant(job.get("first_published")),
            updated=parse_instant(job.get("updated_at")),
            unsent=frozenset(
                field for key, fields in _SENT_AS.items() if key not in job for field in fields
            ),
        )


def _page_posting(job: dict[str, Any]) -> Posting:
    """Return a row of a board's page as a posting."""
    location = line(job["location"])
    return posting_from_html(
        key=str(job["id"]),
        title=job["title"],
        url=job["absolute_url"],
        location=location,
        department=clean_text((job.get("department") or {}).get("name")),
        company=company_name(job.get("company_name")),
        requisition=clean_text(job.get("requisition_id")) or None,
        internal_job=clean_text(job.get("internal_job_id")) or None,
        published=parse_instant(job.get("published_at")),
        updated=parse_instant(job.get("updated_at")),
        # the API names a town beside "Hybrid"
        unsent=_NOT_ON_PAGE | ({"location"} if is_work_model(location) else set()),
    )


def _is_impersonal(field: Any) -> bool:  # noqa: ANN401  # whatever the ATS sends
    """Return True if a custom field names no person. Some boards write people into text fields."""
    kind = field.get("value_type") if isinstance(field, dict) else None
    if not isinstance(kind, str) or kind == "user":
        return False
    return not _PERSON.search(str(field.get("name"))) and "@" not in str(field.get("value"))


def _places(job: dict[str, Any], location: str) -> tuple[str, ...]:
    """Return the single places. A board that writes only "Hybrid" has its towns in the offices."""
    if location and not is_work_model(location):
        return places(location)
    offices = [
        clean_text(office.get("location")) or clean_text(office.get("name"))
        for office in dicts(job.get("offices"))
    ]
    return (*places(location), *dict.fromkeys(filter(None, offices)))


def _pay(job: dict[str, Any], location: str) -> Pay | None:
    """Return the stated pay at the first place.

    `pay_input_ranges` is there only for postings that disclose it.
    """
    towns = (place for place in _places(job, location) if not is_work_model(place))
    ranges = job.get("pay_input_ranges") or _pay_fields(job)
    return believed(stated_pay(ranges, place=next(towns, "")))


def _pay_fields(job: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the custom fields that hold a range of pay, in the form of `pay_input_ranges`."""
    return [
        {
            "min_cents": float(field["value"]["min_value"] or 0) * 100,
            "max_cents": float(field["value"]["max_value"] or 0) * 100,
            "currency_type": field["value"]["unit"],
            "title": field["name"],
        }
        for field in job.get("metadata") or []
        if field["value_type"] == "currency_range" and field["value"]
        if _IS_PAY.search(field["name"])
    ]
