"""One answer of an ats's API, or the line that says why there is none: redirected as far as is safe, asked again where that may help.

Scrapy's own middlewares retry at once and follow any redirect; here these decide what counts as a failure, so the walk does both.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random

from scrapy import Request
from scrapy.http import Response

from crawler.answer import NETWORK_ERRORS, Unusable, bad_status, network_trouble, next_address, unpack
from crawler.gate import META, Gate

RETRIES = 2  # after the first try
FIRST_WAIT = 0.5  # seconds before the first retry, doubled before the next
PATIENCE = 10.0  # seconds of Retry-After that are waited for at once; a longer one waits for a later round
LARGEST = 64 * 1024 * 1024  # bytes of a body, on the wire and once unpacked
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
    """Asks an API once; `download` is Scrapy's, so that its manners towards the host hold for every request."""

    download: Callable[[Request], Awaitable[Response]]
    timeout: float  # seconds, one whole request
    gate: Gate = field(default_factory=Gate)

    async def get(
        self, url: str, headers: Mapping[str, str], good: frozenset[int], before: Callable[[str], Awaitable[None]] | None = None
    ) -> Answer:
        """The answer, if its status is a good one. `before` is called with each address, redirects too. Raises Unusable."""
        for _ in range(REDIRECTS + 1):
            if before is not None:
                await before(url)
            self.gate.check(url)
            response = await self._once(url, headers)
            if response.status not in _MOVED:
                return self._answer(url, response, good)
            url = next_address(url, _header(response, "Location"), response.status)
        raise Unusable(f"more than {REDIRECTS} redirects", status=response.status)

    def _answer(self, url: str, response: Response, good: frozenset[int]) -> Answer:
        try:
            return _answer(response, good)
        except Unusable as trouble:
            trouble.retry_after = trouble.retry_after or self.gate.holds.left(url) or None
            raise

    async def _once(self, url: str, headers: Mapping[str, str]) -> Response:
        meta = {"download_timeout": self.timeout, "download_maxsize": LARGEST, META: self.gate}
        try:
            return await self.download(Request(url, headers=dict(headers), meta=meta, dont_filter=True))
        except NETWORK_ERRORS as error:
            raise network_trouble(error, url, self.timeout) from error


@dataclass(slots=True)
class Patience:
    """How often one board is asked again, and how long it waits for a host that is left alone."""

    random: Random
    tries: int = 0
    held: float = 0.0  # seconds of waiting without a try

    def wait_after(self, trouble: Unusable) -> float | None:
        """Seconds until it is worth asking again; None when it is not."""
        if trouble.held:
            left = trouble.retry_after or 0.0
            self.held += left
            return left if self.held <= PATIENCE else None
        self.tries += 1
        return wait_after(trouble, self.tries, self.random)


def wait_after(trouble: Unusable, tries: int, random: Random) -> float | None:
    """Seconds until it is worth asking again after so many tries; None when it is not."""
    backoff = FIRST_WAIT * 2 ** (tries - 1) * (1 + random.random() / 2)  # so that boards do not come back as one
    wait = max(trouble.retry_after or 0.0, backoff)
    return wait if trouble.passing and tries <= RETRIES and (trouble.retry_after or 0.0) <= PATIENCE else None


def _header(response: Response, name: str) -> str:
    return (response.headers.get(name) or b"").decode("latin-1").strip()


def _answer(response: Response, good: frozenset[int]) -> Answer:
    try:
        if response.status not in good:
            raise bad_status(response.status, _header(response, "Retry-After"), datetime.now(UTC))
        body = unpack(response.body, _header(response, "Content-Encoding").lower(), LARGEST)
    except Unusable as trouble:
        trouble.status, trouble.size = response.status, len(response.body)
        raise
    return Answer(response.status, body, _validator(response, "ETag"), _validator(response, "Last-Modified"), len(response.body))


def _validator(response: Response, name: str) -> str | None:
    """What the next look may send back; nothing that would not come out as it came in."""
    written = _header(response, name)
    return written if written and written.isascii() and written.isprintable() else None
