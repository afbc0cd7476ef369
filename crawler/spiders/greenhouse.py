"""Greenhouse's Job Board API: one answer has every posting of a board, with its text.

https://developers.greenhouse.io/job-board.html

An employer may switch the API off and keep the board's page. The API then answers 404, as for a
board that does not exist, and the rows of the page are read instead. Postings are not probed then:
the API knows none of them.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from crawler.items import Pay, Posting
from crawler.read.deferred import is_work_model, places, stated_pay, workplace
from crawler.read.fields import clean_text, custom_field, dicts, line
from crawler.read.text import clean
from crawler.responses import BadResponse
from crawler.spiders import greenhouse_page
from crawler.spiders.base import BoardSpider
from crawler.spiders.board_page import PageRows
from crawler.spiders.jobs import Fields, keyed_by
from crawler.spiders.listing import ListForm
from crawler.spiders.pay_fields import believed, stated_amount, worded_pay
from crawler.spiders.postings import posting_from_html
from crawler.spiders.site import Site

PAGE_NOTE = (
    "Greenhouse's public API is switched off for this board; "
    "its page is read instead, which has no texts"
)
# the keys of a job, and the fields of a posting that stay unknown without them
_SENT_AS = {
    "departments": ("department",),
    "application_deadline": ("deadline",),
    "content": ("description",),
    "metadata": ("employment_type", "workplace", "pay"),
}
_EMPLOYMENT = ("employment type", "contract type", "time type", "job type", "employment length")
_WORKPLACE = ("workplace type", "work model", "workplace", "location type", "remote status")
_IS_PAY = re.compile(r"\b(salary|pay|compensation|(hiring|post) range)\b", re.IGNORECASE)
_PAY_IN_WORDS = ("pay range", "salary range", "compensation range")
_FREQUENCY = ("pay frequency", "pay rate type")  # "Hourly", "Annual", "Salary"
_PERSON = re.compile(r"\b(manager'?s?|recruiter|coordinator|sourcer)\b", re.IGNORECASE)


class GreenhouseSpider(BoardSpider):
    name = "greenhouse"
    api_url = "https://boards-api.greenhouse.io"
    is_public_api = True
    list_path = "/v1/boards/{token}/jobs?content=true&pay_transparency=true"
    list_form = ListForm(total="meta.total", may_lack_total=True)
    job_form = keyed_by("id", int | str, company="company_name")
    api_off = frozenset({404})
    page_urls = (
        "https://job-boards.greenhouse.io",
        "https://job-boards.eu.greenhouse.io",
        "https://job-boards.anz.greenhouse.io",
    )
    page_note = PAGE_NOTE
    posting_path = "/v1/boards/{token}/jobs/{key}"

    async def page_rows(self, site: Site, trouble: BadResponse) -> PageRows | None:  # noqa: ARG002  # None raises it
        return await greenhouse_page.rows(site)

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
    def read_job(job: Fields) -> Posting:
        """Drift in what a reader sees raises. An odd date or number beside it is left out."""
        if greenhouse_page.MARK in job:
            return greenhouse_page.read_row(job)
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
            stated_deadline=line(job.get("application_deadline") or ""),
            company=job.get("company_name"),
            requisition=job.get("requisition_id"),
            internal_job=job.get("internal_job_id"),
            published=job.get("first_published"),
            updated=job.get("updated_at"),
            unsent=frozenset(
                field for key, fields in _SENT_AS.items() if key not in job for field in fields
            ),
        )


def _is_impersonal(field: Any) -> bool:  # noqa: ANN401  # whatever the ATS sends
    """Return True if a custom field names no person. Some boards write people into text fields."""
    kind = field.get("value_type") if isinstance(field, dict) else None
    if not isinstance(kind, str) or kind == "user":
        return False
    return not _PERSON.search(str(field.get("name"))) and "@" not in str(field.get("value"))


def _places(job: Fields, location: str) -> tuple[str, ...]:
    """Return the single places. A board that writes only "Hybrid" has its towns in the offices."""
    if location and not is_work_model(location):
        return places(location)
    offices = [
        clean_text(office.get("location")) or clean_text(office.get("name"))
        for office in dicts(job.get("offices"))
    ]
    return (*places(location), *dict.fromkeys(filter(None, offices)))


def _pay(job: Fields, location: str) -> Pay | None:
    """Return the stated pay at the first place.

    `pay_input_ranges` is there only for postings that disclose it.
    """
    towns = (place for place in _places(job, location) if not is_work_model(place))
    ranges = job.get("pay_input_ranges") or _pay_fields(job)
    return believed(stated_pay(ranges, place=next(towns, ""))) or worded_pay(
        custom_field(job.get("metadata"), _PAY_IN_WORDS), job.get("content") or ""
    )


def _pay_fields(job: Fields) -> list[Fields]:
    """Return the custom fields that hold a range of pay, in the form of `pay_input_ranges`.

    A range has no period; a field beside it may. Odd ranges are left out.
    """
    fields = job.get("metadata") or []
    frequency = custom_field(fields, _FREQUENCY)
    ranges = (
        _range_in(field["value"], field["name"], f"{frequency} pay")
        for field in fields
        if field["value_type"] == "currency_range" and isinstance(field["value"], dict)
        if _IS_PAY.search(str(field["name"]))
    )
    return list(filter(None, ranges))


def _range_in(value: Fields, title: str, blurb: str) -> Fields | None:
    low, high = stated_amount(value.get("min_value")), stated_amount(value.get("max_value"))
    if low is None or high is None:
        return None
    ends = {"min_cents": low * 100, "max_cents": high * 100}
    return ends | {"currency_type": value.get("unit"), "title": title, "blurb": blurb}
