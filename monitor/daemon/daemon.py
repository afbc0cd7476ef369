"""The daemon: jobs in one event loop, one instance per database. Each runs when it has work.

    rounds        when the next board is due (`turns.py`); each runs as a task (`round_tasks.py`)
    timed_alerts  when the next reminder or digest is due (`turns.py`)
    lease         renewed every 20 seconds, by the loop's own time: APScheduler's jobs would wait
                  after the clock was set back
    delivery      always: the outbox sleeps until a message is due or a commit wakes it
    poll          every two seconds, by the loop's own time and without a transaction: did another
                  process write (`wake.py`), did the configuration change (`reload.py`), was the
                  clock set (`clock_change.py`)
    health        always: checks that all of this is in time (`monitor/health/`)

To stop: no new round begins, crawls are cancelled and their results stored, then the outbox ends.
The scheduler ends last, since its shutdown cancels what still runs.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Final

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy import Connection, Engine, event

from monitor.alerts.alerting import Alerting
from monitor.config.model import Settings
from monitor.daemon.clock_change import Steps, shift
from monitor.daemon.reload import Configuration, Stamp, begin_watching, stamps
from monitor.daemon.turns import Turns
from monitor.daemon.wake import Listener, OpenConnection
from monitor.database import slack_channels
from monitor.database.engine import is_reading
from monitor.database.lease import RENEW_EVERY, Lease, LeaseLost
from monitor.database.trouble import OutageLog
from monitor.delivery.dispatcher import Outbox
from monitor.health.guard import HealthMonitor
from monitor.history import due
from monitor.messages import OperatorMessage
from monitor.slack_app.app import SlackApp

log = structlog.get_logger()
POLL_EVERY: Final = 2.0  # seconds
RENEW_AGAIN: Final = 5.0  # seconds after a lease that could not be renewed
# seconds for the work in flight; then the program ends without it, and nothing is lost
STOP_WITHIN: Final = 8.0


@dataclass
class Daemon:
    """One running daemon.

    `force_exit` is called when a signal has come, `set_up_logs` with changed settings.
    """

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
        """The database, writable while the lease is held."""
        return self.lease.engine

    async def run(self) -> None:
        """Run until a signal comes, the lease is lost, or one of the daemon's tasks ends."""
        self.loop, read_at = asyncio.get_running_loop(), stamps(self.settings.sources)
        self._install_signal_handlers()
        self.lease.on_lost = lambda: self._call_soon(self._leave)
        self.connection = OpenConnection(self.lease.base)
        self.listener = Listener(self.lease.base, self._ring)
        await asyncio.to_thread(self._prepare)
        configuration = await self._configure(read_at)
        scheduler = _start_scheduler()
        shared = (self.announce, self.clock, self.random, self.wake, self.stop, self.troubles)
        self.turns = Turns(self.engine, configuration, scheduler, configuration.guard, *shared)
        tasks = self._start_tasks(configuration)
        log.info("daemon started", boards=len(self.settings.boards), rules=len(self.settings.rules))
        await self.stop.wait()
        log.info("daemon stopping")
        scheduler.pause()
        await self._end(tasks)
        scheduler.shutdown(wait=False)
        await configuration.outbox.close()
        await configuration.guard.stop()
        log.info("daemon stopped")
        for task in tasks:
            if not task.cancelled():
                task.result()

    async def _configure(self, read_at: dict[Path, Stamp]) -> Configuration:
        """Make the parts that use the settings, and start the health server."""
        outbox = self._outbox(self.settings)
        await outbox.learn()
        channels = await asyncio.to_thread(slack_channels.read, self.engine)
        self.settings = channels.applied(self.settings)
        guard = HealthMonitor(self.engine, self.clock, self._notice, self.settings)
        await guard.start()
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
            SlackApp(self._ringing(), self.settings, self.clock, self._notice),
            self.asked,
        )
        return self.configuration

    def _start_tasks(self, configuration: Configuration) -> list[asyncio.Task[None]]:
        """Start the tasks that run as long as the daemon. It stops when one of them ends.

        Not a TaskGroup, which would cancel the others: they get time to finish their work.
        """
        jobs = (
            configuration.outbox.run(self.wake, self.stop),
            configuration.talk.run(self.stop),
            self._poll(),
            self._keep_lease(),
        )
        tasks = [asyncio.create_task(job) for job in jobs]
        for task in tasks:
            # a daemon without delivery or without Slack is better restarted
            task.add_done_callback(lambda _: self.stop.set())
        return tasks

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
        """Another process wrote: there may be a requested round, or a message to send."""
        self.wake.set()
        if self.turns is not None:
            self.turns.take()

    def _ringing(self) -> Engine:
        """Return an engine for Slack's buttons that wakes the delivery with each commit."""
        engine = self.engine.execution_options()

        def ring(connection: Connection) -> None:
            if not is_reading(connection):
                self._call_soon(self.wake.set)

        event.listen(engine, "commit", ring)
        return engine

    def _prepare(self) -> None:
        """Sync the configuration, plan the first round, and log if the last daemon died.

        The operator was alerted of that when the lease was taken.
        """
        begin_watching(self.engine, self.settings, self.clock())
        with self.engine.begin() as connection:
            due.make_all_due(connection, self.clock())
        died = self.lease.died_before
        if died is not None:
            log.warning(
                "daemon died before", pid=died.pid, host=died.host, last_sign=died.expires_at
            )

    def _notice(self, message: OperatorMessage) -> None:
        """Write an operator's message. Thread-safe."""
        with self.engine.begin() as connection:
            settings = self.configuration.settings if self.configuration else self.settings
            Alerting(settings).write_operator_alert(
                connection, message, round_id=None, check_id=None, at=self.clock()
            )
        self._call_soon(self.wake.set)

    async def _keep_lease(self) -> None:
        """Renew the lease. After a database error retry soon, before it expires."""
        while not self.stop.is_set():
            wait = RENEW_AGAIN
            with self.troubles.passing("lease not renewed, trying again"):
                await asyncio.to_thread(self.connection.renew, self.lease)
                wait = RENEW_EVERY
            await self._sleep(wait)

    async def _poll(self) -> None:
        """Poll for changes by other processes, by the loop's own time."""
        try:
            while not self.stop.is_set():
                with (
                    suppress(LeaseLost),
                    self.troubles.passing("the database cannot be watched, trying again"),
                ):
                    await self._poll_once()
                await self._sleep(POLL_EVERY)
        finally:
            self.listener.close()
            await asyncio.to_thread(self.connection.close)

    async def _poll_once(self) -> None:
        await self.listener.keep()
        changed = await asyncio.to_thread(self.connection.has_changed)
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
        """Stop the crawls, then wait until results are stored and messages in flight settled."""
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
        """Call in the event loop, from any thread. Nothing happens after the loop has ended."""
        with suppress(RuntimeError):
            self.loop.call_soon_threadsafe(call)


def _start_scheduler() -> AsyncIOScheduler:
    # A late job runs once, however late: one round after a night's sleep, not forty.
    scheduler = AsyncIOScheduler(
        timezone="UTC",
        job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
    )
    scheduler.start()
    return scheduler
