"""Check each request when Scrapy's queue releases it.

Its host may have asked to wait, or hang. After three whole-request timeouts in a row a host counts
as hanging until the crawl ends. Requests that still wait for its answer end, and no further one
goes out. So such a host costs a round at most three timeouts, not one for each board.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from scrapy.exceptions import DownloadTimeoutError

from crawler.holds import Holds, host_of
from crawler.responses import BadResponse, seconds_to_wait

HANGS = 3  # whole-request timeouts in a row, after which a host gets no more requests
_HANGING = f"the host did not answer {HANGS} requests in a row"
GATE = "gate"  # the key of a request's meta under which the download handler finds its gate


@dataclass(slots=True)
class Gate:
    """The hosts of one crawl that must not be asked now."""

    holds: Holds = field(default_factory=Holds)
    _timeouts: Counter[str] = field(default_factory=Counter)  # in a row, by host
    # by host
    _under_way: defaultdict[str, set[asyncio.Timeout]] = field(
        default_factory=lambda: defaultdict(set)
    )

    def check(self, url: str) -> None:
        """Raise BadResponse when the host of this address must not be asked now."""
        self.holds.check(url)
        if self._timeouts[host_of(url)] >= HANGS:
            raise BadResponse(_HANGING)

    @asynccontextmanager
    async def on_the_wire(self, url: str) -> AsyncIterator[None]:
        """Hold one request on the wire.

        Raises BadResponse when its host must not be asked, or begins to count as hanging.
        """
        self.check(url)
        try:
            async with asyncio.timeout(None) as limit:
                under_way = self._under_way[host_of(url)]
                under_way.add(limit)
                try:
                    yield
                finally:
                    under_way.discard(limit)
        except DownloadTimeoutError:
            self._timed_out(host_of(url))
            raise
        except TimeoutError as error:
            raise BadResponse(_HANGING) from error

    def _timed_out(self, host: str) -> None:
        self._timeouts[host] += 1
        if self._timeouts[host] >= HANGS:
            now = asyncio.get_running_loop().time()
            for limit in self._under_way.pop(host, ()):
                limit.reschedule(now)

    def answered(self, url: str, status: int, retry_after: str | None) -> None:
        """Note the head of an answer: its host does not hang, and may ask to wait."""
        self._timeouts.pop(host_of(url), None)
        self.holds.answered(url, status, seconds_to_wait(retry_after, datetime.now(UTC)))
