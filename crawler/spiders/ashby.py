"""Ashby's public job posting API: one answer has the whole board.

https://developers.ashbyhq.com/docs/public-job-posting-api

An employer may switch the API off and keep the board's page. The API then answers 404, as for a
board that does not exist, and the rows of the page are read instead.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from urllib.parse import unquote

import msgspec
from msgspec.json import Decoder

from crawler.fetch import Answer
from crawler.items import BoardRequest, Posting, Result
from crawler.notes import Notes
from crawler.read.text import clean
from crawler.responses import BadResponse
from crawler.spiders import ashby_page
from crawler.spiders.ashby_posting import PAGES, api_posting, page_posting
from crawler.spiders.base import BoardSpider
from crawler.spiders.listing import Listing, RawHeader
from crawler.spiders.site import Site

PAGE_NOTE = (
    "Ashby's public API is switched off for this board; "
    "its page is read instead, which has no texts"
)
_NOT_FOUND = 404
_PAGE_ANSWERS = frozenset({200, _NOT_FOUND})
_UNLISTED = re.compile(rb'"isListed"\s*:\s*false')
_STORED = ashby_page.KEPT | {
    *(
        "department",
        "team",
        "location",
        "address",
        "isRemote",
        "publishedAt",
        "jobUrl",
        "applyUrl",
        "descriptionHtml",
        "descriptionPlain",
    ),
    *("compensation", "shouldDisplayCompensationOnJobPostings"),
}  # fields of a job of either kind that name nobody; a new one is not stored until it is known
_HIDDEN_BY = {  # fields with pay, by the switch of an employer that hides it
    "shouldDisplayCompensationOnJobPostings": "compensation",
    "shouldDisplayCompensationOnJobBoard": "compensationTierSummary",
}


class _Header(RawHeader):
    id: str
    company: object = msgspec.field(name="organization", default=None)

    def key(self) -> str:
        return self.id.lower()  # a UUID

    def employer(self) -> str | None:
        """Only a page's row names the employer."""
        name = self.company.get("name") if isinstance(self.company, dict) else None
        return name if isinstance(name, str) else None


class _Listed(msgspec.Struct, rename="camel"):
    is_listed: object = True


_FALSE = msgspec.Raw(b"false")
_listed, _fields = Decoder(_Listed), Decoder(dict[str, msgspec.Raw])


class AshbySpider(BoardSpider):
    name = "ashby"
    api_url = "https://api.ashbyhq.com"
    is_public_api = True
    # any other spelling of `true` leaves out all pay
    list_path = "/posting-api/job-board/{token}?includeCompensation=true"
    job_form = Decoder(_Header)
    stored_fields = _STORED

    async def walk(self, request: BoardRequest, notes: Notes) -> Result:
        try:
            return await super().walk(request, notes)
        except BadResponse as trouble:
            if trouble.status != _NOT_FOUND:
                raise
        return await self._walk_page(request, notes)

    async def _walk_page(self, request: BoardRequest, notes: Notes) -> Result:
        """Check a board whose API answers 404. Raises BadResponse, also for an unknown board."""
        [site] = self.sites(request, notes)
        if site.base == self.api_url:
            site.base = PAGES
        site.is_public_api = False
        name, path = unquote(site.token), f"/{site.token}?embed=js"
        if not await site.allow(path):
            closed = site.why_closed(path, "")
            raise BadResponse(
                f"Ashby answers 404 for {clean(name)}, and {closed}", status=_NOT_FOUND
            )
        answer = await site.get(path, {"Accept": "text/html"}, _PAGE_ANSWERS)
        # not msgspec's, which refuses half characters; `decode` mends them
        body = json.dumps({"jobs": _rows(name, answer)}, separators=(",", ":")).encode()
        rows_answer = replace(answer, body=body, etag=None, last_modified=None)
        return replace(await self.read_pages(site, rows_answer), note=PAGE_NOTE)

    def slice(self, body: bytes, site: Site) -> Listing:
        listing = super().slice(body, site)
        if not _UNLISTED.search(body):
            return listing
        return Listing([job for job in listing.jobs if _is_listed(job)])

    @classmethod
    def keep(cls, raw: bytes) -> bytes:
        """Return a raw job as it may be stored: also without pay that the employer hides."""
        fields = _fields.decode(super().keep(raw))
        hidden = [pay for switch, pay in _HIDDEN_BY.items() if fields.get(switch) == _FALSE]
        # not dropped: a field that was not sent leaves the pay unknown
        return msgspec.json.encode(fields | dict.fromkeys(fields.keys() & hidden))

    @staticmethod
    def read_job(raw: bytes) -> Posting:
        return page_posting(raw) if raw.startswith(ashby_page.BEGINNING) else api_posting(raw)


def _rows(name: str, answer: Answer) -> list[object]:
    """Return the rows of the board on its page. Raises BadResponse."""
    shown = clean(name)
    try:
        page = (
            None
            if answer.status == _NOT_FOUND
            else ashby_page.read_page(answer.body.decode(), shown)
        )
    except UnicodeDecodeError as error:
        raise BadResponse(f"the page of the board {shown} is not UTF-8") from error
    except ashby_page.OtherFormError as error:
        why = "its API answers 404, and its page is of another form"
        raise BadResponse(f"Ashby knows no board {shown}: {why}", status=_NOT_FOUND) from error
    except ashby_page.PageError as error:
        raise BadResponse(f"the page of the board {shown} cannot be read: {error}") from error
    if page is None:
        raise BadResponse(f"Ashby knows no board {shown}", status=_NOT_FOUND)
    if page.slug.casefold() != shown.casefold():
        raise BadResponse(f"the page of the board {shown} shows another board: {page.slug}")
    return page.rows


def _is_listed(job: msgspec.Raw) -> bool:
    """Return whether the board shows this job. An unreadable one is left for `job_header()`."""
    try:
        return _listed.decode(job).is_listed is not False
    except (ValueError, RecursionError):
        return True
