"""The check that every ATS shares: read a board's list, then probe the postings that it lacks.

    list → 304                                → Unchanged
         → a whole list, sliced into its jobs → Snapshot
         → anything else                      → Failure
    each known posting that the list lacks    → a probe, in the same crawl and with the same delays

A spider of one ATS declares its addresses, the form and the pages of its list, how a posting is
probed and which fields of a job are stored. It adds `read_job`. Most need nothing else. One whose
list has no texts is a `DetailSpider` (details.py).
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar
from urllib.parse import unquote

import msgspec

from crawler.fetch import Answer
from crawler.items import BoardRequest, Result, Snapshot, Unchanged
from crawler.notes import Notes
from crawler.registry import title
from crawler.responses import BadResponse, decode
from crawler.spiders.board_page import PageRows
from crawler.spiders.listing import ListForm, Listing, join_rows
from crawler.spiders.paging import ListReader, Paging, Params
from crawler.spiders.probing import ProbeSpider
from crawler.spiders.site import OK, Call, Site, with_query
from crawler.spiders.slices import SlicedList

_LIST = frozenset({200, 304})
_READ_IN_A_THREAD = 2_000_000  # bytes of a page: 20 MB take a tenth of a second
_HOST_NOTE = "host"  # the spider's note that names the board's host


class BoardSpider(ProbeSpider):
    """Reads the boards of one ATS as its class attributes say."""

    list_path: ClassVar[str]  # the address of a list, as `Site.path` fills it in
    list_form: ClassVar[ListForm] = ListForm()
    list_body: ClassVar[Mapping[str, object] | None] = None  # posted for a list; None: a GET
    paging: ClassVar[Paging] = Paging()  # one answer
    # for an ATS that shows only a part of a large list: reads it slice by slice
    slices: ClassVar[type[SlicedList] | None] = None
    # the statuses by which a host says that it does not know the board
    unknown_board: ClassVar[frozenset[int]] = frozenset({404, 410})
    unknown_hint: ClassVar[str] = ""  # what may have happened to such a board
    # an unknown board is answered like an empty one, which is not believed for a day
    empty_may_be_unknown: ClassVar[bool] = False
    # the note in which `ask_daily` is kept for a day; "" where nothing is asked
    daily_note: ClassVar[str] = ""
    # the statuses by which an API says that it is off for the board, whose page is read instead
    api_off: ClassVar[frozenset[int]] = frozenset()
    page_urls: ClassVar[tuple[str, ...]] = ()  # hosts of such pages, where the API has another
    page_note: ClassVar[str] = ""  # what a check of the page cannot see
    # a list has a row for each place of a posting: the fields in which such rows differ. A posting
    # of several rows becomes one job with "rows", which has these fields of each
    place_fields: ClassVar[frozenset[str]] = frozenset()

    # what it may replace

    async def ask_daily(self, site: Site, noted: dict[str, Any]) -> dict[str, Any]:
        """Return what the requests to a site need to know. Asked once a day. Raises BadResponse.

        `noted` is what it returned the last time; empty at first.
        """
        raise NotImplementedError

    def list_call(self, site: Site, page: Params) -> Call:
        """Return the request of one page of a list."""
        path = site.path(self.list_path)
        if self.list_body is None:
            return Call(with_query(path, page))
        return Call(path, msgspec.json.encode({**self.list_body, **page}))

    def validators(self, request: BoardRequest, notes: Notes) -> dict[str, str]:  # noqa: ARG002  # for subclasses
        """Return the headers that make a 304 of a list that did not move."""
        validators = {"If-None-Match": request.etag, "If-Modified-Since": request.last_modified}
        return {name: value for name, value in validators.items() if value}

    async def first_page(self, site: Site, headers: Mapping[str, str]) -> Answer:
        """Return the first page of a list. Raises BadResponse.

        `headers` are those that make a 304.
        """
        call = self.list_call(site, self.paging.first())
        return await site.get(call.path, headers, _LIST if headers else OK, call.body)

    async def page_rows(self, site: Site, trouble: BadResponse) -> PageRows | None:
        """Return the rows on the page of a board whose API is off. Raises BadResponse.

        `trouble` is the answer of the API. None for a host that has no such page.
        """
        raise NotImplementedError

    def slice(self, body: bytes, site: Site) -> Listing:  # noqa: ARG002  # for subclasses
        """Return the jobs of one page of a list. Raises BadResponse."""
        listing = decode(body, self.list_form)
        if not self.place_fields:
            return listing
        return listing._replace(jobs=join_rows(listing.jobs, self.job_header, self.place_fields))

    async def read_list(self, site: Site, answer: Answer) -> Snapshot:
        """Return the whole list, given the answer to its first page. Raises BadResponse."""
        if self.slices is None or site.request.glance:
            return await self.read_pages(site, answer)
        return await self.slices(self, site).snapshot(answer)

    async def complete(self, site: Site, snapshot: Snapshot) -> Snapshot:  # noqa: ARG002  # for subclasses
        """Return the snapshot with what the list itself does not say. Raises BadResponse."""
        return snapshot

    # the check

    async def walk(self, request: BoardRequest, notes: Notes) -> Result:
        """Check one board. Raises BadResponse when its list cannot be read to its end."""
        site, answer = await self._first_answer(request, notes)
        if isinstance(answer, PageRows):
            return await self._read_rows(site, answer)
        if answer.status == 304:  # noqa: PLR2004  # Not Modified
            # in the order of `known`: those to probe first are in front
            known = request.known() if request.missing else ()
            missing = [key for key in known if key in request.missing]
            probes = await self.probe(site, missing)
            return Unchanged(request.board, probes, bytes=site.bytes_received)
        noted = notes.dump()
        snapshot = await self.read_list(site, answer)
        del answer  # what follows takes long, and the body may be large
        if self.empty_may_be_unknown:
            name = unquote(request.board.partition(":")[2])
            why = f"{title(self.name)} answers for {name} as for a board that it does not know"
            site.refuse_empty(snapshot.seen, why)
        try:
            return await self._completed(site, snapshot)
        except Exception:  # what was read is lost, so the next check has to read it again
            notes.own = Notes.load(noted).own
            raise

    async def _read_rows(self, site: Site, page: PageRows) -> Snapshot:
        """Return the rows of a board's page. They are not probed: the API knows none of them."""
        body = self.list_form.encode(page.jobs)
        snapshot = await self.read_pages(
            site, Answer(200, body, bytes_received=site.bytes_received)
        )
        return replace(snapshot, note=self.page_note, unread=page.unread)

    async def _completed(self, site: Site, snapshot: Snapshot) -> Snapshot:
        snapshot = await self.complete(site, snapshot)
        listed = {sighting.key for sighting in snapshot.sightings} | snapshot.still
        missing = [key for key in site.request.known() if key not in listed]
        probes = await self.probe(site, missing)
        return replace(snapshot, probes=probes, bytes=site.bytes_received)

    # a list

    async def _first_answer(
        self, request: BoardRequest, notes: Notes
    ) -> tuple[Site, Answer | PageRows]:
        """Return the board's site and the first page of its list. Raises BadResponse.

        The hosts of the ATS are asked in turn, until one knows the board. The notes keep that one.
        """
        sites = self.sites(request, notes)
        # after an empty list only a whole one ends the day that it has to last
        headers = {} if sites[0].was_empty else self.validators(request, notes)
        asked = [site for site in sites if site.base == notes.own.get(_HOST_NOTE)] or sites
        for site in asked:
            try:
                await self._prepare(site)
                answer = await self._api_or_page(site, headers)
            except BadResponse as trouble:
                self._explain(trouble)
                if not trouble.unknown or site is asked[-1]:
                    raise
            else:
                break
        if len(self.hosts) > 1:
            notes.own[_HOST_NOTE] = site.base
        return site, answer

    async def _prepare(self, site: Site) -> None:
        if self.daily_note and not site.noted_today(self.daily_note):
            noted = site.notes.own.get(self.daily_note, {})
            site.note_today(self.daily_note, await self.ask_daily(site, noted))

    async def _api_or_page(self, site: Site, headers: Mapping[str, str]) -> Answer | PageRows:
        """Return the first page of the list, or the rows of the board's page if the API is off."""
        try:
            return await self.first_page(site, headers)
        except BadResponse as trouble:
            if trouble.status not in self.api_off:
                raise
            site.is_public_api = False
            is_elsewhere = self.page_urls and site.base == self.api_url
            for base in self.page_urls if is_elsewhere else (site.base,):
                site.base = base
                if rows := await self.page_rows(site, trouble):
                    return rows
            raise

    def _explain(self, trouble: BadResponse) -> None:
        """Note whether the answer says that the board is unknown, and what may have happened."""
        if trouble.status is not None:  # without one, whoever raised it knows
            trouble.unknown = trouble.status in self.unknown_board
        if trouble.unknown and self.unknown_hint:
            trouble.reason = f"{trouble.reason}; {self.unknown_hint}"

    async def read_pages(self, site: Site, answer: Answer, first: Params | None = None) -> Snapshot:
        """Return the postings of a list whose first page is `answer`. Raises BadResponse.

        `first` are the parameters of that page, where they are more than the paging's own.
        """
        reader = ListReader(site.request.board, self.job_header, self.sighting, self.paging)
        while True:
            try:
                page = await self._read_page(site, reader, answer)
                following = self.paging.following(page, reader)
                if following is None:
                    following = reader.again()
                if following is None:
                    return reader.snapshot(answer)
                if site.request.glance and reader.total is not None:
                    return reader.glance()
            except BadResponse as trouble:
                trouble.status, trouble.size = answer.status, answer.bytes_received
                raise
            answer = await self.ask(site, {**(first or {}), **following})

    async def _read_page(self, site: Site, reader: ListReader, answer: Answer) -> Listing:
        """Give the jobs of one page to the reader, and return them. Raises BadResponse.

        A large one is read in a thread, so that no other board waits for it.
        """

        def read() -> Listing:
            page = self.slice(answer.body, site)
            reader.add(page, answer)
            return page

        return await asyncio.to_thread(read) if len(answer.body) > _READ_IN_A_THREAD else read()

    async def ask(self, site: Site, page: Params) -> Answer:
        """Return a further page of a list. Raises BadResponse."""
        call = self.list_call(site, page)
        return await site.get_further(call.path, body=call.body)
