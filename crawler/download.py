"""Scrapy's aiohttp download handler, ended with its crawl, and with a gate for each request.

Scrapy starts a download as a task of its own and lets it run on when the crawl is stopped; a host that hangs would then
outlive its crawl by a whole timeout. The gate is here since this is the last step before the wire: what waits in Scrapy's
queue would still go out after its host has asked to wait. An answer's head is noted before its body is read, and so before
the queue lets the next request go.
"""

from __future__ import annotations

import asyncio
from typing import ClassVar

from scrapy import Request
from scrapy.core.downloader.handlers._aiohttp import AiohttpDownloadHandler, _ClientResponse
from scrapy.crawler import Crawler
from scrapy.http import Headers, Response

from crawler.gate import META, Gate


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
            async with self._gate(request).passing(request.url):
                return await super().download_request(request)
        finally:
            self._running.discard(task)

    async def _read_response(self, response: _ClientResponse, request: Request) -> Response:
        self._gate(request).answered(request.url, response.status, response.headers.get("Retry-After"))
        return await super()._read_response(response, request)

    @staticmethod
    def _gate(request: Request) -> Gate:
        gate: Gate = request.meta[META]  # every request is the fetcher's
        return gate

    @staticmethod
    def _extract_headers(response: _ClientResponse) -> Headers:
        """The headers as they were sent: Scrapy encodes aiohttp's text, which fails at any byte that is no ASCII."""
        return Headers(list(response.raw_headers))

    async def close(self) -> None:
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        await super().close()
