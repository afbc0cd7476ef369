"""The walk that every ats shares: a board's list read to its end, then the postings that it no longer shows asked for.

    list → 304                                → Unchanged
         → a whole list, sliced into its jobs → Snapshot
         → anything else                      → Failure
    probe each known posting that the list does not show, in the same crawl and so within the same manners

Each board is one coroutine, so that it ends in one result whatever happens to it, and nothing is decided where Scrapy swallows
exceptions (callbacks, pipelines, signal handlers). A subclass knows one ats: where it lists, how an answer is sliced, how a job is read.

The probes are here, and not in a call of their own as the house's plan had it: a crawl's politeness is not shared with another's.
https://docs.scrapy.org/en/latest/topics/coroutines.html#inline-requests
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple, Self

import msgspec
import structlog
from scrapy import Spider
from scrapy.crawler import Crawler
from xxhash import xxh3_128_hexdigest

from crawler.answer import Unusable
from crawler.feed import items
from crawler.fetch import Answer, Fetcher
from crawler.items import BoardRequest, Failure, Manners, Posting, Probe, Result, Sighting, Snapshot, Unchanged

log = structlog.get_logger()
SILENT_LIMIT = 3  # probes in a row without an answer, after which the host is left alone
_LIST = frozenset({200, 304})
_LIST_ANEW = frozenset({200})
_POSTING = frozenset({200, 404, 410})


class Listing(NamedTuple):
    """A list as the ats sent it."""

    jobs: Sequence[msgspec.Raw]
    total: int | None  # how many there are, where the answer says so


class Head(NamedTuple):
    """What of a raw job is needed to sight it."""

    key: str
    company: str | None


class BoardSpider(Spider):
    """Looks at boards; results go to `deliver`, or their postings out as items when `scrapy crawl` runs it."""

    api_url: str
    requests: Sequence[BoardRequest]
    manners: Manners
    deliver: Callable[[Result], Awaitable[None]] | None = None
    stopped = False

    def __init__(self, boards: str = "", api_url: str = "", **arguments: Any) -> None:  # noqa: ANN401  # Scrapy's own
        """`boards` are tokens, separated by commas."""
        super().__init__(**arguments)
        self.requests = [BoardRequest(f"{self.name}:{token.strip()}") for token in boards.split(",") if token.strip()]
        self.manners = Manners(api_url=api_url or None)
        self.looks: list[asyncio.Task[Result]] = []

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:  # noqa: ANN401  # Scrapy's own
        spider = super().from_crawler(crawler, *args, **kwargs)
        timeout, concurrency = crawler.settings.getfloat("DOWNLOAD_TIMEOUT"), crawler.settings.getint("CONCURRENT_REQUESTS")
        spider.manners = replace(spider.manners, timeout=timeout, concurrency=concurrency)
        return spider

    def list_url(self, token: str) -> str:
        """Where the whole board is."""
        raise NotImplementedError

    def posting_url(self, token: str, key: str) -> str:
        """Where one posting is, for a probe."""
        raise NotImplementedError

    def slice(self, body: bytes) -> Listing:
        """The jobs of a list. Raises Unusable."""
        raise NotImplementedError

    def head(self, job: bytes | msgspec.Raw) -> Head:
        """A raw job's key and company. Raises msgspec.DecodeError or RecursionError when it has no readable key."""
        raise NotImplementedError

    @staticmethod
    def read(raw: bytes) -> Posting:
        """A raw job as a posting. Raises Unreadable."""
        raise NotImplementedError

    @staticmethod
    def keep(raw: bytes) -> bytes:
        """A raw job without people's names and addresses in internal fields."""
        raise NotImplementedError

    @property
    def base(self) -> str:
        """Where the API is."""
        return (self.manners.api_url or self.api_url).rstrip("/")

    async def start(self) -> AsyncIterator[Any]:
        assert self.crawler.engine is not None  # noqa: S101  # Scrapy starts a spider with its engine
        self.fetcher = Fetcher(self.crawler.engine.download_async, asyncio.Semaphore(self.manners.concurrency), self.manners.timeout)
        self.looks = [asyncio.create_task(self._look(request)) for request in self.requests]
        for look in asyncio.as_completed(self.looks):
            try:
                found = await look_items(look, self.deliver)
            except asyncio.CancelledError:
                if self.stopped:
                    return
                raise
            for item in found:
                yield item

    def stop(self) -> None:
        """Ends the crawl without waiting for answers."""
        self.stopped = True
        for look in self.looks:
            look.cancel()

    async def _look(self, request: BoardRequest) -> Result:
        """One board's result; this is the job around one board, so whatever goes wrong with it stays with it."""
        began = time.monotonic()
        result: Result
        try:
            result = await self._walk(request)
        except Unusable as trouble:
            result = Failure(request.board, trouble.reason, trouble.status, trouble.retry_after, trouble.size)
        except Exception as error:
            log.exception("board not read", board=request.board)
            result = Failure(request.board, f"rolewatch could not read it: {type(error).__name__}")
        return replace(result, seconds=time.monotonic() - began)

    async def _walk(self, request: BoardRequest) -> Result:
        token = request.board.partition(":")[2]
        validators = {"If-None-Match": request.etag, "If-Modified-Since": request.last_modified}
        headers = {name: value for name, value in validators.items() if value}
        answer = await self.fetcher.get(self.list_url(token), headers, _LIST if headers else _LIST_ANEW)
        if answer.status == 304:  # noqa: PLR2004  # Not Modified
            probes = await self._probe(token, [key for key in request.known if key in request.missing])
            return Unchanged(request.board, probes, bytes=answer.wire)
        snapshot = self._snapshot(request.board, answer)
        listed = {sighting.key for sighting in snapshot.sightings}
        return replace(snapshot, probes=await self._probe(token, [key for key in request.known if key not in listed]))

    def _snapshot(self, board: str, answer: Answer) -> Snapshot:
        listing = self.slice(answer.body)
        if listing.total is not None and listing.total != len(listing.jobs):
            raise Unusable(f"it lists {len(listing.jobs)} jobs and says that there are {listing.total}", status=200)
        sightings: dict[str, Sighting] = {}
        unkeyed, company = 0, None
        for job in listing.jobs:
            try:
                head = self.head(job)
            except (msgspec.DecodeError, RecursionError):
                unkeyed += 1
                continue
            raw = bytes(job)
            sightings.setdefault(head.key, Sighting(head.key, xxh3_128_hexdigest(raw), raw, self.read, self.keep))
            company = company or head.company
        found = tuple(sightings.values())
        return Snapshot(board, found, unkeyed, company, etag=answer.etag, last_modified=answer.last_modified, bytes=answer.wire)

    async def _probe(self, token: str, keys: Sequence[str]) -> dict[str, Probe]:
        probes: dict[str, Probe] = {}
        silent = 0
        for key in keys[: self.manners.max_probes]:
            probes[key] = await self._ask(token, key)
            silent = silent + 1 if probes[key] is Probe.SILENT else 0
            if silent == SILENT_LIMIT:
                break
        return probes

    async def _ask(self, token: str, key: str) -> Probe:
        try:
            answer = await self.fetcher.get(self.posting_url(token, key), {}, _POSTING)
            if answer.status != 200:  # noqa: PLR2004  # OK
                return Probe.GONE
            return Probe.THERE if self.head(answer.body).key == key else Probe.SILENT
        except (Unusable, msgspec.DecodeError, RecursionError):
            return Probe.SILENT


async def look_items(look: Awaitable[Result], deliver: Callable[[Result], Awaitable[None]] | None) -> list[dict[str, object]]:
    """A result handed over, which leaves no items; or its postings, for a feed."""
    result = await look
    if deliver is None:
        return items(result)
    await deliver(result)
    return []
