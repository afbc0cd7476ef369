"""The daemon: jobs in one event loop, one instance per database. Each runs when it has work.

    rounds        when the next board is due (`daemon_loop.py`); each is a task (`round_tasks.py`)
    timed_alerts  when the next reminder or digest is due (`daemon_loop.py`)
    lease         renewed every 20 seconds (`poller.py`)
    delivery      always: the outbox sleeps until a message is due or a commit wakes it
    poll          every two seconds, without a transaction (`poller.py`): did another process
                  write, did the configuration change (`reload.py`), was the clock set
                  (`clock_change.py`)
    health        always: checks that all of this is in time (`monitor/health/`)

To stop: no new round begins, crawls are cancelled and their results stored, then the outbox ends.
The scheduler ends last, since its shutdown cancels what still runs.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Collection
from typing import TYPE_CHECKING, Final

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from monitor.config.fresh import stamps
from monitor.config.model import Settings
from monitor.daemon.daemon_loop import DaemonLoop
from monitor.daemon.daemon_parts import DaemonParts, DaemonSetup
from monitor.daemon.poller import Poller
from monitor.daemon.reload import Configuration, store_configuration
from monitor.history import due
from monitor.rounds import write_check  # noqa: F401  # not with the first change: it takes a moment

if TYPE_CHECKING:
    from monitor.daemon.dispatcher import Dispatcher

log = structlog.get_logger()
# seconds for the work in flight; then the program ends without it, and nothing is lost
STOP_WITHIN: Final = 8.0


class Daemon:
    """One running daemon. It is made in the event loop that it runs in."""

    def __init__(self, setup: DaemonSetup, settings: Settings) -> None:
        """Take the settings as they are at the start."""
        self.lease_lost = False  # another process has the lease
        self.replaced = False  # another file stands at the database's path
        self.forced = False  # work in flight was cut off
        self._setup = setup
        self._stop = asyncio.Event()
        self._parts = DaemonParts(setup, settings, asyncio.get_running_loop())
        self._daemon_loop: DaemonLoop | None = None  # while it runs
        self._is_reload_requested = False  # by a SIGHUP before the daemon's loop runs

    async def run(self) -> None:
        """Run until a signal comes, the lease is lost, or one of the daemon's tasks ends."""
        parts = self._parts
        read_at = stamps(parts.settings.sources)
        self._install_signal_handlers()
        self._setup.lease.on_lost = lambda: parts.call_soon(self._leave)
        await asyncio.to_thread(self._prepare, parts.settings)
        configuration = await parts.configure(read_at)
        scheduler = _start_scheduler()
        dispatcher = await parts.open_dispatcher(configuration)
        daemon_loop = self._make_loop(configuration, scheduler, dispatcher)
        tasks = self._start_tasks(configuration, daemon_loop)
        started = configuration.settings
        log.info("daemon_started", boards=len(started.boards), rules=len(started.rules))
        await self._stop.wait()
        log.info("shutdown_started")
        scheduler.pause()
        await self._end_work(tasks, daemon_loop.tasks)
        scheduler.shutdown(wait=False)
        await configuration.outbox.close()
        await self._setup.beside.stop()
        await configuration.guard.stop()
        if dispatcher is not None:
            await dispatcher.close()
        log.info("daemon_stopped")
        for task in tasks:
            if not task.cancelled():
                task.result()

    def _prepare(self, settings: Settings) -> None:
        """Store the configuration, plan the first round, and log if the last daemon died.

        The operator was alerted of that when the lease was taken.
        """
        setup = self._setup
        store_configuration(setup.engine, settings, setup.clock())
        with setup.engine.begin() as connection:
            due.make_all_due(connection, setup.clock())
        died = setup.lease.died_before
        if died is not None:
            log.warning(
                "previous_daemon_died",
                pid=died.pid,
                host=died.host,
                died_before=died.expires_at,
            )

    def _make_loop(
        self,
        configuration: Configuration,
        scheduler: AsyncIOScheduler,
        dispatcher: Dispatcher | None,
    ) -> DaemonLoop:
        daemon_loop = DaemonLoop(
            engine=self._setup.engine,
            configuration=configuration,
            scheduler=scheduler,
            guard=configuration.guard,
            announce=self._setup.announce,
            clock=self._setup.clock,
            random=self._setup.random,
            wake=self._parts.wake,
            stop=self._stop,
            troubles=self._parts.troubles,
            workers=dispatcher,
        )
        configuration.watches_changed = daemon_loop.watches_changed
        configuration.is_reload_requested |= self._is_reload_requested
        self._daemon_loop = daemon_loop
        return daemon_loop

    def _start_tasks(
        self, configuration: Configuration, daemon_loop: DaemonLoop
    ) -> list[asyncio.Task[None]]:
        """Start the tasks that run as long as the daemon. It stops when one of them ends.

        Not a TaskGroup, which would cancel the others: they get time to finish their work.
        """
        wake = self._parts.wake

        def on_write() -> None:
            """Another process wrote: there may be a requested round, or a message to send."""
            wake.set()
            daemon_loop.run_soon()

        poller = Poller(
            self._setup.lease,
            self._setup.clock,
            self._stop,
            self._parts.troubles,
            on_write,
            configuration.is_old,
            daemon_loop.run_soon,
            self._leave_replaced,
        )
        jobs = (
            configuration.outbox.run(wake, self._stop),
            configuration.slack_app.run(self._stop),
            poller.poll(),
            poller.keep_lease(),
        )
        tasks = [asyncio.create_task(job) for job in jobs]
        for task in tasks:
            # a daemon without delivery or without Slack is better restarted
            task.add_done_callback(lambda _: self._stop.set())
        return tasks

    def _install_signal_handlers(self) -> None:
        loop = self._parts.loop
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._end_soon)
        loop.add_signal_handler(signal.SIGHUP, self._request_reload)

    def _end_soon(self) -> None:
        self._setup.force_exit()
        self._stop.set()

    def _request_reload(self) -> None:
        self._is_reload_requested = True
        if self._daemon_loop is not None:
            self._daemon_loop.configuration.is_reload_requested = True
            self._daemon_loop.run_soon()

    def _leave(self) -> None:
        self.lease_lost = True
        log.error("lease_lost", reason="another rolewatch works on this database now")
        self._stop.set()

    def _leave_replaced(self) -> None:
        """Stop before anything more is sent or stored: none of it would be found again."""
        self.replaced = self._setup.lease.is_lost = True
        log.error(
            "database_replaced",
            reason="another file, or none, is in the place of the database."
            " What was checked since then is not in it. Start rolewatch again",
        )
        self._stop.set()

    async def _end_work(
        self, working: Collection[asyncio.Task[None]], rounds: Collection[asyncio.Task[None]]
    ) -> None:
        """Stop the crawls, then wait until results are stored and messages in flight settled."""
        for task in rounds:
            task.cancel()
        _, late = await asyncio.wait({*working, *rounds}, timeout=STOP_WITHIN)
        for task in late:
            self.forced = True
            log.error(
                "shutdown_forced",
                reason="work in flight did not end in time; the next start resumes it",
            )
            task.cancel()


def _start_scheduler() -> AsyncIOScheduler:
    # A late job runs once, however late: one round after a night's sleep, not forty.
    scheduler = AsyncIOScheduler(
        timezone="UTC",
        job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
    )
    scheduler.start()
    return scheduler
