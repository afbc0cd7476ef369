"""The walk that every ats shares: a board's list read to its end, then the postings that it no longer shows asked for.

    list → 304                                → Unchanged
         → a whole list, sliced into its jobs → Snapshot
         → anything else                      → Failure
    probe each known posting that the list does not show, in the same crawl and so within the same manners

Each board is one coroutine, so that it ends in one result whatever happens to it, and nothing is
decided where Scrapy swallows exceptions (callbacks, pipelines, signal handlers). Such requests pass
by Scrapy's queue and with it CONCURRENT_REQUESTS, so a board needs a turn: it holds it until its
result is handed over, so that a slow reader slows the crawl and does not fill the memory, and gives
it back while it waits to be asked again. A subclass knows one ats: where it lists, how an answer is
sliced, how a job is read.

The probes are here, and not in a call of their own as the house's plan had it: a crawl's politeness
is not shared with another's.
https://docs.scrapy.org/en/latest/topics/coroutines.html#inline-requests
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from random import Random
from typing import NamedTuple
from urllib.parse import quote, unquote

import msgspec
import structlog
from scrapy import Spider
from xxhash import xxh3_128_hexdigest

from crawler.feed_export import items
from crawler.fetch import Answer, Fetcher, Patience
from crawler.gate import Gate
from crawler.holds import Holds
from crawler.items import (
    BoardRequest,
    Failure,
    Posting,
    Probe,
    Result,
    Sighting,
    Snapshot,
    Unchanged,
)
from crawler.notes import Notes
from crawler.read.fields import company_name
from crawler.responses import BadResponse
from crawler.robots import Robots

log = structlog.get_logger()
# in one list: more than any employer has, and as much as the memory of a small machine
MOST_JOBS = 100_000
SILENT_LIMIT = 3  # probes in a row without an answer, after which the host is left alone
_LIST = frozenset({200, 304})
_LIST_ANEW = frozenset({200})
_POSTING = frozenset({200, 404, 410})


class Listing(NamedTuple):
    """A list as the ats sent it."""

    jobs: Sequence[msgspec.Raw]
    total: int | None  # how many there are, where the answer says so


class JobHeader(NamedTuple):
    """What of a raw job is needed to sight it."""

    key: str
    company: str | None


class BoardSpider(Spider):
    """Looks at boards; results go to `deliver`, or their postings out as items when `scrapy crawl` runs it."""

    api_url: str

    def __init__(
        self,
        boards: str = "",
        api_url: str | None = None,
        *,
        requests: Sequence[BoardRequest] = (),
        deliver: Callable[[Result], Awaitable[None]] | None = None,
        max_probes: int = 0,
        holds: Holds | None = None,
    ) -> None:
        """`boards` are tokens, separated by commas."""
        super().__init__()
        self.base = (api_url or self.api_url).rstrip("/")
        self.requests = [
            *requests,
            *(
                BoardRequest(f"{self.name}:{token.strip()}")
                for token in boards.split(",")
                if token.strip()
            ),
        ]
        self.deliver = deliver
        self.max_probes = max_probes
        self.holds = holds or Holds()
        self.random = Random()  # spreads retries  # noqa: S311
        self.started = asyncio.Event()  # from here on Scrapy can stop it

    def list_url(self, token: str) -> str:
        """Return the address of the whole list. `token` is percent-encoded already."""
        raise NotImplementedError

    def posting_url(self, token: str, key: str) -> str | None:
        """Return the address that a probe of one posting asks; None when the ats has no such call."""
        raise NotImplementedError

    def slice(self, body: bytes) -> Listing:
        """The jobs of a list. Raises Unusable."""
        raise NotImplementedError

    def job_header(self, job: bytes | msgspec.Raw) -> JobHeader:
        """A raw job's key and company. Raises ValueError, which decoding errors are, or RecursionError when it has no readable key."""
        raise NotImplementedError

    @staticmethod
    def read(raw: bytes) -> Posting:
        """A raw job as a posting. Raises Unreadable."""
        raise NotImplementedError

    @staticmethod
    def keep(raw: bytes) -> bytes:
        """A raw job without people's names and addresses in internal fields."""
        raise NotImplementedError

    async def start(self) -> AsyncIterator[dict[str, object]]:
        self.fetcher = Fetcher(
            self.crawler.engine.download_async,
            self.settings.getfloat("DOWNLOAD_TIMEOUT"),
            Gate(self.holds),
        )
        self.robots = Robots(self.fetcher)
        self.turn = asyncio.Semaphore(self.settings.getint("CONCURRENT_REQUESTS"))
        self.started.set()
        if not self.requests:
            log.error("no boards given", usage=f"scrapy crawl {self.name} -a boards=TOKEN,TOKEN")
        looks = [asyncio.create_task(self._check(request)) for request in self.requests]
        try:
            for look in asyncio.as_completed(looks):
                for item in await look:
                    yield item
        finally:
            for task in looks:
                task.cancel()
            await asyncio.gather(*looks, return_exceptions=True)

    async def _check(self, request: BoardRequest) -> list[dict[str, object]]:
        """One board's result handed over, which leaves no items; or its postings, for a feed."""
        began, patience, notes = time.monotonic(), Patience(self.random), Notes.load(request.notes)
        while True:
            async with self.turn:
                result, wait = await self._attempt(request, notes, patience)
                if wait is None:
                    return await self._hand_over(
                        replace(result, seconds=time.monotonic() - began, notes=notes.dump())
                    )
            await asyncio.sleep(wait)

    async def _attempt(
        self, request: BoardRequest, notes: Notes, patience: Patience
    ) -> tuple[Result, float | None]:
        """A result, and the seconds to wait if asking again may give a better one. The job around one board: its trouble stays with it."""
        try:
            return await self.walk(request, notes), None
        except BadResponse as trouble:
            wait = patience.wait_after(trouble)
            return _failure(request.board, trouble, was_asked=patience.tries > 0), wait
        except Exception as error:
            log.exception("board not read", board=request.board)
            return Failure(
                request.board, f"rolewatch could not read it: {type(error).__name__}"
            ), None

    async def _hand_over(self, result: Result) -> list[dict[str, object]]:
        if self.deliver is None:
            return items(result)
        await self.deliver(result)
        return []

    # for sources that keep something
    async def walk(self, request: BoardRequest, notes: Notes) -> Result:  # noqa: ARG002
        """One check of a board whose list is one answer. Raises Unusable when the board cannot be read to its end."""
        token = token_in_address(request.board)
        validators = {"If-None-Match": request.etag, "If-Modified-Since": request.last_modified}
        headers = {name: value for name, value in validators.items() if value}
        answer = await self.fetcher.get(
            self.list_url(token), headers, _LIST if headers else _LIST_ANEW
        )
        if answer.status == 304:  # Not Modified  # noqa: PLR2004
            probes = await self.probe(
                token,
                [key for key in request.known() if key in request.missing]
                if request.missing
                else [],
            )
            return Unchanged(request.board, probes, bytes=answer.bytes_received)
        snapshot = self.snapshot(request.board, answer)
        del answer  # probing takes long, and the body may be large
        listed = {sighting.key for sighting in snapshot.sightings}
        return replace(
            snapshot,
            probes=await self.probe(token, [key for key in request.known() if key not in listed]),
        )

    def snapshot(self, board: str, answer: Answer) -> Snapshot:
        """The postings of a list that is one answer. Raises Unusable."""
        try:
            return self._sliced(board, answer)
        except BadResponse as trouble:
            trouble.status, trouble.size = answer.status, answer.bytes_received
            raise

    def _sliced(self, board: str, answer: Answer) -> Snapshot:
        listing = self.slice(answer.body)
        if len(listing.jobs) > MOST_JOBS:
            raise BadResponse(
                f"it lists {len(listing.jobs)} jobs, and more than {MOST_JOBS} are not believed"
            )
        sightings: dict[str, Sighting] = {}
        unkeyed, company = 0, None
        for job in listing.jobs:
            try:
                head = self.job_header(job)
            except (ValueError, RecursionError):
                unkeyed += 1
                continue
            # a slice would keep the whole body in memory
            sightings.setdefault(head.key, self.sighting(head.key, bytes(job)))
            company = company or head.company
        if listing.total not in {None, len(listing.jobs), len(sightings) + unkeyed}:
            raise BadResponse(
                f"it lists {len(listing.jobs)} jobs and says that there are {listing.total}"
            )
        found = tuple(sightings.values())
        return Snapshot(
            board,
            found,
            unkeyed,
            company=company_name(company),
            etag=answer.etag,
            last_modified=answer.last_modified,
            bytes=answer.bytes_received,
        )

    def sighting(self, key: str, raw: bytes) -> Sighting:
        """A posting seen in an answer."""
        return Sighting(key, xxh3_128_hexdigest(raw), raw, self.read, self.keep)

    async def probe(self, token: str, keys: Sequence[str]) -> dict[str, Probe]:
        """Ask the ats for each of these postings. Return the answers by key; empty when it has no such call."""
        probes: dict[str, Probe] = {}
        silent = 0
        for key in keys[: self.max_probes]:
            url = self.posting_url(token, quote(key, safe=""))
            if url is None:
                break
            probes[key] = await self._probe_one(url, key)
            silent = silent + 1 if probes[key] is Probe.SILENT else 0
            if silent == SILENT_LIMIT:
                break
        return probes

    async def _probe_one(self, url: str, key: str) -> Probe:
        try:
            answer = await self.fetcher.get(url, {}, _POSTING)
            if answer.status != 200:  # OK  # noqa: PLR2004
                return Probe.GONE
            return Probe.THERE if self.job_header(answer.body).key == key else Probe.SILENT
        except (BadResponse, ValueError, RecursionError):
            return Probe.SILENT


def _failure(board: str, trouble: BadResponse, *, was_asked: bool) -> Failure:
    """The failure of a board. `was_asked`: some try of this check was answered, so it is no board that only waits."""
    return Failure(
        board,
        trouble.reason,
        trouble.status,
        unknown=trouble.unknown,
        retry_after=trouble.retry_after,
        bytes=trouble.size,
        held=trouble.held and not was_asked,
    )


def token_in_address(board: str) -> str:
    """The token of a board as it stands in an address: a space as %20, whichever way the board writes it."""
    return quote(unquote(board.partition(":")[2]), safe="")
