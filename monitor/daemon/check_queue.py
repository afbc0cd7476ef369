"""The queue of checks: Procrastinate's, in the same PostgreSQL database.

A job is one check of one board, for one round. Its `lock` is a slot of the board's host, so one
check at a time runs in a slot. Its `queueing_lock` is the board, so a board waits once at most.
Finished jobs are deleted. What Procrastinate does not do is here: it ends and gives back a job
whoever asks for it, and here only the worker that still has the job may do so.

https://procrastinate.readthedocs.io/en/stable/
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, LiteralString, NamedTuple

from procrastinate import App, PsycopgConnector
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager
from psycopg import AsyncConnection, IsolationLevel

from monitor.config.database_url import connection_url
from monitor.database.engine import SESSION

QUEUE: Final = "checks"
TASK: Final = "check"
CHANNEL: Final = f"procrastinate_queue_v1#{QUEUE}"  # on which it tells workers of a new job


class CheckJob(NamedTuple):
    """The arguments of a job."""

    board: str
    round_id: int
    alerts: bool
    announce: bool
    slot: int
    slots: int


# Only the row of a job that is still the worker's, locked against others until the end.
_MINE: Final[LiteralString] = """
WITH mine AS MATERIALIZED (
    SELECT id FROM procrastinate_jobs
    WHERE id = %(job)s AND status = 'doing' AND attempts = %(attempts)s
        AND worker_id IS NOT DISTINCT FROM %(worker)s::bigint
    FOR UPDATE
)
"""
_FINISH: Final[LiteralString] = (  # our own text
    _MINE  # noqa: S608
    + """, counted AS (
    UPDATE worker SET done = done + 1
    WHERE queue_id = %(worker)s AND %(status)s = 'succeeded' AND EXISTS (SELECT FROM mine)
)
SELECT procrastinate_finish_job_v1(id, %(status)s::procrastinate_job_status, true) FROM mine
"""
)
# A job that waits again is no new one, of which Procrastinate would tell the workers.
_GIVE_BACK: Final[LiteralString] = (
    _MINE
    + """
SELECT procrastinate_retry_job_v2(id, NULL, NULL, NULL, NULL),
    pg_notify(%(channel)s, json_build_object('type', 'job_inserted', 'job_id', id)::text)
FROM mine
"""
)


class CheckJobs(JobManager):
    """Procrastinate's jobs, which only their worker can end or give back."""

    async def finish_job(self, job: Job, status: Status, delete_job: bool) -> None:  # noqa: ARG002  # theirs
        await self.connector.execute_query_async(_FINISH, status=status.value, **_which(job))

    async def retry_job(self, job: Job, *_: Any, **_more: Any) -> None:  # noqa: ANN401  # theirs
        """Give a job back at once. A later instant would be by the clock of this machine."""
        await self.connector.execute_query_async(_GIVE_BACK, channel=CHANNEL, **_which(job))


def _which(job: Job) -> dict[str, object]:
    return {"job": job.id, "attempts": job.attempts, "worker": job.worker_id}


def make_app(url: str, connections: int) -> App:
    """Return Procrastinate's app on that database, not open yet."""
    connector = PsycopgConnector(
        min_size=0,
        max_size=connections,
        timeout=10.0,
        kwargs={**connect_arguments(url), "connect_timeout": 10},
        configure=_prepare,
    )
    app = App(connector=connector)
    app.job_manager = CheckJobs(connector)
    return app


async def _prepare(connection: AsyncConnection) -> None:
    """Give a connection of Procrastinate the session that rolewatch's own connections have."""
    await connection.set_isolation_level(IsolationLevel.READ_COMMITTED)
    await connection.execute(SESSION)
    await connection.commit()


def connect_arguments(url: str) -> Mapping[str, object]:
    """Return what the driver connects with: the same as for rolewatch's own connections.

    libpq reads a URL otherwise than SQLAlchemy: `+` is no space, and hosts stand side by side.
    """
    target = connection_url(url)
    _, arguments = target.get_dialect()().create_connect_args(target)
    return arguments


def new_job(check: CheckJob, lock: str, *, urgent: bool) -> Job:
    """Return a job to defer."""
    return Job(
        id=None,
        queue=QUEUE,
        lock=lock,
        queueing_lock=check.board,
        task_name=TASK,
        priority=int(urgent),
        task_kwargs=check._asdict(),
    )
