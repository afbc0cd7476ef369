"""What the rounds of one process have in common."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from sqlalchemy import Engine

from crawler.holds import Holds
from monitor.config.model import Settings
from monitor.rounds.network import Network
from monitor.rounds.settings_gate import Gate


@dataclass(frozen=True, slots=True)
class Work:
    """What rounds share, some of which go on at the same time."""

    engine: Engine
    settings: Callable[[], Settings]  # as they are now: a daemon takes up others
    clock: Callable[[], datetime]
    random: Random
    holds: Holds = field(default_factory=Holds)  # hosts that asked earlier rounds to wait
    network: Network = field(default_factory=Network)
    gate: Gate = field(default_factory=Gate)  # the settings do not change while results are stored
    # one end at a time: each tells what is not told yet
    ending: asyncio.Lock = field(default_factory=asyncio.Lock)
    # by ats
    turns: dict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))
    # how many rounds crawl an ats, or wait for their turn
    busy: Counter[str] = field(default_factory=Counter)
    # rounds that go on, by id: the boards that they tell of
    live: dict[int, Collection[str]] = field(default_factory=dict)
    stored: Callable[[], None] = lambda: None  # called when results are stored
    # called when all boards of an ats are, and those of others are not
    read: Callable[[], None] = lambda: None
