"""The state that the rounds of one process share."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Protocol

from sqlalchemy import Engine

from crawler.holds import Holds
from monitor.config.model import Settings
from monitor.rounds.network import Network


class SettingsLock:
    """A lock with many readers (they store) and one writer (it changes the settings).

    `beyond` holds back the workers, which store in processes of their own.
    """

    def __init__(self) -> None:
        self.beyond: Callable[[], AbstractAsyncContextManager[None]] = nullcontext
        self._changing = asyncio.Lock()
        self._idle = asyncio.Event()
        self._idle.set()
        self._storing = 0

    @asynccontextmanager
    async def storing(self) -> AsyncIterator[None]:
        """Hold the current settings while results are stored."""
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
        """Change the settings while nothing is stored."""
        async with self._changing:
            await self._idle.wait()
            async with self.beyond():
                yield


@dataclass(frozen=True, slots=True)
class HandedRound:
    """A round whose boards are handed to workers."""

    id: int
    boards: Sequence[str]
    writes_alerts: bool
    announce: bool
    requested: bool  # by a `check`, which waits for it: before other rounds


class Workers(Protocol):
    """The processes that check boards, where there are any."""

    @property
    def boards(self) -> frozenset[str]:
        """The boards that they have, or will get."""

    def hand_out(self, round_: HandedRound) -> None:
        """Have a round's boards checked and stored."""

    async def wait(self, round_id: int) -> None:
        """Wait until they are. Cancelling it takes back what no worker has begun."""


@dataclass(frozen=True, slots=True)
class SharedState:
    """Shared by the rounds of a process, which may run at the same time."""

    engine: Engine
    settings: Callable[[], Settings]  # the current ones: a daemon reloads them
    clock: Callable[[], datetime]
    random: Random
    holds: Holds = field(default_factory=Holds)  # hosts that asked earlier rounds to wait
    network: Network = field(default_factory=Network)
    # the settings do not change while results are stored
    settings_lock: SettingsLock = field(default_factory=SettingsLock)
    # one end at a time: each reports what is not reported yet
    ending: asyncio.Lock = field(default_factory=asyncio.Lock)
    # held by the one round that crawls the ats
    ats_locks: dict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))
    # how many rounds crawl an ats, or wait for its lock
    busy: Counter[str] = field(default_factory=Counter)
    # rounds that go on, by id: the boards that they tell of
    live: dict[int, Collection[str]] = field(default_factory=dict)
    workers: Workers | None = None  # None: the rounds crawl themselves
    # whether `settings` are what the files say: a round begins with no others
    is_current: Callable[[], bool] = lambda: True
    on_stored: Callable[[], None] = lambda: None  # called when results are stored
    # called when one ats is finished and others still run
    on_ats_finished: Callable[[], None] = lambda: None
