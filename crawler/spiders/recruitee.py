"""Recruitee's offers of a board: one answer of its API, or else its page.

From 10 February 2027 the API wants a token that only the employer has, and answers 401 without it.
The page of the board has the same offers, but no dates.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from msgspec import Raw
from msgspec.json import Decoder

from crawler.fetch import Answer
from crawler.items import Pay, Posting, Workplace
from crawler.responses import BadResponse
from crawler.spiders.base import BoardSpider
from crawler.spiders.board_page import PageRows
from crawler.spiders.jobs import Fields, RawHeader, names
from crawler.spiders.listing import ListForm
from crawler.spiders.pay_fields import stated_range
from crawler.spiders.postings import joined, place_in, posting_from_html
from crawler.spiders.recruitee_page import rows_of_page
from crawler.spiders.site import Site

PAGE_NOTE = (
    "Recruitee's API wants a token for this board; its page is read instead, which has no deadlines"
)
_UNAUTHORIZED = 401
_CLOSED = "api_closed"  # the note of when the API wanted a token, in seconds since 1970
_LEAST_A_YEAR = 1000  # of any currency: less means thousands, or an hour
# the fields of a posting that the page lacks, or writes differently on a custom domain
_NOT_ON_PAGE = names("deadline url location department")


class _Header(RawHeader):
    company: object = msgspec.field(name="company_name", default=None)
    status: object = "published"

    def is_shown(self) -> bool:
        return self.status == "published"


class RecruiteeSpider(BoardSpider):
    name = "recruitee"
    list_path = "/api/offers"
    list_form = ListForm("offers")
    job_form = Decoder(_Header)
    stored_fields = names(
        "id title careers_url status description requirements department location locations remote"
        " hybrid on_site salary close_at employment_type_code company_name published_at updated_at"
        " page"
    )
    api_off = frozenset({_UNAUTHORIZED})
    page_note = PAGE_NOTE

    def validators(self, *_: object) -> dict[str, str]:
        """Ask for the whole list: a validator speaks of the API or of the page."""
        return {}

    async def first_page(self, site: Site, headers: Mapping[str, str]) -> Answer:
        closed = site.notes.own.get(_CLOSED)
        if closed is not None and not site.is_a_day_ago(closed):
            raise BadResponse("its API wants a token", status=_UNAUTHORIZED)
        try:
            return await super().first_page(site, headers)
        except BadResponse as trouble:
            if trouble.status == _UNAUTHORIZED:
                site.notes.own[_CLOSED] = site.now
            raise

    async def page_rows(self, site: Site, trouble: BadResponse) -> PageRows:  # noqa: ARG002  # its page tells more
        answer = await site.get("/")  # whose 404 says that the board is unknown
        rows = rows_of_page(answer.body, site.request.board.partition(":")[2])
        return PageRows([Raw(msgspec.json.encode(row)) for row in rows])

    @staticmethod
    def read_job(job: Fields) -> Posting:
        places = [
            place_in(place, "city", "state", "country") or place["name"]
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
            stated_deadline=_iso(job.get("close_at")),
            published=_iso(job.get("published_at")),
            updated=_iso(job.get("updated_at")),
            unsent=_NOT_ON_PAGE if job.get("page") else frozenset(),
        )


def _workplace(job: Fields) -> Workplace | None:
    """Return the workplace; the freest one where several are true."""
    if job["remote"]:
        return "remote"
    return "hybrid" if job["hybrid"] else "onsite" if job["on_site"] else None


def _pay(salary: Fields) -> Pay | None:
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
