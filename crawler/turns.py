"""The turns of one slot of a host, when several processes ask the host.

A host has as many slots as requests may be under way at once. A slot sends one request at a time,
and only at its own instants: `delay * slots` apart, shifted by `delay` from the slot before it. So
the requests of all slots are at least `delay` apart, whatever process each slot is worked by.
Scrapy's delay cannot serve here: it knows the requests of its own crawl only.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

TURNS = "turns"  # the key of a request's meta under which the download handler finds them


@dataclass(slots=True)
class Turns:
    """The instants at which a slot may send a request. `clock` is shared by all slots."""

    delay: float  # seconds between two requests to the host
    slot: int  # from 0
    slots: int
    clock: Callable[[], float]  # seconds
    # whether the slot is still this process's: if not, it waits until its crawl is ended
    is_held: Callable[[], bool] = lambda: True
    _last: int = field(default=-1)  # the number of the last turn that was taken
    _alone: asyncio.Lock = field(default_factory=asyncio.Lock)

    def take(self) -> float:
        """Take the next turn. Return the seconds until it comes; 0 without a delay."""
        period = self.delay * self.slots
        if not period:
            return 0.0
        now, first = self.clock(), self.delay * self.slot
        self._last = max(math.ceil((now - first) / period), self._last + 1)
        return max(0.0, first + self._last * period - now)

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        """Wait for a turn, and hold the slot while its request is under way."""
        async with self._alone:
            await asyncio.sleep(self.take())
            if not self.is_held():
                await asyncio.Future()
            yield
