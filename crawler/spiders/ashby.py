"""Ashby's public job posting API: one answer has the whole board.

https://developers.ashbyhq.com/docs/public-job-posting-api

An employer may switch the API off and keep the board's page. The API then answers 404, as for a
board that does not exist, and the rows of the page are read instead.
"""

from __future__ import annotations

import msgspec
from msgspec import Raw
from msgspec.json import Decoder

from crawler.items import Posting
from crawler.responses import BadResponse
from crawler.spiders import ashby_page
from crawler.spiders.ashby_posting import PAGES, api_posting, page_posting
from crawler.spiders.base import BoardSpider
from crawler.spiders.board_page import PageRows, ask_page, raw_rows
from crawler.spiders.jobs import RawHeader, names
from crawler.spiders.site import Site

PAGE_NOTE = (
    "Ashby's public API is switched off for this board; "
    "its page is read instead, which has no texts"
)
_HIDDEN_BY = {  # fields with pay, by the switch of an employer that hides it
    "shouldDisplayCompensationOnJobPostings": "compensation",
    "shouldDisplayCompensationOnJobBoard": "compensationTierSummary",
}
_FALSE = Raw(b"false")


class _Header(RawHeader):
    id: str
    company: object = msgspec.field(name="organization", default=None)  # only of a page's row
    is_listed: object = msgspec.field(name="isListed", default=True)

    def key(self) -> str:
        return self.id.lower()  # a UUID

    def is_shown(self) -> bool:
        return self.is_listed is not False


class AshbySpider(BoardSpider):
    name = "ashby"
    api_url = "https://api.ashbyhq.com"
    is_public_api = True
    # any other spelling of `true` leaves out all pay
    list_path = "/posting-api/job-board/{token}?includeCompensation=true"
    job_form = Decoder(_Header)
    # of a job of either kind; a new one is not stored until it is known to name nobody
    stored_fields = ashby_page.STORED | names(
        "department team location address isRemote publishedAt jobUrl applyUrl descriptionHtml"
        " descriptionPlain compensation shouldDisplayCompensationOnJobPostings"
    )
    api_off = frozenset({404})
    page_urls = (PAGES,)
    page_note = PAGE_NOTE

    async def page_rows(self, site: Site, trouble: BadResponse) -> PageRows:
        path = f"/{site.token}?embed=js"
        page = await ask_page(site, path, lambda html: ashby_page.read_page(html, site.name))
        if page is None:
            raise BadResponse(f"Ashby knows no board {site.name}", status=trouble.status)
        return PageRows(raw_rows(page.rows))

    @staticmethod
    def hide(fields: dict[str, Raw]) -> dict[str, Raw]:
        hidden = [pay for switch, pay in _HIDDEN_BY.items() if fields.get(switch) == _FALSE]
        # not dropped: a field that was not sent leaves the pay unknown
        return fields | dict.fromkeys(fields.keys() & hidden, Raw(b"null"))

    @classmethod
    def read_raw(cls, raw: bytes) -> Posting:
        return page_posting(raw) if raw.startswith(ashby_page.BEGINNING) else api_posting(raw)
