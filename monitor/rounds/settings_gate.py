"""A gate between storing results and changing the settings by which they are stored."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Gate:
    """Many store at once, or one changes; whoever changes waits for those who store, and they for whoever changes."""

    def __init__(self) -> None:
        self._changing = asyncio.Lock()
        self._idle = asyncio.Event()
        self._idle.set()
        self._storing = 0

    @asynccontextmanager
    async def storing(self) -> AsyncIterator[None]:
        """Store by the settings as they are."""
        async with self._changing:
            self._storing += 1
            self._idle.clear()
        try:
            yield
        finally:
            self._storing -= 1
            if not self._storing:
                self._idle.set()

    @asynccontextmanager
    async def changing(self) -> AsyncIterator[None]:
        """Change the settings."""
        async with self._changing:
            await self._idle.wait()
            yield
