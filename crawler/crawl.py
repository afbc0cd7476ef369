"""Run spiders inside the caller's loop and stream their results: one for each requested board."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, deque
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, suppress
from importlib.metadata import version
from typing import TYPE_CHECKING
from urllib.request import getproxies

import structlog
from scrapy.crawler import AsyncCrawlerRunner, Crawler
from scrapy.settings import Settings
from scrapy.utils.misc import load_object

from crawler.holds import Holds, host_of
from crawler.items import BoardRequest, Failure, Politeness, Result, Snapshot
from crawler.lean import ConnectedSignals
from crawler.links.forms import tenant_host
from crawler.registry import spider
from crawler.spiders.base import BoardSpider
from crawler.turns import Turns

if TYPE_CHECKING:
    from crawler.download_handler import DownloadHandler

STOP_WITHIN = 4.0  # seconds
# bytes on the wire, ten times as many unpacked; a batch ends at this size
_BATCH_BYTES = 500_000
_GATHER = 0.05  # seconds for which results wait for others
_MOST_GATHERED = 100
# settings that name what a crawl imports
_COMPONENTS = ("DUPEFILTER_CLASS", "SCHEDULER_PRIORITY_QUEUE", "SCHEDULER_MEMORY_QUEUE")

log = structlog.get_logger()

# Scrapy logs every setting of each crawl, and we run hundreds of crawls
logging.getLogger("scrapy").setLevel(logging.WARNING)
# a warning of the download handler is a Failure with its reason
logging.getLogger("scrapy.core.downloader.handlers").setLevel(logging.ERROR)


async def crawl(
    ats: str, requests: Sequence[BoardRequest], politeness: Politeness, holds: Holds | None = None
) -> AsyncGenerator[Result, None]:
    """Yield one result for each request, as they come.

    All requests share one crawl with these delays and limits. Closing the generator ends it within
    seconds.
    """
    async with aclosing(crawl_batches(ats, requests, politeness, holds)) as batches:
        async for batch in batches:
            for result in batch:
                yield result


async def crawl_batches(
    ats: str,
    requests: Sequence[BoardRequest],
    politeness: Politeness,
    holds: Holds | None = None,
    turns: Turns | None = None,
) -> AsyncGenerator[Sequence[Result], None]:
    """Yield results in batches: those that came within a moment, or while the caller was busy.

    The last batch has a failure for each board that never came. With `turns` the crawl is one slot
    of a host that other processes ask too.
    """
    unanswered = Counter(request.board for request in requests)
    stream = _ResultStream(len(requests), politeness.concurrency)
    settings = _settings(politeness)
    runner = AsyncCrawlerRunner(settings)
    crawler = runner.create_crawler(await asyncio.to_thread(_load, ats, settings))
    crawler.signals = ConnectedSignals(crawler)
    options = {
        "api_url": politeness.api_url,
        "max_probes": politeness.max_probes,
        "holds": holds,
        "turns": turns,
    }
    crawling = runner.crawl(crawler, requests=requests, deliver=stream.put, **options)
    crawling.add_done_callback(lambda _: stream.end())
    try:
        while batch := await stream.get():
            unanswered.subtract(result.board for result in batch)
            yield batch
    finally:
        await _stop(crawler, crawling)
    if lost := [
        Failure(board, "the crawl ended before it was read") for board in unanswered.elements()
    ]:
        yield lost


class _ResultStream:
    """Pass results to the caller.

    They gather for a moment, since many are stored at less cost than each alone. A spider waits
    until its snapshot is taken, since it may hold megabytes, and keeps its slot meanwhile. So
    nobody waits for others once all slots do, or once no other result can come.
    """

    def __init__(self, left: int, slots: int) -> None:
        self._left, self._slots = left, slots  # results to come; spiders at once
        self._snapshots = self._bytes = 0  # of those that wait
        self._waiting: deque[tuple[Result, asyncio.Event]] = deque()
        self._news = asyncio.Event()
        self._enough = asyncio.Event()  # for a batch: no need to wait for more
        self._ended = False

    async def put(self, result: Result) -> None:
        taken = asyncio.Event()
        self._waiting.append((result, taken))
        self._left -= 1
        self._bytes += result.bytes
        self._snapshots += isinstance(result, Snapshot)
        self._news.set()
        if (
            self._left <= 0
            or self._snapshots >= self._slots
            or self._bytes >= _BATCH_BYTES
            or len(self._waiting) >= _MOST_GATHERED
        ):
            self._enough.set()
        if isinstance(result, Snapshot):
            await taken.wait()

    async def get(self) -> list[Result]:
        """Return the results that wait, up to a size. Empty when no more will come."""
        await self._news.wait()
        with suppress(TimeoutError):
            async with asyncio.timeout(_GATHER):
                await self._enough.wait()
        batch: list[Result] = []
        size = 0
        while self._waiting and size < _BATCH_BYTES:
            result, taken = self._waiting.popleft()
            taken.set()
            batch.append(result)
            size += result.bytes
            self._snapshots -= isinstance(result, Snapshot)
        self._bytes -= size
        if not self._waiting and not self._ended:
            self._news.clear()
            self._enough.clear()
        return batch

    def end(self) -> None:
        self._ended = True
        self._news.set()
        self._enough.set()


def host(board: str, api_url: str | None) -> str:
    """Return the host that a board's requests go to, with its port: the unit of politeness."""
    ats, _, token = board.partition(":")
    own = f"https://{tenant_host(ats, token)}" if tenant_host(ats, token) else spider(ats).api_url
    return host_of(api_url or own).lower()


def user_agent(contact: str | None) -> str:
    """Return the User-Agent: the program and, if configured, the person to write to."""
    return f"rolewatch/{version('rolewatch')}" + (f" (+{contact})" if contact else "")


def _settings(politeness: Politeness) -> Settings:
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    own = {
        "USER_AGENT": user_agent(politeness.contact),
        "DOWNLOAD_DELAY": politeness.delay,
        "DOWNLOAD_TIMEOUT": politeness.timeout,
        "CONCURRENT_REQUESTS": politeness.concurrency,
        "CONCURRENT_REQUESTS_PER_DOMAIN": politeness.concurrency,
        # by name, the runner would import every spider: 0.3 s and 20 MB with what JSON-LD needs
        "SPIDER_MODULES": [],
        "EXTENSIONS_BASE": {},  # of `scrapy crawl`, which writes files
        "HTTPPROXY_ENABLED": bool(getproxies()),
    }
    settings.setdict(own, priority="cmdline")
    return settings


def _load(ats: str, settings: Settings) -> type[BoardSpider]:
    """Return the spider of an ATS. Load all that its crawl needs.

    Scrapy would import it in the event loop, which then stood still for 130 ms.
    """
    for component in _COMPONENTS:
        load_object(settings[component])
    handler: type[DownloadHandler] = load_object(settings["DOWNLOAD_HANDLERS"]["https"])
    handler.prepare(settings)
    return spider(ats)


async def _stop(crawler: Crawler, crawling: asyncio.Task[None]) -> None:
    """End a crawl and its downloads, however far it has come. Log why a crawl failed."""
    try:
        async with asyncio.timeout(STOP_WITHIN):
            await _end(crawler, crawling)
    except TimeoutError:
        log.warning("crawl_not_stopped", seconds=STOP_WITHIN)
    crawling.cancel()
    [ended] = await asyncio.gather(crawling, return_exceptions=True)
    if isinstance(ended, Exception):
        log.error("crawl_failed", exc_info=ended)


async def _end(crawler: Crawler, crawling: asyncio.Task[None]) -> None:
    if isinstance(crawler.spider, BoardSpider):  # else it has not begun
        starting = asyncio.create_task(crawler.spider.started.wait())
        await asyncio.wait({starting, crawling}, return_when=asyncio.FIRST_COMPLETED)
        starting.cancel()
        await crawler.stop_async()
        await asyncio.wait({crawling})
