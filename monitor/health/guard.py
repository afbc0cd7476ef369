"""The daemon's health: watchdog checks, the health server, the heartbeat and systemd's watchdog."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar, TypeVarTuple

import structlog
from sqlalchemy import Engine, select

from monitor.config.model import Settings
from monitor.database import tables
from monitor.database.engine import read_transaction
from monitor.database.trouble import DATABASE_ERRORS, OutageLog
from monitor.errors import UserError
from monitor.health.heartbeat import has_listener, notify, ping
from monitor.health.server import AddressInUseError, HealthServer, NoMetrics
from monitor.health.watchdog import Watchdog
from monitor.messages import OperatorMessage

if TYPE_CHECKING:
    from monitor.health.metrics import Metrics

log = structlog.get_logger()
T = TypeVar("T")
Ts = TypeVarTuple("Ts")
BEAT_EVERY = 10.0  # seconds: systemd hears that the loop runs
# seconds: an idle daemon makes no more than one transaction in ten seconds, the lease's among them
CHECK_EVERY = 45.0
STALE = 90.0  # seconds after which a watchdog's check is outdated
SCRAPE = 8.0  # seconds that the database has for a scrape


class HealthMonitor:
    """Watches a daemon from start to stop.

    Its queries run in a thread of their own, so that a hanging database cannot block it.
    """

    def __init__(
        self,
        engine: Engine,
        clock: Callable[[], datetime],
        write_operator_alert: Callable[[OperatorMessage], None],
        settings: Settings,
    ) -> None:
        self._engine, self._settings = engine, settings
        self._thread = ThreadPoolExecutor(1, "health")
        self.watchdog = Watchdog(engine, clock, time.monotonic, write_operator_alert)
        self._clock = clock
        self._server: HealthServer | None = None
        self._metrics: Metrics | None = None
        self._tasks: set[asyncio.Task[object]] = set()
        self._troubles = OutageLog()

    async def start(self) -> None:
        """Start everything. Raises UserError when `[health] listen` is not available."""
        await self._listen()
        self._start(self._run_watchdog())
        notify("READY=1")

    async def stop(self) -> None:
        notify("STOPPING=1")
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._server is not None:
            await self._server.stop()
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def reconfigure(self, settings: Settings) -> None:
        """Apply changed settings. On UserError (see `start`) everything stays as before."""
        before, self._settings = self._settings, settings
        if before.health.listen == settings.health.listen:
            return
        old, self._server = self._server, None
        try:
            await self._listen_beside(old)
        except UserError:
            self._settings = before
            if self._server is None:
                self._server = old
            raise
        if old is not None:
            await old.stop()

    async def _listen_beside(self, old: HealthServer | None) -> None:
        """Listen on the new address before the old server stops. On the same port: after it."""
        try:
            await self._listen()
        except AddressInUseError:
            if old is None or old.port != str(self._settings.health.listen).rpartition(":")[2]:
                raise
            await old.stop()
            try:
                await self._listen()
            except UserError:
                self._server = self._make_server(old.listen)
                await self._server.start()
                raise

    def round_ended(self, round_id: int) -> None:
        """Send a heartbeat in the background if the round read a board and delivery is in time."""
        url = self._settings.health.heartbeat_url
        if url is not None and "delivery" not in self.watchdog.late:
            self._start(self._ping(round_id))

    async def _ping(self, round_id: int) -> None:
        url = self._settings.health.heartbeat_url
        if url is not None and await self._in_thread(self._has_read, round_id):
            await ping(url)

    def _has_read(self, round_id: int) -> bool:
        check = tables.BoardCheck
        with read_transaction(self._engine) as connection:
            read = (
                select(check.id)
                .where(check.round_id == round_id, check.result != "failure")
                .limit(1)
            )
            return connection.scalar(read) is not None

    async def _run_watchdog(self) -> None:
        due = time.monotonic()
        while True:
            if time.monotonic() >= due:
                due = time.monotonic() + CHECK_EVERY
                await self._logging_errors(self._in_thread(self.watchdog.check, self._settings))
            notify("WATCHDOG=1")
            await asyncio.sleep(min(BEAT_EVERY, CHECK_EVERY) if has_listener() else CHECK_EVERY)

    async def _listen(self) -> None:
        listen = self._settings.health.listen
        if listen is None:
            return
        server = self._make_server(listen)
        await server.start()
        self._server = server
        if self._metrics is None:
            await self._measure()
        log.info("health_server_started", address=listen)

    def _make_server(self, listen: str) -> HealthServer:
        return HealthServer(listen, lambda: self.watchdog.reasons(STALE), self._text)

    async def _measure(self) -> None:
        try:
            from monitor.health.metrics import Metrics  # an extra  # noqa: PLC0415
        except ModuleNotFoundError:
            log.warning(
                "metrics_not_served",
                reason="it needs the extra `metrics`: pip install 'rolewatch[metrics]'",
            )
        else:
            self._metrics = await self._in_thread(
                Metrics, self._engine, self._clock, lambda: self.watchdog.late
            )

    async def _text(self) -> bytes | None:
        """Return the text of /metrics. Raises NoMetrics when the database does not answer."""
        if self._metrics is None:
            return None
        try:
            async with asyncio.timeout(SCRAPE):
                return await self._in_thread(self._metrics.text)
        except (TimeoutError, *DATABASE_ERRORS) as error:
            raise NoMetrics from error

    def _start(self, work: Coroutine[object, object, object]) -> None:
        task = asyncio.create_task(self._logging_errors(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _logging_errors(self, work: Coroutine[object, object, object]) -> None:
        """Log any error of health work. Monitoring must neither end the daemon nor end itself."""
        try:
            await work
        # the log has it, and its traceback where the fault is ours
        except Exception as error:  # noqa: BLE001
            self._troubles.report("health_work_failed", error)
        else:
            self._troubles.over("health_work_failed")

    async def _in_thread(self, work: Callable[[*Ts], T], *arguments: *Ts) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, *arguments)
