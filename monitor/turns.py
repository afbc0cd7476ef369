"""The daemon's turns: what is due, one thing after the other until nothing is, and then the moment of the next turn.

take up a changed configuration → answer a `check` → check the boards that are due → write reminders and digests
→ make the stored history fit new rules and readers → plan the next turn
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Final

from apscheduler.schedulers.base import BaseScheduler
from sqlalchemy import Engine

from crawler.holds import Holds
from monitor import asking, clockwork, watch
from monitor.db import AnyRow, reading
from monitor.health.guard import Guard
from monitor.lease import LeaseLost
from monitor.matching import catch_up
from monitor.reload import Configuration
from monitor.rereading import read_again
from monitor.round import run_round
from monitor.trouble import Troubles

SLICE: Final = 0.5  # seconds for stored versions at once, and the shortest time from the end of a round to the next one
PAUSE: Final = 5.0  # seconds after a round that failed as a whole, as with a full disk; twice as long after the next one
LONGEST_PAUSE: Final = 60.0  # seconds; boards that were asked in vain are not asked more often
_TROUBLE: Final = "round failed, trying again"
_AT_ONCE: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Agenda:
    """The work that is due now, and the instants of the next."""

    requests: list[AnyRow]  # rounds that a `check` asked for
    boards: list[str]  # to check now
    next_board: datetime | None  # when the next one is due, where none is now


@dataclass
class Turns:
    """Takes one turn at a time; `stop` ends them."""

    engine: Engine
    configuration: Configuration
    scheduler: BaseScheduler
    guard: Guard
    announce: bool
    clock: Callable[[], datetime]
    random: Random
    wake: asyncio.Event
    stop: asyncio.Event
    troubles: Troubles
    holds: Holds = field(default_factory=Holds)
    task: asyncio.Task[None] | None = None
    again: bool = False  # somebody asked for a turn since the last step began
    timed_at: datetime = _AT_ONCE  # when to write reminders and digests
    behind: bool = True  # stored versions may have to be matched with new rules
    older: bool = True  # stored versions may be of an older reader
    round_ended: float = -SLICE  # by the loop's time
    pause: float = PAUSE  # seconds after the next round that fails as a whole

    def take(self) -> None:
        """Do what is due, now or right after what is being done."""
        self.again = True
        if not self.stop.is_set() and (self.task is None or self.task.done()):
            self.task = asyncio.create_task(self._work())

    async def _work(self) -> None:
        """Do the work that is due until none is left. Pause after trouble.

        It may catch everything: the next try may do better, and meanwhile alerts are sent, and the watchdog tells the operator that
        rounds are late. A program that ended for it would do none of that, and meet the same fault at its next start.
        """
        while self.again and not self.stop.is_set():
            self.again = False
            try:
                self.again = await self._step() or self.again
            except LeaseLost:
                return
            except Exception as error:  # noqa: BLE001  # the log has it, and its traceback where the fault is ours
                self.troubles.met(_TROUBLE, error)
                await self._sleep(self.pause)
                self.pause, self.again = min(2 * self.pause, LONGEST_PAUSE), True
            else:
                self.troubles.over(_TROUBLE)
                self.pause = PAUSE

    async def _step(self) -> bool:
        """Do one thing. Return False when there was nothing to do, and the next turn is planned."""
        if self.configuration.is_old():
            self.behind |= await self.configuration.take_up()
            self._look_at_the_clock()
        agenda = await asyncio.to_thread(self._read_agenda)
        if agenda.requests:
            await self._answer(agenda.requests)
        elif agenda.boards:
            await self._sleep(self.round_ended + SLICE - asyncio.get_running_loop().time())
            if not self.stop.is_set():
                await self._round(agenda.boards, alerts=True, announce=self.announce)
        elif self.timed_at <= self.clock():
            await self._write_timed()
        elif self.behind:
            self.behind = await asyncio.to_thread(catch_up, self.engine, self.configuration.settings, SLICE)
        elif self.older:
            await self._read_again()
        else:
            self._plan(agenda)
            return False
        return True

    def _read_agenda(self) -> Agenda:
        now = self.clock()
        with reading(self.engine) as connection:
            turn = watch.turn(connection, now)
            return Agenda(asking.open_requests(connection), turn.boards, turn.next_at)

    async def _round(self, names: list[str] | None, *, alerts: bool, announce: bool) -> int:
        await self.configuration.name_channels()
        try:
            settings, chance = self.configuration.settings, self.random
            round_id = await run_round(
                self.engine, settings, names, alerts=alerts, announce=announce, clock=self.clock, random=chance, holds=self.holds
            )
        finally:
            self.round_ended = asyncio.get_running_loop().time()
            self._look_at_the_clock()
        self.guard.round_ended(round_id)
        return round_id

    def _look_at_the_clock(self) -> None:
        """Look for reminders and digests again, and wake the delivery: a round or a new configuration may have made some due."""
        self.timed_at = _AT_ONCE
        self.wake.set()

    async def _answer(self, requests: list[AnyRow]) -> None:
        """Run the rounds that a `check` has asked for."""
        for request in requests:
            if self.stop.is_set():
                return
            announce = request.announce or self.announce
            round_id = await self._round(request.boards or None, alerts=request.alerts, announce=announce)
            await asyncio.to_thread(asking.answer, self.engine, request.id, round_id, self.clock())

    async def _write_timed(self) -> None:
        await self.configuration.name_channels()
        written = await asyncio.to_thread(clockwork.write, self.engine, self.configuration.settings, self.clock())
        if written.alerts:
            self.wake.set()
        self.timed_at = written.next_at

    async def _read_again(self) -> None:
        self.older = await asyncio.to_thread(read_again, self.engine, self.configuration.settings, self.clock(), SLICE / 2)
        await self._sleep(SLICE / 2)  # others may write

    def _plan(self, agenda: Agenda) -> None:
        """Plan the next turn, in place of what was planned before."""
        for job, at in (("rounds", agenda.next_board), ("timed", self.timed_at)):
            if at is not None:
                self.scheduler.add_job(self._begin, "date", run_date=at, id=job, replace_existing=True)
            elif self.scheduler.get_job(job):
                self.scheduler.remove_job(job)

    async def _begin(self) -> None:
        self.take()

    async def _sleep(self, seconds: float) -> None:
        """Wait so long, or until the daemon stops."""
        with suppress(TimeoutError):  # not `wait_for`, which in Python 3.11 swallows a cancellation that comes as the event is set
            async with asyncio.timeout(max(seconds, 0)):
                await self.stop.wait()
