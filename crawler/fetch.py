"""One answer of an ats's API, or why there is none: retries, redirects, sizes and encodings, decided in one place.

Scrapy's own middlewares retry at once, follow any redirect and cut nothing short; here each of these decides what counts as
a failure, so the walk does it itself.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from random import Random
from urllib.parse import urljoin, urlsplit

from scrapy import Request
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
)
from scrapy.http import Response

RETRIES = 2  # after the first try
FIRST_WAIT = 0.5  # seconds before the first retry, doubled before the next
PATIENCE = 10.0  # seconds of Retry-After that are waited for at once; a longer one waits for the next round
LARGEST = 64 * 1024 * 1024  # bytes of a body once unpacked
REDIRECTS = 5
_AGAIN = {429, 500, 502, 503, 504}
_MOVED = {301, 302, 303, 307, 308}


@dataclass(frozen=True, slots=True)
class Answer:
    """What the host said; `body` is unpacked."""

    status: int
    body: bytes = b""
    etag: str | None = None
    last_modified: str | None = None
    wire: int = 0  # bytes


class Failed(Exception):  # noqa: N818  # it becomes a Failure
    """There is no answer to believe."""

    def __init__(self, reason: str, *, status: int | None = None, retry_after: float | None = None, again: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status
        self.retry_after = retry_after  # seconds
        self.again = again  # may a retry within this round help?


@dataclass(frozen=True, slots=True)
class Fetcher:
    """Asks an API; `download` is Scrapy's, so that its manners towards the host hold for every request."""

    download: Callable[[Request], Awaitable[Response]]
    concurrency: asyncio.Semaphore
    timeout: float  # seconds, one whole request
    random: Random = field(default_factory=Random)

    async def get(self, url: str, headers: Mapping[str, str] | None = None) -> Answer:
        """The answer, whatever its status below 500. Raises Failed."""
        for attempt in range(RETRIES + 1):
            try:
                return await self._follow(url, headers or {})
            except Failed as failed:
                wait = failed.retry_after if failed.retry_after is not None else FIRST_WAIT * 2**attempt * (1 + self.random.random())
                if not failed.again or attempt == RETRIES or wait > PATIENCE:
                    raise
                await asyncio.sleep(wait)
        raise AssertionError("the last try returns or raises")

    async def _follow(self, url: str, headers: Mapping[str, str]) -> Answer:
        target = url
        for _ in range(REDIRECTS + 1):
            response = await self._once(target, headers)
            if response.status not in _MOVED:
                return _answer(response)
            target = urljoin(target, _header(response, "Location") or "")
            if urlsplit(target)[:2] != urlsplit(url)[:2]:
                raise Failed(f"HTTP {response.status}: redirected to {urlsplit(target).netloc or 'nowhere'}", status=response.status)
        raise Failed(f"more than {REDIRECTS} redirects", status=response.status)

    async def _once(self, url: str, headers: Mapping[str, str]) -> Response:
        request = Request(url, headers=dict(headers), meta={"download_timeout": self.timeout, "download_maxsize": LARGEST}, dont_filter=True)
        async with self.concurrency:
            try:
                return await self.download(request)
            except DownloadTimeoutError as error:
                raise Failed(f"no whole answer within {self.timeout:g} s") from error
            except DownloadCancelledError as error:
                raise Failed(f"the answer is larger than {LARGEST >> 20} MB") from error
            except CannotResolveHostError as error:
                raise Failed(f"unknown host {urlsplit(url).hostname}", again=True) from error
            except (DownloadConnectionRefusedError, DownloadFailedError, ResponseDataLossError) as error:
                raise Failed(_TROUBLE[type(error)] + f": {_line(error)}", again=True) from error


_TROUBLE = {
    DownloadConnectionRefusedError: "no connection",
    DownloadFailedError: "the connection broke",
    ResponseDataLossError: "the answer was cut short",
}


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]


def _header(response: Response, name: str) -> str | None:
    value = response.headers.get(name)
    return value.decode("latin-1") if value else None


def _answer(response: Response) -> Answer:
    if response.status in _AGAIN:
        raise Failed(f"HTTP {response.status}", status=response.status, retry_after=_retry_after(response), again=True)
    if response.status not in {200, 304, 404, 410}:
        raise Failed(f"HTTP {response.status} {_phrase(response.status)}".strip(), status=response.status)
    body = _unpacked(response.body, _header(response, "Content-Encoding"))
    return Answer(response.status, body, _header(response, "ETag"), _header(response, "Last-Modified"), len(response.body))


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else ""


def _retry_after(response: Response) -> float | None:
    """Seconds; a date is taken for no word at all, since no ats sends one."""
    value = _header(response, "Retry-After") or ""
    return min(float(value), 86400.0) if value.strip().isdigit() else None


def _unpacked(body: bytes, encoding: str | None) -> bytes:
    """The body as it was before gzip; never more than LARGEST bytes in memory, whatever a hostile body holds."""
    if not body or encoding in {None, "", "identity"}:
        return body
    if encoding not in {"gzip", "x-gzip"}:
        raise Failed(f"the answer is packed as {encoding}, which nobody asked for", status=200)
    unpacker = zlib.decompressobj(wbits=31)
    try:
        plain = unpacker.decompress(body, LARGEST + 1)
    except zlib.error as error:
        raise Failed("the answer is no valid gzip", status=200, again=True) from error
    if len(plain) > LARGEST:
        raise Failed(f"the answer is larger than {LARGEST >> 20} MB", status=200)
    if not unpacker.eof:
        raise Failed("the answer was cut short", status=200, again=True)
    return plain
