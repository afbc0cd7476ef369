"""Run spiders inside the caller's loop, and yield one result for each requested board."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from importlib.metadata import version
from typing import TYPE_CHECKING
from urllib.request import getproxies

import structlog
from scrapy.crawler import AsyncCrawlerRunner, Crawler
from scrapy.settings import Settings
from scrapy.utils.misc import load_object

from crawler.holds import Holds, host_of
from crawler.items import BoardRequest, Failure, Politeness, Result
from crawler.links.forms import tenant_host
from crawler.readers import spider
from crawler.result_stream import ResultStream
from crawler.scrapy_overhead import ConnectedSignals
from crawler.spiders.base import BoardSpider
from crawler.turns import Turns

if TYPE_CHECKING:
    from crawler.download_handler import DownloadHandler

STOP_WITHIN = 4.0  # seconds
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
    stream = ResultStream(len(requests), politeness.concurrency)
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
    lost = [Failure(board, "the crawl ended before it was read") for board in unanswered.elements()]
    if lost:
        yield lost


def board_host(board: str, api_url: str | None) -> str:
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
