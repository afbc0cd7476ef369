"""A spider as one writes it in an afternoon: a page of code, and the last answer wins.

It reads every board anew, has no history, and takes an error for an empty list. `make race` runs it
beside rolewatch.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import scrapy
from scrapy.crawler import AsyncCrawlerRunner
from scrapy.http import Response

from tests.benchmarks.contender import CONCURRENCY, answer

logging.getLogger("scrapy").setLevel(logging.ERROR)


class JobsSpider(scrapy.Spider):
    name = "jobs"

    def parse(self, response: Response, **_: Any) -> Iterator[dict[str, Any]]:
        """Yield every job of a board."""
        assert self.crawler.stats is not None
        self.crawler.stats.inc_value("race/bytes", len(response.body))
        for job in json.loads(response.body)["jobs"]:
            yield {
                "id": job["id"],
                "title": job["title"],
                "location": job["location"]["name"],
                "url": job["absolute_url"],
                "content": job["content"],
            }


class SqlitePipeline:
    """Store each item, whatever was there."""

    def __init__(self, file: str) -> None:
        self.file = file

    @classmethod
    def from_crawler(cls, crawler: scrapy.crawler.Crawler) -> SqlitePipeline:
        """Return the pipeline of a crawl."""
        return cls(crawler.settings["FILE"])

    def open_spider(self) -> None:
        """Open the file."""
        self.database = sqlite3.connect(self.file)
        self.database.execute(
            "CREATE TABLE IF NOT EXISTS job (id INTEGER PRIMARY KEY, title, location, url, content)"
        )

    def process_item(self, item: dict[str, Any]) -> dict[str, Any]:
        """Replace the row of one job."""
        self.database.execute(
            "INSERT OR REPLACE INTO job VALUES (:id, :title, :location, :url, :content)", item
        )
        return item

    def close_spider(self) -> None:
        """Commit."""
        self.database.commit()
        self.database.close()


def main() -> None:
    urls = [
        f"{sys.argv[1]}/v1/boards/farm{number}/jobs?content=true"
        for number in range(int(sys.argv[2]))
    ]
    settings = {
        "FILE": sys.argv[3],
        "ITEM_PIPELINES": {SqlitePipeline: 1},
        "DOWNLOAD_DELAY": 0,
        "CONCURRENT_REQUESTS_PER_DOMAIN": CONCURRENCY,
        "TWISTED_REACTOR_ENABLED": False,
        "DOWNLOAD_HANDLERS": {
            "http": "scrapy.core.downloader.handlers._aiohttp.AiohttpDownloadHandler",
            **dict.fromkeys(("data", "file", "ftp", "s3", "https")),
        },
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
        "LOG_LEVEL": "ERROR",
    }

    async def crawl() -> int:
        runner = AsyncCrawlerRunner(settings)
        crawler = runner.create_crawler(JobsSpider)
        await runner.crawl(crawler, start_urls=urls)
        assert crawler.stats is not None
        return int(crawler.stats.get_value("race/bytes", 0))

    asyncio.run(answer(crawl, Path(sys.argv[3])))


if __name__ == "__main__":
    main()
