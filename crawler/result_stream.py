"""Pass the results of a crawl to its caller, in batches.

Results gather for a moment, since many are stored at less cost than each alone. A spider waits
until its snapshot is taken, since it may hold megabytes, and keeps its slot meanwhile. So nobody
waits for others once all slots do, or once no other result can come.
"""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress

from crawler.items import Result, Snapshot

# bytes on the wire, ten times as many unpacked; a batch ends at this size
_BATCH_BYTES = 500_000
_GATHER = 0.05  # seconds for which results wait for others
_MOST_GATHERED = 100


class ResultStream:
    """The results that wait for the caller of one crawl."""

    def __init__(self, left: int, slots: int) -> None:
        self._left, self._slots = left, slots  # results to come; spiders at once
        self._snapshots = self._bytes = 0  # of those that wait
        self._waiting: deque[tuple[Result, asyncio.Event]] = deque()
        self._news = asyncio.Event()
        self._enough = asyncio.Event()  # for a batch: no need to wait for more
        self._ended = False

    async def put(self, result: Result) -> None:
        """Add a result. Return when it may be forgotten: a snapshot only once it is taken."""
        taken = asyncio.Event()
        self._waiting.append((result, taken))
        self._left -= 1
        self._bytes += result.bytes
        self._snapshots += isinstance(result, Snapshot)
        self._news.set()
        if self._is_enough():
            self._enough.set()
        if isinstance(result, Snapshot):
            await taken.wait()

    def _is_enough(self) -> bool:
        """Return True if no other result can come, or the batch has its size."""
        return (
            self._left <= 0
            or self._snapshots >= self._slots
            or self._bytes >= _BATCH_BYTES
            or len(self._waiting) >= _MOST_GATHERED
        )

    async def get(self) -> list[Result]:
        """Return the results that wait, up to a size. Empty when no more will come."""
        await self._news.wait()
        with suppress(TimeoutError):
            async with asyncio.timeout(_GATHER):
                await self._enough.wait()
        batch: list[Result] = []
        size = 0
        while self._waiting and size < _BATCH_BYTES:
            result, taken = self._waiting.popleft()
            taken.set()
            batch.append(result)
            size += result.bytes
            self._snapshots -= isinstance(result, Snapshot)
        self._bytes -= size
        if not self._waiting and not self._ended:
            self._news.clear()
            self._enough.clear()
        return batch

    def end(self) -> None:
        """Let the caller take what waits, and nothing more."""
        self._ended = True
        self._news.set()
        self._enough.set()
