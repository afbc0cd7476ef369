"""A stream of results out of Scrapy: one for each board that was asked for, whatever happens."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from importlib.metadata import version

import structlog
from scrapy.crawler import AsyncCrawlerRunner, Crawler
from scrapy.settings import Settings

from crawler.ats import spider
from crawler.board_spider import BoardSpider
from crawler.items import BoardRequest, Failure, Manners, Result

STOP_WITHIN = 4.0  # seconds

log = structlog.get_logger()

logging.getLogger("scrapy").setLevel(logging.WARNING)  # it reports each crawl's every setting, and ours come by the hundred
logging.getLogger("scrapy.core.downloader.handlers").setLevel(logging.ERROR)  # what it warns of is a Failure with its reason


async def crawl(ats: str, requests: Sequence[BoardRequest], manners: Manners) -> AsyncGenerator[Result, None]:
    """One result for each request as they come, from one crawl with the ats's manners; closing the generator ends it within seconds."""
    unanswered = Counter(request.board for request in requests)
    stream = _Stream()
    runner = AsyncCrawlerRunner(_settings(manners))
    crawler = runner.create_crawler(spider(ats))
    crawling = runner.crawl(crawler, requests=requests, api_url=manners.api_url, max_probes=manners.max_probes, deliver=stream.put)
    crawling.add_done_callback(lambda _: stream.end())
    try:
        while result := await stream.get():
            unanswered[result.board] -= 1
            yield result
    finally:
        await _stop(crawler, crawling)
    for board in unanswered.elements():
        yield Failure(board, "the crawl ended before it was read")


class _Stream:
    """Results on their way to the caller: room for one, since each may hold a megabyte; its end finds room always."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[Result | None] = asyncio.Queue()
        self._room = asyncio.Semaphore(1)

    async def put(self, result: Result) -> None:
        await self._room.acquire()
        self._queue.put_nowait(result)

    async def get(self) -> Result | None:
        result = await self._queue.get()
        self._room.release()
        return result

    def end(self) -> None:
        self._queue.put_nowait(None)


def user_agent(contact: str | None) -> str:
    """Who asks, honestly: the program and, where one is configured, the person to write to."""
    return f"rolewatch/{version('rolewatch')}" + (f" (+{contact})" if contact else "")


def _settings(manners: Manners) -> Settings:
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    own = {
        "USER_AGENT": user_agent(manners.contact),
        "DOWNLOAD_DELAY": manners.delay,
        "DOWNLOAD_TIMEOUT": manners.timeout,
        "CONCURRENT_REQUESTS": manners.concurrency,
        "CONCURRENT_REQUESTS_PER_DOMAIN": manners.concurrency,
    }
    settings.setdict(own, priority="cmdline")
    return settings


async def _stop(crawler: Crawler, crawling: asyncio.Task[None]) -> None:
    """Ends a crawl with its downloads, however far it has come; of one that broke, says why."""
    try:
        async with asyncio.timeout(STOP_WITHIN):
            await _end(crawler, crawling)
    except TimeoutError:
        log.warning("crawl did not stop", seconds=STOP_WITHIN)
    crawling.cancel()
    [ended] = await asyncio.gather(crawling, return_exceptions=True)
    if isinstance(ended, Exception):
        log.error("crawl broke", exc_info=ended)


async def _end(crawler: Crawler, crawling: asyncio.Task[None]) -> None:
    if isinstance(crawler.spider, BoardSpider):  # else it has not begun
        starting = asyncio.create_task(crawler.spider.started.wait())
        await asyncio.wait({starting, crawling}, return_when=asyncio.FIRST_COMPLETED)
        starting.cancel()
        await crawler.stop_async()
        await asyncio.wait({crawling})
