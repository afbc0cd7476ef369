"""Wait for a while, in a way that a stop ends at once."""

from __future__ import annotations

import asyncio
from contextlib import suppress


async def sleep_until_stop(stop: asyncio.Event, seconds: float) -> None:
    """Wait so long, or until `stop` is set."""
    # not `wait_for`, which in Python 3.11 swallows a cancellation that comes as the event is set
    with suppress(TimeoutError):
        async with asyncio.timeout(max(seconds, 0)):
            await stop.wait()
