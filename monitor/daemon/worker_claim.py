"""The claim of a worker on its jobs. It ends when the worker's last sign is too old.

sure    For some seconds after its last sign, by a clock that nobody sets. Then it asks no host any
        more and ends its crawls. Its jobs are given to others only some seconds later.
fence   Every transaction that writes first checks that the job is still the worker's and its round
        still open. It keeps both rows locked until it ends, so that neither changes meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

from procrastinate.jobs import Job
from sqlalchemy import Connection, Engine, event, text

from monitor.daemon.shared_settings import LOCK, stamp
from monitor.database.columns import AnyRow
from monitor.database.engine import is_reading
from monitor.database.lease import LeaseLost, elapsed

_CONFIRM: Final = text("""
SELECT 1 FROM procrastinate_jobs j JOIN check_round r ON r.id = :round
WHERE j.id = :job AND j.status = 'doing' AND j.attempts = :attempts AND j.worker_id = :worker
    AND r.finished_at IS NULL
FOR SHARE""")
_SHARE: Final = text("SELECT pg_advisory_xact_lock_shared(:lock)")


class JobLost(LeaseLost):
    """The job was given to another worker, or its round has ended. Nothing is written."""


class StaleSettings(LeaseLost):
    """The configuration or a watch changed since it was read. Nothing is written yet."""


class Sureness:
    """Until when the worker certainly has its jobs, by `elapsed`."""

    def __init__(self) -> None:
        self._until = 0.0
        self._limits: set[asyncio.Timeout] = set()

    def extend(self, until: float) -> None:
        """Note a sign of life that the database has stored."""
        self._until = until
        for limit in self._limits:
            limit.reschedule(self._deadline())

    def holds(self) -> bool:
        return elapsed() < self._until

    @asynccontextmanager
    async def needed(self) -> AsyncIterator[None]:
        """Run the block only as long as the worker is sure. Raise JobLost."""
        try:
            async with asyncio.timeout_at(self._deadline()) as limit:
                self._limits.add(limit)
                try:
                    yield
                finally:
                    self._limits.discard(limit)
        except TimeoutError as error:
            raise JobLost from error

    def _deadline(self) -> float:
        return asyncio.get_running_loop().time() + self._until - elapsed()


def fenced(
    engine: Engine, job: Job, round_id: int, known: Callable[[], AnyRow], patience: float
) -> Engine:
    """Return an engine whose writing transactions begin with the fence.

    `known` is the stamp of the settings that the results are stored by. A worker that is stopped
    in a transaction does not keep its locks for longer than `patience` seconds.
    """
    own = engine.execution_options(rolewatch_silent=True)
    which = {"job": job.id, "attempts": job.attempts, "worker": job.worker_id, "round": round_id}

    def confirm(connection: Connection) -> None:
        if is_reading(connection):
            return
        limit = f"SET LOCAL idle_in_transaction_session_timeout = '{int(patience * 1000)}ms'"
        connection.exec_driver_sql(limit)
        connection.execute(_SHARE, {"lock": LOCK})
        if connection.execute(_CONFIRM, which).first() is None:
            raise JobLost
        if stamp(connection) != known():
            raise StaleSettings

    event.listen(own, "begin", confirm)
    return own
