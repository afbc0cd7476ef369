"""The walk that every ats shares: ask for a board's list, slice it, probe what it no longer shows.

    in turn, at most CONCURRENT_REQUESTS boards at once:
        answer = the list, asked again a few times if the trouble is a passing one
        304      → Unchanged
        200      → Snapshot of all its jobs, sliced and not read
        the rest → Failure
        known postings that are not there → probes, one after the other
        the result is handed over, and awaited: a slow reader slows the crawl and does not fill the memory

Each board is one coroutine that asks through `engine.download_async`, so that it ends in one result whatever happens to
it, and nothing is decided where Scrapy swallows exceptions (callbacks, pipelines, signal handlers). That call passes by
Scrapy's queue and with it CONCURRENT_REQUESTS; the turn holds in its place.
https://docs.scrapy.org/en/latest/topics/coroutines.html#inline-requests
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, ClassVar, NamedTuple
from urllib.parse import quote

import msgspec
import structlog
from msgspec import Raw
from scrapy import Request, Spider
from scrapy.http import Response
from xxhash import xxh3_128_hexdigest

from crawler.answer import NETWORK_ERRORS, Unusable, bad_status, network_trouble, next_address, unpack
from crawler.items import BoardRequest, Failure, Posting, Probe, Result, Sighting, Snapshot, Unchanged, Unreadable

_REDIRECTS = {301, 302, 303, 307, 308}
_MOST_REDIRECTS = 5
_GONE = {404, 410}
_SILENT_IN_A_ROW = 3  # a host that gives no useful answer is not asked for every posting

log = structlog.get_logger()


class Listing(NamedTuple):
    """A list as the ats sent it."""

    jobs: Sequence[Raw]
    total: int | None  # how many there are, where the answer says so


class Head(NamedTuple):
    """What of a raw job is needed to sight it."""

    key: str
    company: str | None


class BoardSpider(Spider):
    """An ats is a name, its addresses, a way to slice a list and a way to read one job."""

    api_url: str
    list_path: ClassVar[str]  # with {token}
    probe_path: ClassVar[str]  # with {token} and {key}

    def __init__(
        self,
        *,
        requests: Iterable[BoardRequest] = (),
        boards: str = "",
        api_url: str | None = None,
        max_probes: int = 50,
        deliver: Callable[[Result], Awaitable[None]] | None = None,
    ) -> None:
        """`boards` is for the command line: tokens, separated by commas. Without `deliver` the spider yields postings."""
        super().__init__()
        self.api_url = (api_url or self.api_url).rstrip("/")
        self._requests = [*requests, *(BoardRequest(f"{self.name}:{token.strip()}") for token in boards.split(",") if token.strip())]
        self._max_probes = max_probes
        self._deliver = deliver

    @staticmethod
    def slice(body: bytes) -> Listing:
        """The jobs of a list. Raises Unusable."""
        raise NotImplementedError

    @staticmethod
    def head(job: Raw | bytes) -> Head:
        """A raw job's key and company. Raises msgspec.DecodeError or RecursionError when it has no readable key."""
        raise NotImplementedError

    @staticmethod
    def read(job: bytes) -> Posting:
        """A raw job as a posting. Raises Unreadable."""
        raise NotImplementedError

    @staticmethod
    def keep(job: bytes) -> bytes:
        """A raw job without people's names and addresses in internal fields."""
        raise NotImplementedError

    async def start(self) -> AsyncIterator[dict[str, Any]]:
        self._turn = asyncio.Semaphore(self.settings.getint("CONCURRENT_REQUESTS"))
        looks = [asyncio.create_task(self._look(request)) for request in self._requests]
        try:
            for look in asyncio.as_completed(looks):
                for item in await look:
                    yield item
        finally:
            for task in looks:
                task.cancel()

    async def _look(self, request: BoardRequest) -> list[dict[str, Any]]:
        """One result for this board, handed over; a retry waits without a turn, so that other boards go on."""
        started = time.monotonic()
        for retry in range(self.settings.getint("RETRY_TIMES") + 1):
            async with self._turn:
                result = await self._attempt(request)
                wait = self._wait(result, retry)
                if wait is None:
                    return await self._hand_over(replace(result, seconds=time.monotonic() - started))
            await asyncio.sleep(wait)
        raise AssertionError("the last attempt has no wait")
