"""A stream of results out of Scrapy: one for each board that was asked for, whatever happens."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import suppress
from importlib.metadata import version

from scrapy.crawler import AsyncCrawlerRunner, Crawler
from scrapy.settings import Settings

from crawler.board_spider import BoardSpider
from crawler.items import BoardRequest, Failure, Manners, Posting, Result
from crawler.spiders.greenhouse import GreenhouseSpider

READER_VERSION = 1  # raised when a reader reads pay, deadline or workplace differently, so that stored postings are read again
SPIDERS: dict[str, type[BoardSpider]] = {"greenhouse": GreenhouseSpider}
STOP_WITHIN = 4.0  # seconds
_AHEAD = 4  # results that may wait for the caller: each may hold a megabyte

logging.getLogger("scrapy").setLevel(logging.WARNING)  # it reports each crawl's every setting, and ours come by the hundred


def supported() -> frozenset[str]:
    """The ats that can be crawled."""
    return frozenset(SPIDERS)


def reread(ats: str, raw: bytes) -> Posting:
    """The posting of a stored raw job, as today's reader reads it. Raises Unreadable."""
    return SPIDERS[ats].read(raw)


async def crawl(ats: str, requests: Sequence[BoardRequest], manners: Manners) -> AsyncGenerator[Result, None]:
    """One result for each request as they come, from one crawl with the ats's manners; closing the generator ends it within seconds."""
    results: asyncio.Queue[Result | None] = asyncio.Queue(_AHEAD)
    crawler = AsyncCrawlerRunner(_settings(manners)).create_crawler(_ready(SPIDERS[ats], requests, manners, results))
    task = asyncio.create_task(_run(crawler, results))
    unanswered = {request.board for request in requests}
    try:
        while (result := await results.get()) is not None:
            unanswered.discard(result.board)
            yield result
        for board in sorted(unanswered):
            yield Failure(board, "the crawl ended before it was read")
    finally:
        await _stop(crawler, task, results)


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


def _ready(
    spider: type[BoardSpider], requests: Sequence[BoardRequest], manners: Manners, results: asyncio.Queue[Result | None]
) -> type[BoardSpider]:
    """The spider with its work; a class, since Scrapy makes the instance."""

    class Ready(spider):  # type: ignore[misc, valid-type]  # a base that is known at run time
        def __init__(self) -> None:
            super().__init__()
            self.requests = requests
            self.manners = manners
            self.deliver = results.put

    return Ready


async def _run(crawler: Crawler, results: asyncio.Queue[Result | None]) -> None:
    try:
        await crawler.crawl_async()
    finally:
        await results.put(None)


async def _stop(crawler: Crawler, task: asyncio.Task[None], results: asyncio.Queue[Result | None]) -> None:
    if isinstance(crawler.spider, BoardSpider):
        crawler.spider.stop()
    while not results.empty():  # what waits for a place in the queue goes on
        results.get_nowait()
    with suppress(asyncio.CancelledError):
        if not task.done():
            await asyncio.wait_for(crawler.stop_async(), STOP_WITHIN)
        await asyncio.wait_for(task, STOP_WITHIN)
