"""One request to an ATS: its answer, or a BadResponse that says why there is none.

This stands for Scrapy's RedirectMiddleware, which follows a redirect to any host. `retries.py` says
when to try again. `download_handler.py` sends the requests.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from scrapy import Request
from scrapy.core.downloader import Downloader
from scrapy.http import Response

from crawler.gate import GATE, Gate
from crawler.holds import host_of
from crawler.responses import NETWORK_ERRORS, BadResponse, bad_status, network_trouble, next_address
from crawler.turns import TURNS, Turns
from crawler.unpack import unpack

LARGEST = 64 * 1024 * 1024  # bytes of a body, on the wire and once unpacked
# bytes on the wire, ten times as many unpacked. The event loop would give up the interpreter's lock
# for each slice of such a body, and wait up to 5 ms while a batch is stored
_UNPACKED_IN_A_THREAD = 30_000
REDIRECTS = 5
MOVED = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of a host. `body` is unpacked."""

    status: int
    body: bytes = b""
    etag: str | None = None
    last_modified: str | None = None
    bytes_received: int = 0  # on the wire
    url: str = ""  # after redirects
    cookies: str = ""  # that the host sets, as a Cookie header sends them back


@dataclass(frozen=True, slots=True)
class Fetcher:
    """Sends requests to an API. `download` is Scrapy's, so its delays hold for every request."""

    download: Callable[[Request], Awaitable[Response]]
    timeout: float  # seconds, one whole request
    gate: Gate = field(default_factory=Gate)
    turns: Turns | None = None  # of a slot, where other processes ask the host too
    headers: Mapping[str, str] = field(default_factory=dict)  # of every request

    async def get(
        self,
        url: str,
        headers: Mapping[str, str],
        good: frozenset[int],
        check_address: Callable[[str], Awaitable[None]] | None = None,
        body: bytes | None = None,
    ) -> Answer:
        """Return the answer if its status is a good one. Raises BadResponse.

        `check_address` is called with each address, redirects too. A `body` is posted as JSON. A
        redirect whose status is a good one is not followed.
        """
        for _ in range(REDIRECTS + 1):
            if check_address is not None:
                await check_address(url)
            self.gate.check(url)
            response = await self._request(url, headers, body)
            if response.status not in MOVED - good:
                return await self._read(url, response, good)
            url = next_address(url, _header(response, "Location"), response.status)
        raise BadResponse(f"more than {REDIRECTS} redirects", status=response.status)

    async def _read(self, url: str, response: Response, good: frozenset[int]) -> Answer:
        try:
            if len(response.body) > _UNPACKED_IN_A_THREAD:
                return await asyncio.to_thread(_answer, response, good)
            return _answer(response, good)
        except BadResponse as trouble:
            trouble.retry_after = trouble.retry_after or self.gate.holds.left(url) or None
            raise

    async def _request(self, url: str, headers: Mapping[str, str], body: bytes | None) -> Response:
        meta = {
            "download_timeout": self.timeout,
            "download_maxsize": LARGEST,
            # the name that Scrapy's queue would give it, after taking the address apart
            Downloader.DOWNLOAD_SLOT: host_of(url).rpartition(":")[0],
            GATE: self.gate,
            TURNS: self.turns,
        }
        own = headers if body is None else {**headers, "Content-Type": "application/json"}
        request = Request(
            url,
            method="GET" if body is None else "POST",
            headers={**self.headers, **own},
            body=body or b"",
            meta=meta,
            dont_filter=True,
        )
        try:
            return await self.download(request)
        except NETWORK_ERRORS as error:
            raise network_trouble(error, url, self.timeout) from error


def _header(response: Response, name: str) -> str:
    return (response.headers.get(name) or b"").decode("latin-1").strip()


def _answer(response: Response, good: frozenset[int]) -> Answer:
    try:
        if response.status not in good:
            raise bad_status(response.status, _header(response, "Retry-After"), datetime.now(UTC))
        body = unpack(response.body, _header(response, "Content-Encoding").lower(), LARGEST)
    except BadResponse as trouble:
        trouble.status, trouble.size = response.status, len(response.body)
        raise
    return Answer(
        response.status,
        body,
        _validator(response, "ETag"),
        _validator(response, "Last-Modified"),
        len(response.body),
        response.url,
        _cookies(response),
    )


def _cookies(response: Response) -> str:
    """Return the cookies of an answer, without their attributes."""
    written = (value.decode("latin-1") for value in response.headers.getlist("Set-Cookie"))
    return "; ".join(value.partition(";")[0].strip() for value in written)


def _validator(response: Response, name: str) -> str | None:
    """Return a validator for the next check; None for one that would not come out as it came in."""
    written = _header(response, name)
    return written if written and written.isascii() and written.isprintable() else None
