"""Personio's XML feed of a board, which has texts only where it is asked in their language.

    /xml                     → all positions, with the texts of the board's own language, or none
    /xml?language=…          → asked while texts are missing: the language of the board's page,
                               then English, then German; the rows are united by id
    404, and a living page   → the employer has switched the feed off; the page has no texts

A board that Personio does not know is sent to its own site, and behind that comes a 429.
https://developer.personio.de/docs/retrieving-open-job-positions
"""

from __future__ import annotations

import re

from crawler.fetch import MOVED, Answer
from crawler.items import Posting, Snapshot
from crawler.read.deferred import workplace
from crawler.responses import BadResponse
from crawler.spiders.base import BoardSpider
from crawler.spiders.board_page import PageRows
from crawler.spiders.jobs import Fields
from crawler.spiders.listing import Listing
from crawler.spiders.pay_fields import stated_range
from crawler.spiders.personio_rows import Row, language_of_page, rows_of_feed, rows_of_page
from crawler.spiders.postings import joined, posting_from_html, under
from crawler.spiders.site import Site
from crawler.spiders.xml_feed import raw_jobs

PAGE_NOTE = (
    "Personio's feed is switched off for this board; its page is read instead, which has no texts"
)
_NOT_FOUND = 404
_UNKNOWN = MOVED | {_NOT_FOUND, 410}
_LANGUAGES = ("en", "de")
_LANGUAGE = "language"  # the note of the language of the board's page
_HAS_MORE = "has_more"  # the note of the languages that had positions of their own
_HOME = re.compile(r"\bhome[ -]?office\b", re.IGNORECASE)
_OWN = b'{"jobs":['  # the beginning of rows that were read here already


class PersonioSpider(BoardSpider):
    name = "personio"
    list_path = "/xml"
    unknown_board = _UNKNOWN
    unknown_hint = "Personio knows no such board"
    api_off = frozenset({_NOT_FOUND})
    page_note = PAGE_NOTE

    def validators(self, *_: object) -> dict[str, str]:
        """Ask for the whole list: a validator speaks of one language."""
        return {}

    async def page_rows(self, site: Site, trouble: BadResponse) -> PageRows:
        try:
            page = await site.get("/")
        except BadResponse as no_page:
            raise (trouble if no_page.status in _UNKNOWN else no_page) from no_page
        return PageRows(raw_jobs(rows_of_page(page.body, site.request.board)))

    async def read_list(self, site: Site, answer: Answer) -> Snapshot:
        rows = rows_of_feed(answer.body, site.request.board)
        if not site.request.glance:
            rows = await self._in_other_languages(site, rows)
        # without a validator, which speaks of one language
        whole = Answer(
            200, self.list_form.encode(raw_jobs(rows)), bytes_received=answer.bytes_received
        )
        return await super().read_list(site, whole)

    async def _in_other_languages(self, site: Site, rows: list[Row]) -> list[Row]:
        """Return the rows with those of other languages, asked while a text is missing.

        One that had more positions is asked ever after, so that they do not seem to close.
        """
        has_more = set(site.notes.own.get(_HAS_MORE, ()))
        page = "" if _is_whole(rows) and not has_more else await self._language(site)
        for language in dict.fromkeys([page, *_LANGUAGES]):
            if not language or (_is_whole(rows) and language not in has_more):
                continue
            more = await site.get_further(f"/xml?language={language}")
            others = rows_of_feed(more.body, site.request.board)
            if not {row["id"] for row in others} <= {row["id"] for row in rows}:
                has_more.add(language)
            rows = united(rows, others)
        site.notes.own[_HAS_MORE] = sorted(has_more)
        return rows

    async def _language(self, site: Site) -> str:
        """Return the language of the board's page; "" when it cannot be read."""
        noted = str(site.notes.own.get(_LANGUAGE) or "")
        try:
            language = noted or language_of_page((await site.get("/")).body, site.request.board)
        except BadResponse:
            return ""
        site.notes.own[_LANGUAGE] = language
        return language if re.fullmatch("[a-z]{2}", language) else ""

    def slice(self, body: bytes, site: Site) -> Listing:
        if body.startswith(_OWN):
            return super().slice(body, site)
        return Listing(raw_jobs(rows_of_feed(body, site.request.board)))

    @staticmethod
    def read_job(job: Fields) -> Posting:
        texts = job.get("texts") or []
        location = joined(job.get("office"), *job.get("additionalOffices", []))
        pay = stated_range(*job.get("pay", [None] * 4))
        unread = {"description", "deadline"} | ({"pay"} if pay is None else set())
        return posting_from_html(
            *(under(heading, text) for heading, text in texts),
            key=job["id"],
            title=job["name"],
            url=job["url"],
            location=location,
            department=job.get("department", ""),
            employment_type=joined(job.get("employmentType"), job.get("schedule")),
            stated_workplace=workplace(_HOME.sub("Remote", location)),
            stated_pay=pay,
            published=job.get("publishedAt"),
            unsent=frozenset(() if texts else unread),
        )


def united(rows: list[Row], others: list[Row]) -> list[Row]:
    """Return the rows of both, each id once: the first row that has texts, or else the first."""
    by_id = {row["id"]: row for row in reversed(rows) if row["id"]}
    for row in others:
        if row["id"] and not by_id.get(row["id"], {}).get("texts"):
            by_id[row["id"]] = row if row["texts"] else by_id.get(row["id"], row)
    return [*by_id.values(), *(row for row in rows if not row["id"])]


def _is_whole(rows: list[Row]) -> bool:
    return all(row["texts"] for row in rows)
