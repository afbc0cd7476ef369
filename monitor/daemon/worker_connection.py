"""A worker's connections and its part of Procrastinate's worker, as long as they last."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from random import Random
from typing import Any, Final

from procrastinate.job_context import JobContext
from procrastinate.jobs import DeleteJobCondition
from sqlalchemy import Engine, text

from monitor.daemon.check_queue import QUEUE, TASK, make_app
from monitor.daemon.listener import Listener
from monitor.daemon.queue_times import QueueTimes
from monitor.daemon.worker_check import Checker, OtherSchemaError, Rules, SharedHolds
from monitor.daemon.worker_claim import Sureness
from monitor.daemon.worker_jobs import OUTAGES, EagerWorker, Retries, WorkerJobs
from monitor.database.engine import read_and_roll_back
from monitor.database.shared_clock import SharedClock
from monitor.rounds import host_holds

_LET_GO: Final = 2.0  # seconds for closing connections, which may hang

_REGISTER: Final = text("""
INSERT INTO worker (id, queue_id, host, pid, version, started_at, last_seen_at, lost_at, done)
VALUES (:id, NULL, :host, :pid, :version, now(), now(), now() + make_interval(secs => :lost), 0)
ON CONFLICT (id) DO UPDATE SET queue_id = NULL, last_seen_at = now(), lost_at = EXCLUDED.lost_at""")
_LEAVE: Final = text("DELETE FROM worker WHERE id = :id")


@dataclass(frozen=True, slots=True)
class WorkerSetup:
    """The identity and size of a worker, the same in all its connections."""

    id: str
    url: str  # of the database
    concurrency: int
    times: QueueTimes
    random: Random
    stop: asyncio.Event


class ConnectedWorker:
    """A worker with connections, until the first of them fails."""

    def __init__(self, setup: WorkerSetup, engine: Engine) -> None:
        self.setup, self.engine, self.times = setup, engine, setup.times
        self.refused: OtherSchemaError | None = None  # why it cannot go on
        self.clock, self.sureness, self.holds = SharedClock(), Sureness(), SharedHolds()
        self.holds.on_hold = self._share_holds
        self._checker = Checker(
            engine,
            self.clock,
            setup.random,
            Rules(setup.url),
            self.holds,
            self.sureness,
            self.times.sure,
        )
        self._app = make_app(setup.url, setup.concurrency + 3)
        self._app.job_manager = WorkerJobs(
            self._app.connector,
            worker_id=setup.id,
            times=self.times,
            clock=self.clock,
            sureness=self.sureness,
            stop=self.stop,
        )
        self._app.task(name=TASK, queue=QUEUE, pass_context=True, retry=Retries())(self._run)
        self.worker = EagerWorker(
            self._app,
            queues=[QUEUE],
            concurrency=setup.concurrency,
            fetch_job_polling_interval=self.times.poll,
            abort_job_polling_interval=self.times.poll,
            shutdown_graceful_timeout=self.times.grace,
            delete_jobs=DeleteJobCondition.ALWAYS,
            install_signal_handlers=False,
            update_heartbeat_interval=self.times.heartbeat,
            stalled_worker_timeout=self.times.lost,
        )
        self._tasks: set[asyncio.Task[None]] = set()

    async def register(self) -> None:
        """Store the worker's row. Raise one of OUTAGES, also if the database cannot be written."""
        await asyncio.to_thread(self._register)

    async def work(self) -> None:
        """Work until the process is to stop, or a connection fails. Raise one of OUTAGES."""
        listener = Listener(self.engine, lambda: self._start(self._refresh_holds()))
        await self._app.open_async()
        await listener.keep()
        working = asyncio.create_task(self._procrastinate())
        working.add_done_callback(lambda task: task.cancelled() or task.exception())
        try:
            await self._until_it_ends(working)
        finally:
            listener.close()
            working.cancel()
            for task in self._tasks:
                task.cancel()
            await _in_time(self._app.close_async())
        if self.setup.stop.is_set() or self.refused:
            await _in_time(asyncio.to_thread(self._leave))

    async def _until_it_ends(self, working: asyncio.Task[None]) -> None:
        """Wait for the worker's end: asked for, by an outage, or because nobody hears it."""
        stopping = asyncio.create_task(self.setup.stop.wait())
        try:
            while not working.done():
                await asyncio.wait(
                    {working, stopping}, timeout=1.0, return_when=asyncio.FIRST_COMPLETED
                )
                if stopping.done():
                    self.stop()
                    await asyncio.wait({working}, timeout=self.times.grace + 3.0)
                    return
                if self.worker.worker_id is not None and not self.sureness.holds():
                    # it has dropped its jobs by now; a hanging connection is not waited for
                    raise TimeoutError("the database did not answer in time")
            working.result()
        finally:
            stopping.cancel()

    def stop(self) -> None:
        """Finish the boards in hand and disconnect."""
        self.worker.stop()  # type: ignore[no-untyped-call]  # theirs

    async def _procrastinate(self) -> None:
        await self.worker.run()  # type: ignore[no-untyped-call]  # theirs

    def _register(self) -> None:
        with self.engine.execution_options(rolewatch_silent=True).begin() as connection:
            self.clock.measure(connection)
            own: dict[str, Any] = {"host": socket.gethostname(), "pid": os.getpid()}
            own |= {"id": self.setup.id, "version": version("rolewatch")}
            connection.execute(_REGISTER, own | {"lost": self.times.lost})

    def _leave(self) -> None:
        with self.engine.execution_options(rolewatch_silent=True).begin() as connection:
            connection.execute(_LEAVE, {"id": self.setup.id})

    async def _run(self, context: JobContext, /, **_check: object) -> None:
        """Run one job. `Retries` decides what follows an error."""
        try:
            await self._checker.check(context.job)
        except OtherSchemaError as error:
            self.refused = error
            self.stop()
            raise

    def _share_holds(self) -> None:
        self._start(asyncio.to_thread(self._save_holds))

    def _save_holds(self) -> None:
        """Store new holds at once: the commit wakes the other workers."""
        with self.engine.begin() as connection:
            saved = host_holds.save(connection, self.holds, self.clock())
        self.holds.mark_saved(saved)

    async def _refresh_holds(self) -> None:
        await asyncio.to_thread(self._load_holds)

    def _load_holds(self) -> None:
        with read_and_roll_back(self.engine) as connection:
            host_holds.refresh(connection, self.holds, self.clock())

    def _start(self, work: Coroutine[object, object, object]) -> None:
        task = asyncio.create_task(_despite_outages(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _despite_outages(work: Coroutine[object, object, object]) -> None:
    with suppress(*OUTAGES):  # the next check loads or stores them
        await work


async def _in_time(work: Coroutine[object, object, object]) -> None:
    """Let a last step on a connection end, unless it hangs."""
    with suppress(*OUTAGES):
        async with asyncio.timeout(_LET_GO):
            await work
