"""The stored history's upkeep, done where no check is due and nothing else is to be written.

    match stored versions with new rules
    between rounds, reread them with newer readers
    once a day, merge old checks

Each step is short, so that a board that becomes due does not wait for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import Engine

from monitor.daemon.reload import Configuration
from monitor.daemon.stopping import sleep_until_stop
from monitor.history.merge_checks import merge_checks
from monitor.history.reread import reread_older
from monitor.rules.matches import match_backlog

_MATCHING: Final = 0.5  # seconds for stored versions at once
_WRITING: Final = 0.25  # seconds of a step that writes
_PAUSE: Final = 0.25  # seconds after it, in which others may write
_MERGE_EVERY: Final = timedelta(days=1)
_NEVER: Final = datetime.min.replace(tzinfo=UTC)


@dataclass
class Upkeep:
    """The upkeep that is left to do."""

    engine: Engine
    configuration: Configuration
    clock: Callable[[], datetime]
    stop: asyncio.Event
    rules_outdated: bool = True  # stored versions may have to be matched with new rules
    readings_outdated: bool = True  # stored versions may be of an older reader
    merged_at: datetime = _NEVER  # when checks that had become old were merged last

    def configured(self, *, rules_changed: bool) -> None:
        """Plan what a new configuration asks for."""
        self.rules_outdated |= rules_changed
        self.merged_at = _NEVER

    async def step(self, *, rounds_run: bool) -> bool:
        """Do one step. Return False if nothing is left to do."""
        if self.rules_outdated:
            await self._match_backlog()
        # a check may have read the version that would be read again
        elif self.readings_outdated and not rounds_run:
            await self._reread()
        elif abs(self.clock() - self.merged_at) >= _MERGE_EVERY:  # a clock may be set back
            await self._merge_checks()
        else:
            return False
        return True

    async def _match_backlog(self) -> None:
        self.rules_outdated, left = False, True
        try:
            left = await asyncio.to_thread(
                match_backlog, self.engine, self.configuration.settings, _MATCHING
            )
        finally:
            self.rules_outdated |= left  # a round that ended meanwhile says so too

    async def _reread(self) -> None:
        settings = self.configuration.settings
        self.readings_outdated = await asyncio.to_thread(
            reread_older, self.engine, settings, self.clock(), _WRITING
        )
        await sleep_until_stop(self.stop, _PAUSE)

    async def _merge_checks(self) -> None:
        """Merge some old checks. A fault in it is tried again tomorrow, not in a minute."""
        self.merged_at = self.clock()
        keep = self.configuration.settings.history.keep_checks
        left = await asyncio.to_thread(merge_checks, self.engine, keep, self.clock(), _WRITING)
        if left:
            self.merged_at = _NEVER
            await sleep_until_stop(self.stop, _PAUSE)
