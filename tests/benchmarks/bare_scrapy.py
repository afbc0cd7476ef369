"""Bare Scrapy for `make bench`: its engine and downloader alone, nothing decoded, nothing stored.

The settings are as lean as ours: no statistics, no retries, no cookies. Validators are in memory.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerRunner

from crawler import settings as ours
from tests.benchmarks.contender import CONCURRENCY, answer

SETTINGS: dict[str, Any] = {
    name: getattr(ours, name)
    for name in dir(ours)
    if name.isupper() and name not in {"BOT_NAME", "SPIDER_MODULES", "DOWNLOAD_HANDLERS"}
}
_HANDLER = "scrapy.core.downloader.handlers._aiohttp.AiohttpDownloadHandler"
SETTINGS |= {
    "DOWNLOAD_HANDLERS": dict.fromkeys(("data", "file", "ftp", "s3", "https")) | {"http": _HANDLER},
    "DOWNLOADER_MIDDLEWARES_BASE": {},
    "EXTENSIONS_BASE": {},
    "DOWNLOAD_DELAY": 0,
    "CONCURRENT_REQUESTS": CONCURRENCY,
    "CONCURRENT_REQUESTS_PER_DOMAIN": CONCURRENCY,
}
logging.getLogger("scrapy").setLevel(logging.ERROR)


class BareSpider(Spider):
    name = "bare"

    def __init__(self, urls: Iterator[str], etags: dict[str, bytes], received: list[int]) -> None:
        super().__init__()
        self.urls, self.etags, self.received = urls, etags, received

    async def start(self) -> AsyncIterator[Any]:
        """Download every address."""
        await asyncio.gather(*(self._work() for _ in range(CONCURRENCY)))
        nothing: tuple[Any, ...] = ()  # a start is a generator
        for item in nothing:
            yield item

    async def _work(self) -> None:
        engine = self.crawler.engine
        assert engine is not None
        for url in self.urls:
            headers = {"If-None-Match": self.etags[url]} if url in self.etags else {}
            headers |= {"Accept-Encoding": b"gzip"}
            request = Request(url, headers=headers, dont_filter=True)
            response = await engine.download_async(request)
            self.received.append(len(response.body))
            self.etags[url] = response.headers["ETag"] or b""


def main() -> None:
    urls = [
        f"{sys.argv[1]}/v1/boards/farm{number}/jobs?content=true"
        for number in range(int(sys.argv[2]))
    ]
    etags: dict[str, bytes] = {}

    async def crawl() -> int:
        received: list[int] = []
        runner = AsyncCrawlerRunner(SETTINGS)
        await runner.crawl(BareSpider, urls=iter(urls), etags=etags, received=received)
        return sum(received)

    asyncio.run(answer(crawl, Path(sys.argv[3])))


if __name__ == "__main__":
    main()
