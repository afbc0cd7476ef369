"""The daemon's side of the queue of checks: which jobs have ended, and which ones to add.

Every statement that adds or takes back a job is in a transaction of the daemon, which its lease
fences. A daemon that lost the lease changes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Final, NamedTuple

from procrastinate import SyncPsycopgConnector
from procrastinate.manager import JobManager
from sqlalchemy import Connection, Engine, text

from monitor.daemon.check_queue import QUEUE, CheckJob, new_job
from monitor.daemon.slots import Slot
from monitor.database.shared_clock import SharedClock

AHEAD: Final = 8  # jobs of a slot in the queue
MOST: Final = 1000  # jobs in the queue
_LIVE: Final = text(
    "SELECT id, lock, queueing_lock, status FROM procrastinate_jobs"
    " WHERE queue_name = :queue AND status IN ('todo', 'doing')"
)


class Handed(NamedTuple):
    """One check to hand out."""

    check: CheckJob
    slot: Slot
    urgent: bool


class Seen(NamedTuple):
    """The result of one exchange with the queue."""

    finished: list[int]  # jobs
    deferred: list[tuple[int, Handed]]


Waiting = Mapping[str, Sequence[Handed]]  # by the lock of their slot


@dataclass
class DaemonQueue:
    """The queue as the daemon reads and writes it."""

    engine: Engine  # the daemon's, under its lease
    # the daemon's: a SharedClock is measured again with each exchange
    clock: Callable[[], datetime]
    # works on connections that it is given
    _in_transaction: JobManager = field(default_factory=lambda: JobManager(SyncPsycopgConnector()))
    _purged: bool = False

    def exchange(self, queued: Collection[int], waiting: Waiting) -> Seen:
        """Find the finished jobs and add new ones, in one transaction."""
        with self.engine.begin() as connection:
            if isinstance(self.clock, SharedClock):
                self.clock.measure(connection)
            rows = connection.execute(_LIVE, {"queue": QUEUE}).all()
            if not self._purged:  # a daemon before this one left them
                for row in rows:
                    self._cancel(connection, row.id)
                rows = [row for row in rows if row.status != "todo"]
            live = {row.id for row in rows}
            new = choose(
                waiting, Counter(row.lock for row in rows), {row.queueing_lock for row in rows}
            )
            seen = Seen([job for job in queued if job not in live], self._defer(connection, new))
        self._purged = True
        return seen

    def _defer(self, connection: Connection, new: Sequence[Handed]) -> list[tuple[int, Handed]]:
        if not new:
            return []
        jobs = self._in_transaction.batch_defer_jobs(
            [new_job(one.check, one.slot.lock, urgent=one.urgent) for one in new],
            connection=connection.connection.driver_connection,
        )
        return [(job.id or 0, one) for job, one in zip(jobs, new, strict=True)]

    def _cancel(self, connection: Connection, job: int) -> bool:
        """Take back a job that no worker has begun."""
        return self._in_transaction.cancel_job_by_id(
            job, delete_job=True, connection=connection.connection.driver_connection
        )

    def cancel(self, jobs: Sequence[int]) -> None:
        """Take back those of the jobs that no worker has begun."""
        with self.engine.begin() as connection:
            for job in jobs:
                self._cancel(connection, job)


def choose(waiting: Waiting, in_queue: Mapping[str, int], boards: set[str]) -> list[Handed]:
    """Return the checks to add to the queue: some of each slot. Pure.

    `in_queue` are the jobs of each slot in the queue, `boards` those that have one.
    """
    left, found = MOST - sum(in_queue.values()), list[Handed]()
    for lock, checks in waiting.items():
        of_slot = min(AHEAD - in_queue.get(lock, 0), left - len(found))
        free = (one for one in checks if one.check.board not in boards)
        for one in islice(free, max(of_slot, 0)):
            found.append(one)
            boards.add(one.check.board)
    return found
