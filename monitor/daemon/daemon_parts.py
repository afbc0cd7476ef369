"""Make the parts of a daemon that use its settings, and connect them with its event loop.

Slack's buttons and the health checks work in threads of their own. What they write wakes the
delivery, which runs in the loop.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext, suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, event

from monitor.alerts.alerting import Alerting
from monitor.config.fresh import Stamp
from monitor.config.model import Settings
from monitor.daemon.beside import Service
from monitor.daemon.queue_times import QueueTimes
from monitor.daemon.reload import Configuration
from monitor.database.engine import is_reading
from monitor.database.lease import Lease
from monitor.database.trouble import OutageLog
from monitor.delivery.outbox import Outbox
from monitor.health.guard import HealthMonitor
from monitor.messages import OperatorMessage
from monitor.rules.watches import with_stored
from monitor.slack_app.app import SlackApp

if TYPE_CHECKING:
    from monitor.daemon.dispatcher import Dispatcher


@dataclass(frozen=True, slots=True)
class DaemonSetup:
    """The values that a daemon gets at its start. A changed configuration does not change them."""

    load: Callable[[], Settings]
    lease: Lease
    make_outbox: Callable[[Settings], Outbox]
    announce: bool
    clock: Callable[[], datetime]
    random: Random
    force_exit: Callable[[], None]  # called when a signal has come
    set_up_logs: Callable[[Settings], None]  # called with changed settings
    beside: Service  # starts and ends with the daemon
    queue_times: QueueTimes

    @property
    def engine(self) -> Engine:
        """The database, writable while the lease is held."""
        return self.lease.engine


@dataclass
class DaemonParts:
    """The parts of one daemon, and the calls by which threads reach its event loop."""

    setup: DaemonSetup
    settings: Settings  # until there is a configuration
    loop: asyncio.AbstractEventLoop
    wake: asyncio.Event = field(default_factory=asyncio.Event)  # wakes the delivery
    troubles: OutageLog = field(default_factory=OutageLog)
    configuration: Configuration | None = None

    async def configure(self, read_at: dict[Path, Stamp]) -> Configuration:
        """Make the parts, and start the health server and what runs beside the daemon.

        `read_at`: the stamps of the files, taken before the settings were loaded.
        """
        setup = self.setup
        outbox = self._make_outbox(self.settings)
        await outbox.ask_channel_names()
        self.settings = await asyncio.to_thread(with_stored, setup.engine, self.settings)
        guard = HealthMonitor(setup.engine, setup.clock, self.write_notice, self.settings)
        await guard.start()
        await setup.beside.start(self.settings)
        self.configuration = Configuration(
            load=setup.load,
            settings=self.settings,
            read_at=read_at,
            engine=setup.engine,
            clock=setup.clock,
            make_outbox=self._make_outbox,
            set_up_logs=setup.set_up_logs,
            outbox=outbox,
            guard=guard,
            slack_app=SlackApp(
                self._engine_that_wakes_delivery(),
                self.settings,
                setup.clock,
                self.write_notice,
                self._changing_watches,
            ),
            beside=setup.beside,
        )
        return self.configuration

    async def open_dispatcher(self, configuration: Configuration) -> Dispatcher | None:
        """Return the way to the workers, if they check the boards."""
        if not self.settings.workers.queue:
            return None
        # the queue's library is an extra
        from monitor.daemon.dispatcher import Dispatcher  # noqa: PLC0415
        from monitor.daemon.shared_settings import without_workers  # noqa: PLC0415

        setup = self.setup
        configuration.settings_lock.beyond = partial(without_workers, setup.lease.base)
        return await Dispatcher.open(
            setup.engine,
            lambda: configuration.settings,
            setup.clock,
            self.troubles,
            setup.queue_times,
            on_stored=self.wake.set,
        )

    def write_notice(self, message: OperatorMessage) -> None:
        """Write an operator's message. Thread-safe."""
        settings = self.configuration.settings if self.configuration else self.settings
        with self.setup.engine.begin() as connection:
            Alerting(settings).write_operator_alert(connection, message, at=self.setup.clock())
        self.call_soon(self.wake.set)

    def call_soon(self, call: Callable[[], None]) -> None:
        """Call in the event loop, from any thread. Nothing happens after the loop has ended."""
        with suppress(RuntimeError):
            self.loop.call_soon_threadsafe(call)

    def _make_outbox(self, settings: Settings) -> Outbox:
        outbox = self.setup.make_outbox(settings)
        outbox.work_under(self.setup.lease)
        return outbox

    def _engine_that_wakes_delivery(self) -> Engine:
        """Return an engine for Slack's buttons that wakes the delivery with each commit."""
        engine = self.setup.engine.execution_options()

        def wake_delivery(connection: Connection) -> None:
            if not is_reading(connection):
                self.call_soon(self.wake.set)

        event.listen(engine, "commit", wake_delivery)
        return engine

    def _changing_watches(self) -> AbstractAsyncContextManager[None]:
        """Enter a change of watches. Slack's buttons work only while there is a configuration."""
        return self.configuration.changing_watches() if self.configuration else nullcontext()
