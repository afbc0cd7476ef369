"""The daemon: a few fixed jobs in one event loop, one instance a database.

    round     every half second: looks for boards that are due, and for a round that a `check` asks for
    lease     every ten seconds: says that we are alive
    deliver   for as long as we run: the outbox, woken after each round
    clock     every half minute: writes the reminders and digests that are due
    guard     for as long as we run: looks whether all this is in time (`monitor/health/`)
    set_back  for as long as we run: brings the jobs forward that a clock set back would stop

To stop: no new round begins, the crawl is stopped and our own job awaited, then the outbox, and the scheduler last, since its
own shutdown cancels what still runs.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy import Engine

from crawler.holds import Holds
from monitor import asking, clockwork, refused_file, set_back, watch
from monitor.alerting import Alerting
from monitor.db import reading
from monitor.errors import UserError
from monitor.health.guard import Guard
from monitor.lease import RENEW_EVERY, Lease, LeaseLost
from monitor.matching import catch_up
from monitor.messages import OperatorMessage
from monitor.outbox import Outbox
from monitor.rereading import read_again
from monitor.round import run_round
from monitor.settings import Settings
from monitor.talk.talk import Talk
from monitor.trouble import Troubles

log = structlog.get_logger()
TICK = 0.5  # seconds between two looks at what is due
PAUSE = 5.0  # seconds after a round that failed as a whole, as with a full disk; twice as long after the next one
LONGEST_PAUSE = 60.0  # seconds; boards that were asked in vain are not asked more often
_ROUND = "round failed, trying again"
STOP_WITHIN = 8.0  # seconds for the work in flight; then the program ends without it, and nothing is lost


@dataclass
class Daemon:
    """One running daemon; `hurry` is called when a signal has come."""

    load: Callable[[], Settings]
    settings: Settings
    engine: Engine
    lease: Lease
    make_outbox: Callable[[Settings], Outbox]
    announce: bool
    clock: Callable[[], datetime]
    random: Random
    hurry: Callable[[], None]
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    reload: bool = False
    behind: bool = True  # stored versions may have to be matched with new rules
    older: bool = True  # stored versions may be of an older reader
    round: asyncio.Task[None] | None = None
    ousted: bool = False  # another process has the lease
    pause: float = PAUSE  # seconds after the next round that fails as a whole
    troubles: Troubles = field(default_factory=Troubles)
    holds: Holds = field(default_factory=Holds)

    async def run(self) -> None:
        self._listen()
        await asyncio.to_thread(self._begin)
        self.outbox = self._outbox(self.settings)
        self.read_at = _modified(self.settings)
        self.guard = Guard(self.engine, self.clock, self._notice, self.settings)
        await self.guard.start()
        delivery = asyncio.create_task(self.outbox.run(self.wake, self.stop))
        delivery.add_done_callback(lambda _: self.stop.set())  # a daemon that tells nobody is better restarted
        self.talk = Talk(self.engine, self.settings, self.clock, self._notice)
        talking = asyncio.create_task(self.talk.run(self.stop))
        scheduler = self._schedule()
        keeping = asyncio.create_task(set_back.keep_going(scheduler, self.clock, self.stop))
        log.info("daemon started", boards=len(self.settings.boards), rules=len(self.settings.rules))
        await self.stop.wait()
        log.info("daemon stopping")
        scheduler.pause()
        await self._end(delivery, talking, keeping)
        scheduler.shutdown(wait=False)
        await self.outbox.close()
        await self.guard.stop()
        log.info("daemon stopped")
        if not delivery.cancelled():
            delivery.result()

    def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._end_soon)
        loop.add_signal_handler(signal.SIGHUP, self._ask_to_reload)
        self.lease.on_lost = lambda: loop.call_soon_threadsafe(self._leave)  # type: ignore[assignment]  # what it returns is not used

    def _end_soon(self) -> None:
        self.hurry()
        self.stop.set()

    def _ask_to_reload(self) -> None:
        self.reload = True

    def _outbox(self, settings: Settings) -> Outbox:
        made = self.make_outbox(settings)
        made.work_under(self.lease)
        return made

    def _schedule(self) -> AsyncIOScheduler:
        """A job that is late is run once, however late: after a night's sleep there is one round and not forty."""
        scheduler = AsyncIOScheduler(timezone="UTC", job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1})
        scheduler.add_job(self._tick, "interval", seconds=TICK, next_run_time=self.clock())
        scheduler.add_job(self._renew, "interval", seconds=RENEW_EVERY)
        scheduler.add_job(self._by_the_clock, "interval", seconds=clockwork.EVERY, next_run_time=self.clock())
        scheduler.start()
        return scheduler

    def _begin(self) -> None:
        """Takes up the configuration, and logs of a daemon that died; the operator's message stands there since the lease was taken."""
        self._begin_watching()
        died = self.lease.unclean
        if died is not None:
            log.warning("daemon died before", pid=died.pid, host=died.host, last_sign=died.expires_at)

    def _notice(self, message: OperatorMessage) -> None:
        with self.engine.begin() as connection:
            Alerting(self.settings).notice(connection, message, round_id=None, check_id=None, at=self.clock())
        self.wake.set()

    async def _renew(self) -> None:
        with self.troubles.passing("lease not renewed, trying again"):
            await asyncio.to_thread(self.lease.renew)

    def _leave(self) -> None:
        self.ousted = True
        log.error("another rolewatch works on this database now; stopping")
        self.stop.set()

    async def _by_the_clock(self) -> None:
        with self.troubles.passing("reminders and digests not written, trying again"):
            if await asyncio.to_thread(clockwork.write, self.engine, self.settings, self.clock()):
                self.wake.set()

    async def _tick(self) -> None:
        """Starts what is due, unless a round is under way; it does not wait for it, since the scheduler would complain of each tick."""
        if not self.stop.is_set() and (self.round is None or self.round.done()):
            self.round = asyncio.create_task(self._work())

    async def _work(self) -> None:
        """What is due now, and a pause after trouble.

        It may catch everything: the next try may do better, and meanwhile alerts are sent, reminders written, and the watchdog tells the
        operator that rounds are late. A program that ended for it would do none of that, and meet the same fault at its next start.
        """
        try:
            await self._do_what_is_due()
        except LeaseLost:
            return
        except Exception as error:  # noqa: BLE001  # the log has it, and its traceback where the fault is ours
            self.troubles.met(_ROUND, error)
            await asyncio.sleep(self.pause)
            self.pause = min(2 * self.pause, LONGEST_PAUSE)
        else:
            self.troubles.over(_ROUND)
            self.pause = PAUSE

    async def _do_what_is_due(self) -> None:
        """One round if one is asked for or due; else what makes the stored history fit today's rules and readers."""
        await self._take_up_configuration()
        await self._answer()
        names = await asyncio.to_thread(self._due)
        if names:
            await self._round(names, alerts=True, announce=self.announce)
        elif self.behind:
            self.behind = await asyncio.to_thread(catch_up, self.engine, self.settings, TICK)
        elif self.older:
            self.older = await asyncio.to_thread(read_again, self.engine, self.settings, self.clock(), TICK / 2)

    async def _round(self, names: list[str] | None, *, alerts: bool, announce: bool) -> int:
        round_id = await run_round(
            self.engine, self.settings, names, alerts=alerts, announce=announce, clock=self.clock, random=self.random, holds=self.holds
        )
        self.wake.set()
        self.guard.round_ended(round_id)
        return round_id

    def _due(self) -> list[str]:
        with reading(self.engine) as connection:
            return watch.due(connection, self.settings, self.clock())

    async def _answer(self) -> None:
        """Runs the rounds that a `check` has asked for."""
        for request in await asyncio.to_thread(asking.open_requests, self.engine):
            round_id = await self._round(request.boards or None, alerts=request.alerts, announce=request.announce or self.announce)
            await asyncio.to_thread(asking.answer, self.engine, request.id, round_id, self.clock())

    async def _take_up_configuration(self) -> None:
        """A changed file, or SIGHUP: the new settings, or the old ones and a word to the operator."""
        modified = _modified(self.settings)
        if not self.reload and modified == self.read_at:
            return
        self.reload, self.read_at = False, modified
        try:
            settings = self.load()
            await self.guard.take_up(settings)
        except UserError as error:
            log.error("configuration refused", reason=str(error))  # noqa: TRY400  # a mistake of a person, who needs no traceback
            await asyncio.to_thread(self._refuse, str(error).splitlines())
            return
        self.settings = settings
        self.outbox.take_up(self._outbox(settings))
        self.talk.take_up(settings)
        await asyncio.to_thread(self._begin_watching)
        log.info("configuration taken up", boards=len(settings.boards), rules=len(settings.rules))

    def _refuse(self, mistakes: list[str]) -> None:
        with self.engine.begin() as connection:
            refused_file.tell(connection, Alerting(self.settings), mistakes, self.clock())
        self.wake.set()

    def _begin_watching(self) -> None:
        with self.engine.begin() as connection:
            watch.sync(connection, self.settings)
            refused_file.end(connection, Alerting(self.settings), self.clock())
        self.behind = True
        self.wake.set()

    async def _end(self, *working: asyncio.Task[None]) -> None:
        """The crawl stopped and its results stored, the message in flight settled, the last question answered."""
        if self.round is not None:
            self.round.cancel()
        waiting = {task for task in (self.round, *working) if task is not None}
        _, late = await asyncio.wait(waiting, timeout=STOP_WITHIN)
        for task in late:
            log.warning("stopped in the middle; the next start goes on")
            task.cancel()


def _modified(settings: Settings) -> float:
    with suppress(OSError):
        return settings.file.stat().st_mtime
    return 0.0
