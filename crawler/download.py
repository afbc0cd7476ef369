"""Scrapy's aiohttp download handler, ended with its crawl.

Scrapy starts a download as a task of its own and lets it run on when the crawl is stopped; a host that hangs would then
outlive its crawl by a whole timeout.
"""

from __future__ import annotations

import asyncio
from typing import ClassVar

from aiohttp import ClientResponse
from scrapy import Request
from scrapy.core.downloader.handlers._aiohttp import AiohttpDownloadHandler
from scrapy.crawler import Crawler
from scrapy.http import Headers, Response


class DownloadHandler(AiohttpDownloadHandler):
    lazy = True  # a crawl of http alone makes no TLS context of its own
    experimental: ClassVar[bool] = False  # said once in settings.py, not in the log of every crawl

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._running: set[asyncio.Task[object]] = set()

    async def download_request(self, request: Request) -> Response:
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a download runs in a task of the crawl")
        self._running.add(task)
        try:
            return await super().download_request(request)
        finally:
            self._running.discard(task)

    @staticmethod
    def _extract_headers(response: ClientResponse) -> Headers:
        """The headers as they were sent: Scrapy encodes aiohttp's text, which fails at any byte that is no ASCII."""
        return Headers(list(response.raw_headers))

    async def close(self) -> None:
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        await super().close()
