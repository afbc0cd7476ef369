"""Poll the database, the clock and the configuration, and keep the lease: by the loop's own time.

APScheduler's jobs would wait after the clock was set back. A write of another process is noticed
without opening a transaction:

    SQLite       the database's files and `PRAGMA data_version` (`kept_connection.py`)
    PostgreSQL   LISTEN on a separate connection: every process that writes and holds no lease
                 sends NOTIFY with its commit (`database/engine.py`, `listener.py`)

An idle daemon spends most of its CPU on waking up. So the poll is a timer that compares files and
clocks, and wakes a task only when one has changed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import structlog

from monitor.daemon.clock_change import Steps, shift
from monitor.daemon.kept_connection import KeptConnection
from monitor.daemon.listener import Listener
from monitor.daemon.stopping import sleep_until_stop
from monitor.database.lease import RENEW_EVERY, Lease, LeaseLost
from monitor.database.trouble import OutageLog

log = structlog.get_logger()
POLL_EVERY: Final = 2.0  # seconds
RENEW_AGAIN: Final = 5.0  # seconds after a lease that could not be renewed


@dataclass
class Poller:
    """Two tasks that run until `stop`: one keeps the lease, one polls for changes.

    `on_write` is called when another process wrote or the clock was set, `run_soon` when only the
    configuration may have changed, `on_replaced` when the database's file was replaced.
    """

    lease: Lease
    clock: Callable[[], datetime]
    stop: asyncio.Event
    troubles: OutageLog
    on_write: Callable[[], None]
    is_configuration_old: Callable[[], bool]
    run_soon: Callable[[], None]
    on_replaced: Callable[[], None]
    steps: Steps = field(default_factory=Steps)
    written: bool = False  # the last poll found that SQLite's files have changed
    timer: asyncio.TimerHandle = field(init=False)  # of the next poll

    def __post_init__(self) -> None:
        self.connection = KeptConnection(self.lease.base)
        self.listener = Listener(self.lease.base, self.on_write)

    async def keep_lease(self) -> None:
        """Renew the lease. After a database error retry soon, before it expires."""
        while not self.stop.is_set():
            wait = RENEW_AGAIN
            with self.troubles.passing("lease_not_renewed"):
                await asyncio.to_thread(self.connection.renew, self.lease)
                wait = RENEW_EVERY
            await sleep_until_stop(self.stop, wait)

    async def poll(self) -> None:
        """Poll for changes by other processes, of the clock and of the configuration."""
        try:
            while not self.stop.is_set():
                with (
                    suppress(LeaseLost),
                    self.troubles.passing("database_not_polled"),
                ):
                    await self._poll_once()
                await self._wait_for_change()
        finally:
            self.listener.close()
            await asyncio.to_thread(self.connection.close)

    async def _poll_once(self) -> None:
        await self.listener.keep()
        written = self.connection.was_written() or self.written
        self.written = False
        doubtful = self.connection.may_be_replaced()
        if doubtful and await asyncio.to_thread(self.connection.is_replaced, self.lease):
            self.on_replaced()
            return
        changed = written and await asyncio.to_thread(self.connection.has_changed)
        step = self._clock_step()
        if step < timedelta(0):
            moved = await asyncio.to_thread(self._shift, step)
            log.warning("clock_set_back", seconds=-step.total_seconds(), brought_forward=moved)
        first = self.steps.remember()
        if changed or step or first:
            self.on_write()
        elif self.is_configuration_old():
            self.run_soon()

    async def _wait_for_change(self) -> None:
        """Wait until a poll has to do something, or until the daemon stops."""
        loop, found = asyncio.get_running_loop(), asyncio.Event()

        def tick() -> None:
            self.timer = loop.call_later(POLL_EVERY, tick)
            if not self._is_quiet():
                found.set()

        self.timer = loop.call_later(POLL_EVERY, tick)
        waiting = [asyncio.ensure_future(event.wait()) for event in (found, self.stop)]
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self.timer.cancel()
            for one in waiting:
                one.cancel()

    def _is_quiet(self) -> bool:
        """Return True if nothing has changed since the last poll. Runs in the event loop."""
        # a loop that was busy may run two ticks before the task
        self.written |= self.connection.was_written()
        if (
            self.written
            or self.connection.may_be_replaced()
            or self.listener.is_missing
            or self._clock_step()
            or self.is_configuration_old()
        ):
            return False
        self.steps.remember()
        return True

    def _clock_step(self) -> timedelta:
        return self.steps.measure(self.clock(), asyncio.get_running_loop().time())

    def _shift(self, step: timedelta) -> int:
        with self.lease.engine.begin() as connection:
            return shift(connection, step, self.clock())
