"""The daemon: jobs in one event loop, one instance per database. Each runs when it has work.

    rounds        when the next board is due (`daemon_loop.py`); each is a task (`round_tasks.py`)
    timed_alerts  when the next reminder or digest is due (`daemon_loop.py`)
    lease         renewed every 20 seconds (`wake.py`)
    delivery      always: the outbox sleeps until a message is due or a commit wakes it
    poll          every two seconds, without a transaction (`wake.py`): did another process write,
                  did the configuration change (`reload.py`), was the clock set
                  (`clock_change.py`)
    health        always: checks that all of this is in time (`monitor/health/`)

To stop: no new round begins, crawls are cancelled and their results stored, then the outbox ends.
The scheduler ends last, since its shutdown cancels what still runs.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext, suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Final

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy import Connection, Engine, event

from monitor.alerts.alerting import Alerting
from monitor.config.fresh import Stamp, stamps
from monitor.config.model import Settings
from monitor.daemon.beside import Service
from monitor.daemon.daemon_loop import DaemonLoop
from monitor.daemon.queue_times import QueueTimes
from monitor.daemon.reload import Configuration, begin_watching
from monitor.daemon.wake import Watch
from monitor.database.engine import is_reading
from monitor.database.lease import Lease
from monitor.database.trouble import OutageLog
from monitor.delivery.outbox import Outbox
from monitor.health.guard import HealthMonitor
from monitor.history import due
from monitor.messages import OperatorMessage
from monitor.rounds import recording  # noqa: F401  # not with the first change: it takes a moment
from monitor.rules.watches import with_stored
from monitor.slack_app.app import SlackApp

if TYPE_CHECKING:
    from monitor.daemon.dispatcher import Dispatcher

log = structlog.get_logger()
# seconds for the work in flight; then the program ends without it, and nothing is lost
STOP_WITHIN: Final = 8.0


@dataclass
class Daemon:
    """One running daemon.

    `force_exit` is called when a signal has come, `set_up_logs` with changed settings. `beside`
    starts and ends with it.
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
    beside: Service
    queue_times: QueueTimes = field(default_factory=QueueTimes)
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    lease_lost: bool = False  # another process has the lease
    forced: bool = False  # work in flight was cut off
    troubles: OutageLog = field(default_factory=OutageLog)
    configuration: Configuration | None = None  # while it runs
    daemon_loop: DaemonLoop | None = None  # the same
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
        await asyncio.to_thread(self._prepare)
        configuration = await self._configure(read_at)
        scheduler = _start_scheduler()
        shared = (self.announce, self.clock, self.random, self.wake, self.stop, self.troubles)
        workers = await self._start_queue(configuration)
        self.daemon_loop = DaemonLoop(
            self.engine, configuration, scheduler, configuration.guard, *shared, workers
        )
        configuration.watches_changed = self.daemon_loop.watches_changed
        watch = Watch(
            self.lease,
            self.clock,
            self.stop,
            self.troubles,
            self._wake_all,
            configuration.is_old,
            self.daemon_loop.run_soon,
        )
        tasks = self._start_tasks(configuration, watch)
        log.info("daemon_started", boards=len(self.settings.boards), rules=len(self.settings.rules))
        await self.stop.wait()
        log.info("shutdown_started")
        scheduler.pause()
        await self._end(tasks)
        scheduler.shutdown(wait=False)
        await configuration.outbox.close()
        await self.beside.stop()
        await configuration.guard.stop()
        if workers is not None:
            await workers.close()
        log.info("daemon_stopped")
        for task in tasks:
            if not task.cancelled():
                task.result()

    async def _configure(self, read_at: dict[Path, Stamp]) -> Configuration:
        """Make the parts that use the settings, and start the health server."""
        outbox = self._outbox(self.settings)
        await outbox.ask_channel_names()
        self.settings = await asyncio.to_thread(with_stored, self.engine, self.settings)
        guard = HealthMonitor(self.engine, self.clock, self._notice, self.settings)
        await guard.start()
        await self.beside.start(self.settings)
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
            SlackApp(
                self._engine_that_wakes_delivery(),
                self.settings,
                self.clock,
                self._notice,
                self._changing_watches,
            ),
            self.beside,
            self.asked,
        )
        return self.configuration

    async def _start_queue(self, configuration: Configuration) -> Dispatcher | None:
        """Return the way to the workers, if they check the boards."""
        if not self.settings.workers.queue:
            return None
        # an extra
        from monitor.daemon.dispatcher import Dispatcher  # noqa: PLC0415
        from monitor.daemon.shared_settings import without_workers  # noqa: PLC0415

        configuration.settings_lock.beyond = partial(without_workers, self.lease.base)
        return await Dispatcher.open(
            self.engine,
            lambda: configuration.settings,
            self.clock,
            self.troubles,
            self.queue_times,
            on_stored=self.wake.set,
        )

    def _start_tasks(self, configuration: Configuration, watch: Watch) -> list[asyncio.Task[None]]:
        """Start the tasks that run as long as the daemon. It stops when one of them ends.

        Not a TaskGroup, which would cancel the others: they get time to finish their work.
        """
        jobs = (
            configuration.outbox.run(self.wake, self.stop),
            configuration.slack_app.run(self.stop),
            watch.poll(),
            watch.keep_lease(),
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
        if self.configuration is not None and self.daemon_loop is not None:
            self.configuration.asked = True
            self.daemon_loop.run_soon()

    def _leave(self) -> None:
        self.lease_lost = True
        log.error("lease_lost", reason="another rolewatch works on this database now")
        self.stop.set()

    def _outbox(self, settings: Settings) -> Outbox:
        made = self.make_outbox(settings)
        made.work_under(self.lease)
        return made

    def _wake_all(self) -> None:
        """Another process wrote: there may be a requested round, or a message to send."""
        self.wake.set()
        if self.daemon_loop is not None:
            self.daemon_loop.run_soon()

    def _engine_that_wakes_delivery(self) -> Engine:
        """Return an engine for Slack's buttons that wakes the delivery with each commit."""
        engine = self.engine.execution_options()

        def wake_delivery(connection: Connection) -> None:
            if not is_reading(connection):
                self._call_soon(self.wake.set)

        event.listen(engine, "commit", wake_delivery)
        return engine

    def _changing_watches(self) -> AbstractAsyncContextManager[None]:
        """Enter a change of watches. Slack's buttons work only while there is a configuration."""
        return self.configuration.changing_watches() if self.configuration else nullcontext()

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
                "previous_daemon_died",
                pid=died.pid,
                host=died.host,
                died_before=died.expires_at,
            )

    def _notice(self, message: OperatorMessage) -> None:
        """Write an operator's message. Thread-safe."""
        with self.engine.begin() as connection:
            settings = self.configuration.settings if self.configuration else self.settings
            Alerting(settings).write_operator_alert(
                connection, message, round_id=None, check_id=None, at=self.clock()
            )
        self._call_soon(self.wake.set)

    async def _end(self, working: Sequence[asyncio.Task[None]]) -> None:
        """Stop the crawls, then wait until results are stored and messages in flight settled."""
        tasks = self.daemon_loop.tasks if self.daemon_loop else []
        for task in tasks:
            task.cancel()
        _, late = await asyncio.wait({*working, *tasks}, timeout=STOP_WITHIN)
        for task in late:
            self.forced = True
            log.error(
                "shutdown_forced",
                reason="work in flight did not end in time; the next start resumes it",
            )
            task.cancel()

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
