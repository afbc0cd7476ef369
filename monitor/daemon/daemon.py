"""The daemon: a few jobs in one event loop, one instance a database. Each runs when it has something to do.

    rounds     at the moment when the next board is due (`turns.py`); each goes on beside the others' work (`rounds.py`)
    timed      at the moment when the next reminder or digest is due (the same)
    lease      every 20 seconds by the loop's own time, since APScheduler's jobs wait for a clock that was set back: says that we are alive
    deliver    for as long as we run: the outbox, which sleeps until a message is due or somebody wakes it
    look       every two seconds by the loop's own time, without a transaction: did another process write (`wake.py`), did the
               configuration change (`reload.py`), was the clock set (`set_back.py`)
    guard      for as long as we run: looks whether all this is in time (`monitor/health/`)

To stop: no new round begins, the crawl is stopped and our own job awaited, then the outbox, and the
scheduler last, since its own shutdown cancels what still runs.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Final

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy import Connection, Engine, event

from monitor.alerts.alerting import Alerting
from monitor.config.model import Settings
from monitor.daemon.clock_change import Steps, shift
from monitor.daemon.reload import Configuration, begin_watching, stamps
from monitor.daemon.turns import Turns
from monitor.daemon.wake import Kept, Listener
from monitor.database import slack_channels
from monitor.database.engine import is_reading
from monitor.database.lease import RENEW_EVERY, Lease, LeaseLost
from monitor.database.trouble import OutageLog
from monitor.delivery.dispatcher import Outbox
from monitor.health.guard import HealthMonitor
from monitor.history import boards
from monitor.messages import OperatorMessage
from monitor.slack_app.app import SlackApp

log = structlog.get_logger()
LOOK_EVERY: Final = 2.0  # seconds
RENEW_AGAIN: Final = 5.0  # seconds after a lease that could not be renewed
# seconds for the work in flight; then the program ends without it, and nothing is lost
STOP_WITHIN: Final = 8.0


@dataclass
class Daemon:
    """One running daemon; `force_exit` is called when a signal has come, `set_up_logs` with changed settings."""

    load: Callable[[], Settings]
    settings: Settings  # at the start
    lease: Lease
    make_outbox: Callable[[Settings], Outbox]
    announce: bool
    clock: Callable[[], datetime]
    random: Random
    force_exit: Callable[[], None]
    set_up_logs: Callable[[Settings], None]
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    lease_lost: bool = False  # another process has the lease
    forced: bool = False  # work in flight was cut off
    troubles: OutageLog = field(default_factory=OutageLog)
    steps: Steps = field(default_factory=Steps)
    configuration: Configuration | None = None  # while it runs
    turns: Turns | None = None  # the same
    asked: bool = False  # SIGHUP came before there was a configuration

    @property
    def engine(self) -> Engine:
        """The database, as far as the lease allows to write it."""
        return self.lease.engine

    async def run(self) -> None:
        self.loop, read_at = asyncio.get_running_loop(), stamps(self.settings.sources)
        self._install_signal_handlers()
        self.lease.on_lost = lambda: self._call_soon(self._leave)
        self.kept, self.listener = Kept(self.lease.base), Listener(self.lease.base, self._ring)
        await asyncio.to_thread(self._begin)
        outbox = self._outbox(self.settings)
        await outbox.learn()
        known = await asyncio.to_thread(slack_channels.read, self.engine)
        self.settings = known.applied(self.settings)
        guard = HealthMonitor(self.engine, self.clock, self._notice, self.settings)
        await guard.start()
        talk = SlackApp(self._ringing(), self.settings, self.clock, self._notice)
        self.configuration = Configuration(
            self.load,
            self.settings,
            read_at,
            self.engine,
            self.clock,
            self._outbox,
            self.set_up_logs,
            outbox,
            guard,
            talk,
            self.asked,
        )
        # A job that is late is run once, however late: after a night's sleep there is one round and
        # not forty.
        scheduler = AsyncIOScheduler(
            timezone="UTC",
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )
        scheduler.start()
        shared = (self.announce, self.clock, self.random, self.wake, self.stop, self.troubles)
        self.turns = Turns(self.engine, self.configuration, scheduler, guard, *shared)
        jobs = (
            outbox.run(self.wake, self.stop),
            talk.run(self.stop),
            self._look(),
            self._keep_lease(),
        )
        working = [asyncio.create_task(job) for job in jobs]
        for task in working:
            # a daemon that tells nobody, or hears nobody, is better restarted
            task.add_done_callback(lambda _: self.stop.set())
        log.info("daemon started", boards=len(self.settings.boards), rules=len(self.settings.rules))
        await self.stop.wait()
        log.info("daemon stopping")
        scheduler.pause()
        await self._end(working)
        scheduler.shutdown(wait=False)
        await outbox.close()
        await guard.stop()
        log.info("daemon stopped")
        for task in working:
            if not task.cancelled():
                task.result()

    def _install_signal_handlers(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            self.loop.add_signal_handler(number, self._end_soon)
        self.loop.add_signal_handler(signal.SIGHUP, self._ask_to_reload)

    def _end_soon(self) -> None:
        self.force_exit()
        self.stop.set()

    def _ask_to_reload(self) -> None:
        self.asked = True
        if self.configuration is not None and self.turns is not None:
            self.configuration.asked = True
            self.turns.take()

    def _leave(self) -> None:
        self.lease_lost = True
        log.error("another rolewatch works on this database now; stopping")
        self.stop.set()

    def _outbox(self, settings: Settings) -> Outbox:
        made = self.make_outbox(settings)
        made.work_under(self.lease)
        return made

    def _ring(self) -> None:
        """Somebody wrote: there may be a round to answer, a message to send."""
        self.wake.set()
        if self.turns is not None:
            self.turns.take()

    def _ringing(self) -> Engine:
        """The database for Slack's buttons: what they write may be a message to send, or a card to edit."""
        engine = self.engine.execution_options()

        def ring(connection: Connection) -> None:
            if not is_reading(connection):
                self._call_soon(self.wake.set)

        event.listen(engine, "commit", ring)
        return engine

    def _begin(self) -> None:
        """Take up the configuration, plan the first round, and log of a daemon that died. The operator was told of it with the lease."""
        begin_watching(self.engine, self.settings, self.clock())
        with self.engine.begin() as connection:
            boards.make_all_due(connection, self.clock())
        died = self.lease.unclean
        if died is not None:
            log.warning(
                "daemon died before", pid=died.pid, host=died.host, last_sign=died.expires_at
            )

    def _notice(self, message: OperatorMessage) -> None:
        """Write an operator's message; from any thread."""
        with self.engine.begin() as connection:
            settings = self.configuration.settings if self.configuration else self.settings
            Alerting(settings).write_operator_alert(
                connection, message, round_id=None, check_id=None, at=self.clock()
            )
        self._call_soon(self.wake.set)

    async def _keep_lease(self) -> None:
        """Renew the lease. Where the database is in the way, try again soon, since the lease may end before the next time."""
        while not self.stop.is_set():
            wait = RENEW_AGAIN
            with self.troubles.passing("lease not renewed, trying again"):
                await asyncio.to_thread(self.kept.renew, self.lease)
                wait = RENEW_EVERY
            await self._sleep(wait)

    async def _look(self) -> None:
        """Look for what wakes us, by the loop's own time."""
        try:
            while not self.stop.is_set():
                with (
                    suppress(LeaseLost),
                    self.troubles.passing("the database cannot be watched, trying again"),
                ):
                    await self._look_once()
                await self._sleep(LOOK_EVERY)
        finally:
            self.listener.close()
            await asyncio.to_thread(self.kept.close)

    async def _look_once(self) -> None:
        await self.listener.keep()
        changed = await asyncio.to_thread(self.kept.has_changed)
        step = self.steps.measure(self.clock(), self.loop.time())
        if step < timedelta(0):
            moved = await asyncio.to_thread(self._shift, step)
            log.warning("clock set back", seconds=-step.total_seconds(), brought_forward=moved)
        first = self.steps.remember()
        if changed or step or first:
            self._ring()
        elif (
            self.configuration is not None
            and self.turns is not None
            and self.configuration.is_old()
        ):
            self.turns.take()

    def _shift(self, step: timedelta) -> int:
        with self.engine.begin() as connection:
            return shift(connection, step, self.clock())

    async def _end(self, working: Sequence[asyncio.Task[None]]) -> None:
        """The crawls stopped and their results stored, the message in flight settled, the last question answered."""
        turns = self.turns.tasks if self.turns else []
        for task in turns:
            task.cancel()
        _, late = await asyncio.wait({*working, *turns}, timeout=STOP_WITHIN)
        for task in late:
            self.forced = True
            log.error(
                "shutdown forced",
                reason="work in flight did not end in time; the next start resumes it",
            )
            task.cancel()

    async def _sleep(self, seconds: float) -> None:
        """Wait so long, or until the daemon stops."""
        # not `wait_for`, which in Python 3.11 swallows a cancellation that comes as the event is
        # set
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.stop.wait()

    def _call_soon(self, call: Callable[[], None]) -> None:
        """From any thread; nothing when the loop has ended."""
        with suppress(RuntimeError):
            self.loop.call_soon_threadsafe(call)
