"""Web pages and sitemaps with schema.org JobPostings: the last resort, for boards of no known ATS.

    jsonld:HOST/PATH of a page     → the JobPostings on it
    jsonld:HOST/PATH of a sitemap  → its job pages, of which each check reads at most 50

Only 404 or 410 of a job's page proves that it closed: many sites answer 200 for a closed one.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urljoin, urlsplit

from crawler.fetch import Answer
from crawler.items import Posting, Probe, Snapshot
from crawler.links.forms import board_page
from crawler.read.fields import company_name
from crawler.responses import BadResponse
from crawler.spiders import jsonld_posting as postings
from crawler.spiders.base import BoardSpider
from crawler.spiders.jsonld_page import Job, Page, read_page
from crawler.spiders.jsonld_site import JobPages
from crawler.spiders.jsonld_sitemap import job_pages
from crawler.spiders.paging import Params
from crawler.spiders.probing import MOST_DETAILS, probe_in_turn
from crawler.spiders.site import Call, Site
from crawler.spiders.sitemap import is_sitemap, unzipped

_IS_SITEMAP = "is_sitemap"  # the note of what the board was
_FILES = (".xml", ".gz")


class JsonLdSpider(BoardSpider):
    name = "jsonld"

    @classmethod
    def read_raw(cls, raw: bytes) -> Posting:
        return postings.read_posting(raw)

    def list_call(self, site: Site, page: Params) -> Call:  # noqa: ARG002  # one answer
        return Call("/" + "/".join(site.steps[1:]))

    async def read_list(self, site: Site, answer: Answer) -> Snapshot:
        pages = JobPages(site, _host(site))
        if is_sitemap(unzipped(answer.body)):
            site.notes.own[_IS_SITEMAP] = True
            return await self._read_sitemap(pages, answer)
        if site.steps[-1].endswith(_FILES) or site.notes.own.get(_IS_SITEMAP):
            raise BadResponse("the answer is no sitemap")
        return self._read_job_page(pages, answer)

    async def _read_sitemap(self, pages: JobPages, answer: Answer) -> Snapshot:
        """Return what the read pages show, with the postings whose pages are listed still."""
        site, known = pages.site, frozenset(pages.site.request.known())
        listed = await job_pages(site, pages.host, answer)
        site.refuse_empty(len(listed), "its sitemap lists no page of a job", unknown=False)
        if site.request.glance:
            return Snapshot(site.request.board, (), unread=len(listed))
        # a feed, which has no later check, asks for all
        waiting = await pages.read(listed, known, MOST_DETAILS if self.deliver else len(listed))
        still = pages.keys_of(listed) & known - pages.found.keys()
        pages.note(known, listed)
        if pages.has_one_key(listed):
            raise BadResponse("all its jobs have one identifier, and no number in their address")
        if listed and not pages.found and not still:
            raise BadResponse(f"none of its {len(listed)} pages shows a JobPosting as it is served")
        if pages.is_partly_read(listed):  # a page that waits may show any of them
            still = known - pages.found.keys()
        return self._snapshot(
            pages, still=still, late=frozenset(pages.late - known), note=pages.remarks(waiting)
        )

    def _read_job_page(self, pages: JobPages, answer: Answer) -> Snapshot:
        """Return the postings on one page. Raises BadResponse for a page without any."""
        site = pages.site
        page = read_page(answer.body, board_page(site.request.board))
        if not page.jobs and not page.broken and not page.has_empty_list:
            raise BadResponse("the page shows no JobPosting as it is served; a script may add them")
        if page.further:
            raise BadResponse(f"the page does not show all jobs: {page.further}")
        site.refuse_empty(len(page.jobs) + page.broken, "the page lists no job", unknown=False)
        without_key = page.broken
        addressed = [(job, _address(job, page)) for job in page.jobs]
        pages.identifiers.compare(addressed)
        for whole, address in addressed:
            job = pages.identifiers.own(whole)
            if key := postings.key_of(job, address):
                pages.keep(key, job, address or page.address)
                pages.note_page(key, address)
            else:
                without_key += 1
        if page.jobs and not pages.found:
            raise BadResponse("its jobs have neither an identifier nor an address of their own")
        pages.note(frozenset(site.request.known()))
        is_settled = pages.deadlines.are_settled()
        return self._snapshot(
            pages,
            without_key=without_key,
            etag=answer.etag if is_settled else None,
            last_modified=answer.last_modified if is_settled else None,
        )

    def _snapshot(self, pages: JobPages, **fields: object) -> Snapshot:
        employers = pages.employers
        return Snapshot(
            pages.site.request.board,
            tuple(self.sighting(key, raw) for key, raw in pages.found.items()),
            company=company_name(next(iter(employers))) if len(employers) == 1 else None,
            **fields,  # type: ignore[arg-type]  # fields of a snapshot
        )

    async def probe(self, site: Site, keys: Sequence[str]) -> dict[str, Probe]:
        """Ask for the page of each of these postings, where the board noted it."""
        return await probe_in_turn(keys[: self.max_probes], JobPages(site, _host(site)).probe)


def _host(site: Site) -> str:
    """Return the board's host as people see it, also behind api_url."""
    return urlsplit(board_page(site.request.board)).netloc


def _address(job: Job, page: Page) -> str:
    """Return a job's own address; "" for one of several that have none."""
    url = job.get("url")
    try:
        address = urljoin(page.address, url) if isinstance(url, str) else page.address
        is_own = urlsplit(address)[1:4] != urlsplit(page.address)[1:4]
    except ValueError:
        address, is_own = page.address, False
    return address if is_own or len(page.jobs) == 1 else ""
