"""Procrastinate's part of a worker, as rolewatch needs it: signs, ends of jobs, and tries.

A connection that fails ends the worker's connections: it connects again, and what it had is given
to others.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final, LiteralString

import structlog
from procrastinate.connector import BaseConnector
from procrastinate.exceptions import AppNotOpen, ConnectorException
from procrastinate.job_context import JobContext
from procrastinate.jobs import Job, Status
from procrastinate.retry import BaseRetryStrategy, RetryDecision
from procrastinate.worker import Worker

from monitor.daemon.check_queue import CheckJobs
from monitor.daemon.memory import release_memory
from monitor.daemon.queue_times import QueueTimes
from monitor.daemon.shared_settings import NoConfiguration
from monitor.daemon.worker_check import OtherSchemaError
from monitor.daemon.worker_claim import JobLost, Sureness
from monitor.database.lease import elapsed
from monitor.database.shared_clock import SharedClock
from monitor.database.trouble import DATABASE_ERRORS

log = structlog.get_logger()
TRIES: Final = 3  # of a job that fails by an error of ours
OUTAGES: Final = (ConnectorException, TimeoutError, *DATABASE_ERRORS)
_AGAIN: Final = 0.5  # seconds until a job's end is tried to be stored again
_JOIN: Final[LiteralString] = "UPDATE worker SET queue_id = %(queue_id)s WHERE id = %(id)s"
_SIGN: Final[LiteralString] = """
WITH known AS (
    UPDATE procrastinate_workers SET last_heartbeat = now() WHERE id = %(queue_id)s RETURNING id
), seen AS (
    UPDATE worker SET last_seen_at = now(), lost_at = now() + make_interval(secs => %(lost)s)
    WHERE id = %(id)s
), forgotten AS (
    DELETE FROM worker WHERE id <> %(id)s AND lost_at < now() - interval '1 day'
)
SELECT clock_timestamp() AS now, EXISTS (SELECT FROM known) AS known"""


class WorkerJobs(CheckJobs):
    """The jobs of one worker, and its signs."""

    def __init__(
        self,
        connector: BaseConnector,
        *,
        worker_id: str,
        times: QueueTimes,
        clock: SharedClock,
        sureness: Sureness,
        stop: Callable[[], None],
    ) -> None:
        """`stop` is called when the connections are of no use any more."""
        super().__init__(connector)
        self._id, self._times, self._clock = worker_id, times, clock
        self._sureness, self._stop = sureness, stop

    async def register_worker(self) -> int:
        asked = elapsed()
        queue_id = await super().register_worker()
        await self.connector.execute_query_async(_JOIN, queue_id=queue_id, id=self._id)
        self._sureness.extend(asked + self._times.sure)
        return queue_id

    async def update_heartbeat(self, worker_id: int) -> None:
        """Give a sign, and forget workers that were lost a day ago.

        Procrastinate ends its signs after an error, so none is raised.
        """
        asked = elapsed()
        own = {"queue_id": worker_id, "id": self._id, "lost": self._times.lost}
        try:
            async with asyncio.timeout(self._times.sure):
                row = await self.connector.execute_query_one_async(_SIGN, **own)
        except OUTAGES:
            self._stop()
            return
        if not row["known"]:  # it was silent for so long that others have forgotten it
            self._stop()
            return
        self._clock.take(row["now"], asked)
        self._sureness.extend(asked + self._times.sure)
        release_memory()

    async def finish_job(self, job: Job, status: Status, delete_job: bool) -> None:
        """End a job. If that fails, connect again: what the old connection had is given back."""
        for wait in (_AGAIN, 2 * _AGAIN, 0.0):
            try:
                await super().finish_job(job, status, delete_job)
            except (ConnectorException, AppNotOpen):
                await asyncio.sleep(wait)
            else:
                return
        self._stop()

    async def retry_job(self, job: Job, *given: Any, **more: Any) -> None:  # noqa: ANN401  # theirs
        try:
            await super().retry_job(job, *given, **more)
        except (ConnectorException, AppNotOpen):
            self._stop()


class EagerWorker(Worker):
    """Procrastinate's worker, which asks for a job when one of its own ends.

    The end of a job frees the slot of its host, and so perhaps another job. Procrastinate wakes its
    workers only for new ones.
    """

    async def _process_job(self, context: JobContext) -> None:
        try:
            await super()._process_job(context)
        finally:
            self._new_job_event.set()
            # a query that is under way would miss the first one
            asyncio.get_running_loop().call_later(0.1, self._new_job_event.set)


class Retries(BaseRetryStrategy):
    """A job is given back at once, unless it fails by errors of ours again and again."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        expected = (JobLost, NoConfiguration, OtherSchemaError, asyncio.CancelledError, *OUTAGES)
        if isinstance(exception, expected):
            log.info("job_given_back", board=job.queueing_lock, reason=type(exception).__name__)
            return RetryDecision()
        log.error("board_not_checked", board=job.queueing_lock, exc_info=exception)
        return RetryDecision() if job.attempts + 1 < TRIES else None
