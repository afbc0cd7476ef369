"""One answer of an ats's API, or the line that says why there is none: asked again where that may help, redirected as far as is safe.

Scrapy's own middlewares retry at once and follow any redirect; here these decide what counts as a failure, so the walk does both.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random

from scrapy import Request
from scrapy.http import Response

from crawler.answer import NETWORK_ERRORS, Unusable, bad_status, network_trouble, next_address, unpack

RETRIES = 2  # after the first try
FIRST_WAIT = 0.5  # seconds before the first retry, doubled before the next
PATIENCE = 10.0  # seconds of Retry-After that are waited for at once; a longer one waits for a later round
LARGEST = 64 * 1024 * 1024  # bytes of a body once unpacked
REDIRECTS = 5
_MOVED = {301, 302, 303, 307, 308}


@dataclass(frozen=True, slots=True)
class Answer:
    """What the host said; `body` is unpacked."""

    status: int
    body: bytes = b""
    etag: str | None = None
    last_modified: str | None = None
    wire: int = 0  # bytes


@dataclass(frozen=True, slots=True)
class Fetcher:
    """Asks an API; `download` is Scrapy's, so that its manners towards the host hold for every request."""

    download: Callable[[Request], Awaitable[Response]]
    turn: asyncio.Semaphore  # that call passes by Scrapy's queue and with it CONCURRENT_REQUESTS; this holds in its place
    timeout: float  # seconds, one whole request
    random: Random = field(default_factory=Random)

    async def get(self, url: str, headers: Mapping[str, str], good: frozenset[int]) -> Answer:
        """The answer, if its status is a good one. A retry waits without a turn, so that other boards go on. Raises Unusable."""
        for attempt in range(RETRIES + 1):
            try:
                return await self._follow(url, headers, good)
            except Unusable as trouble:
                asked = trouble.retry_after
                wait = asked if asked is not None else FIRST_WAIT * 2**attempt * (1 + self.random.random())
                if not trouble.passing or attempt == RETRIES or wait > PATIENCE:
                    raise
                await asyncio.sleep(wait)
        raise AssertionError("the last try returns or raises")

    async def _follow(self, url: str, headers: Mapping[str, str], good: frozenset[int]) -> Answer:
        for _ in range(REDIRECTS + 1):
            response = await self._once(url, headers)
            if response.status not in _MOVED:
                return _answer(response, good)
            url = next_address(url, _header(response, "Location"), response.status)
        raise Unusable(f"more than {REDIRECTS} redirects", status=response.status)

    async def _once(self, url: str, headers: Mapping[str, str]) -> Response:
        meta = {"download_timeout": self.timeout, "download_maxsize": LARGEST}
        async with self.turn:
            try:
                return await self.download(Request(url, headers=dict(headers), meta=meta, dont_filter=True))
            except NETWORK_ERRORS as error:
                raise network_trouble(error, url, self.timeout) from error


def _header(response: Response, name: str) -> str:
    return (response.headers.get(name) or b"").decode("latin-1")


def _answer(response: Response, good: frozenset[int]) -> Answer:
    if response.status not in good:
        raise bad_status(response.status, _header(response, "Retry-After"), datetime.now(UTC))
    body = unpack(response.body, _header(response, "Content-Encoding"), LARGEST)
    etag, modified = _header(response, "ETag") or None, _header(response, "Last-Modified") or None
    return Answer(response.status, body, etag, modified, len(response.body))
