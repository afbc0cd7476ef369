"""Scrapy's aiohttp handler, which asks the gate and ends with its crawl.

Scrapy leaves a download running when the crawl is stopped, so a host that hangs would outlive its
crawl by a whole timeout. The gate is asked again whether the host may be requested, at the last
step before the wire: a request that waits in Scrapy's queue must not go out after its host has
asked to wait. The head of an answer is noted before its body is read, and so before the queue
releases the next request.
"""

from __future__ import annotations

import asyncio
import ssl
import time
from contextlib import AbstractAsyncContextManager, nullcontext
from http import HTTPStatus
from typing import ClassVar

from aiohttp import TraceConfig
from scrapy import Request
from scrapy.core.downloader.handlers import _aiohttp
from scrapy.core.downloader.handlers._aiohttp import AiohttpDownloadHandler, _ClientResponse
from scrapy.crawler import Crawler
from scrapy.http import Headers, Response
from scrapy.settings import BaseSettings
from scrapy.utils.ssl import _make_ssl_context

from crawler.gate import GATE, Gate
from crawler.turns import TURNS, Turns

_tls_contexts: dict[object, ssl.SSLContext] = {}  # one at most


def _tls_context(settings: BaseSettings) -> ssl.SSLContext:
    """Return the TLS context of all crawls within an hour.

    Scrapy makes one for each crawl, and loading the system's certificates takes 57 ms.
    """
    key = time.monotonic() // 3600, ssl.get_default_verify_paths()
    context = _tls_contexts.get(key)
    if context is None:  # two threads may both make one
        context = _make_ssl_context(settings)
        _tls_contexts.clear()
        _tls_contexts[key] = context
    return context


def _turn(request: Request) -> AbstractAsyncContextManager[None]:
    turns: Turns | None = request.meta[TURNS]
    return nullcontext() if turns is None else turns.one()


# in place of Scrapy's own, which its handler calls for each crawl
setattr(_aiohttp, "_make_ssl_context", _tls_context)  # noqa: B010  # its stub has no such name


class DownloadHandler(AiohttpDownloadHandler):
    lazy = True  # a crawl of http alone makes no TLS context of its own
    experimental: ClassVar[bool] = False  # settings.py says it, not the log of every crawl

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._crawler = crawler
        self._running: dict[asyncio.Task[object], Request] = {}
        if crawler.settings.getfloat("DOWNLOAD_DELAY"):
            sent = TraceConfig()
            sent.on_request_headers_sent.append(self._sent)
            sent.freeze()
            self._session.trace_configs.append(sent)

    @staticmethod
    def prepare(settings: BaseSettings) -> None:
        """Make the TLS context. A thread may do it, so that the event loop does not wait."""
        _tls_context(settings)

    async def _sent(self, *_: object) -> None:
        """Count the delay to the host's next request from now.

        Scrapy counts it from when its queue releases a request. The first one then has the longest
        way to the wire, so that the second one would follow too soon.
        """
        task = asyncio.current_task()
        request = self._running.get(task) if task else None
        engine = self._crawler.engine
        if request is None or engine is None:
            return
        downloader = engine.downloader
        slot = downloader.slots.get(request.meta.get(downloader.DOWNLOAD_SLOT, ""))
        if slot is not None:
            slot.lastseen = time.monotonic()

    async def download_request(self, request: Request) -> Response:
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a download runs in a task of the crawl")
        self._running[task] = request
        try:
            async with _turn(request), self._gate(request).on_the_wire(request.url):
                return await super().download_request(request)
        finally:
            self._running.pop(task, None)

    async def _read_response(self, response: _ClientResponse, request: Request) -> Response:
        self._gate(request).answered(
            request.url, response.status, response.headers.get("Retry-After")
        )
        if response.status == HTTPStatus.NOT_MODIFIED:  # has no body
            return Response(request.url, response.status, self._extract_headers(response))
        return await super()._read_response(response, request)

    @classmethod
    def _request_headers(cls, request: Request) -> Headers:
        """Return the headers to send. Scrapy copies them, a twentieth of a request's CPU time."""
        if "Proxy-Authorization" in request.headers:
            return super()._request_headers(request)
        return request.headers

    @staticmethod
    def _gate(request: Request) -> Gate:
        gate: Gate = request.meta[GATE]  # every request is the fetcher's
        return gate

    @staticmethod
    def _extract_headers(response: _ClientResponse) -> Headers:
        """Return the headers as they were sent.

        Scrapy encodes aiohttp's text, which fails at any byte that is not ASCII.
        """
        return Headers(list(response.raw_headers))

    async def close(self) -> None:
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        await super().close()
