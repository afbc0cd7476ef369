"""A process that checks boards for the daemon: `rolewatch worker`.

    connect   the database, its clock, the worker's row, Procrastinate's queue
    work      Procrastinate's worker fetches jobs and runs them (worker_check.py)
    signs     every ten seconds: see worker_claim.py
    outage    everything is dropped, and the worker connects again

A connection may hang for minutes when a network is cut, and so may the threads that wait for it.
So nothing is waited for then: the next try has connections and threads of its own, and what the
old ones still write is refused by the fence.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import Final
from uuid import uuid4

import structlog

from monitor.config.database_url import parse_url
from monitor.daemon.dispatcher import outage
from monitor.daemon.queue_times import QueueTimes
from monitor.daemon.stopping import sleep_until_stop
from monitor.daemon.worker_connection import ConnectedWorker, WorkerSetup
from monitor.daemon.worker_jobs import OUTAGES
from monitor.database.opening import open_existing
from monitor.database.trouble import DATABASE_ERRORS, OutageLog
from monitor.errors import UserError

log = structlog.get_logger()
_TROUBLE: Final = "worker_not_connected"
_THREADS: Final = 4  # beside one for each check


def require_postgresql(url: str) -> None:
    """Raise UserError for another database, and for an invalid URL."""
    try:
        target = parse_url(url)
    except ValueError as error:
        raise UserError(f"$ROLEWATCH_DATABASE_URL: {error}") from error
    if target.get_backend_name() == "sqlite":
        raise UserError("workers need PostgreSQL: on SQLite the daemon checks its boards itself")


@dataclass
class WorkerProcess:
    """One process. `run` returns when it was asked to stop."""

    url: str
    concurrency: int
    times: QueueTimes
    random: Random
    force_exit: Callable[[], None] = lambda: None  # called when it was asked to stop
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    troubles: OutageLog = field(default_factory=OutageLog)
    id: str = field(default_factory=lambda: uuid4().hex)
    _was_connected: bool = False

    async def run(self) -> None:
        """Work until SIGTERM or SIGINT. Raise UserError for a database that it cannot work on."""
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, self._end_soon)
        await self.work()

    async def work(self) -> None:
        """Work until `stop` is set. Raise UserError as `run` does."""
        require_postgresql(self.url)
        loop = asyncio.get_running_loop()
        while not self.stop.is_set():
            # threads of an earlier try may hang
            loop.set_default_executor(ThreadPoolExecutor(self.concurrency + _THREADS, "worker"))
            try:
                await self._connect_and_work()
            except OUTAGES as error:
                self._was_connected = True
                self.troubles.report(_TROUBLE, outage(error))
                await sleep_until_stop(self.stop, self.times.pause)
            except UserError as error:
                is_outage = isinstance(error.__cause__, DATABASE_ERRORS)
                if not self._was_connected or not is_outage or error.__cause__ is None:
                    raise
                self.troubles.report(_TROUBLE, outage(error.__cause__))  # type: ignore[arg-type]
                await sleep_until_stop(self.stop, self.times.pause)
        log.info("worker_stopped", worker=self.id)

    def _end_soon(self) -> None:
        self.force_exit()
        self.stop.set()

    async def _connect_and_work(self) -> None:
        engine = await asyncio.to_thread(open_existing, self.url)
        setup = WorkerSetup(self.id, self.url, self.concurrency, self.times, self.random, self.stop)
        connected = ConnectedWorker(setup, engine)
        if not self._was_connected:
            log.info("worker_started", worker=self.id, concurrency=self.concurrency)
        self._was_connected = True
        try:
            await connected.register()
            self.troubles.over(_TROUBLE)
            await connected.work()
        finally:
            with suppress(TimeoutError):
                async with asyncio.timeout(2.0):
                    await asyncio.to_thread(engine.dispose)
        if connected.refused is not None:
            raise connected.refused
