"""Count the workers, and the boards that wait for one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Connection, text

STATES: Final = ("idle", "busy", "lost")
_WORKERS: Final = text("SELECT state, count(*) FROM workers GROUP BY state")
# a board that is due, and that no worker checks now; by the database's clock, as the queue is
_WAITING: Final = text("""
SELECT count(*), coalesce(extract(epoch FROM now() - min(b.next_check_at)), 0)::double precision
FROM board b WHERE b.watched AND (b.next_check_at IS NULL OR b.next_check_at <= now())
    AND NOT EXISTS (
        SELECT FROM procrastinate_jobs j WHERE j.queueing_lock = b.board AND j.status = 'doing'
    )""")
# of workers that were there within the last day; null without any
_SILENT: Final = text("""
SELECT extract(epoch FROM now() - max(last_seen_at))::double precision FROM worker
HAVING NOT coalesce(bool_or(lost_at > now()), false)""")


@dataclass(frozen=True, slots=True)
class WorkerCounts:
    """The workers by state, the boards that wait for one, and the longest wait in seconds."""

    states: Mapping[str, int] = field(default_factory=dict)
    waiting: int = 0
    longest: float = 0.0

    @property
    def alive(self) -> int:
        return self.states.get("idle", 0) + self.states.get("busy", 0)


def count_workers(connection: Connection) -> WorkerCounts:
    """Return the counts; none on SQLite, where the daemon checks its boards itself."""
    if connection.dialect.name != "postgresql":
        return WorkerCounts(dict.fromkeys(STATES, 0))
    states = dict.fromkeys(STATES, 0) | {
        str(state): int(count) for state, count in connection.execute(_WORKERS)
    }
    waiting, longest = connection.execute(_WAITING).one()
    return WorkerCounts(states, waiting, longest)


def seconds_without(connection: Connection) -> float | None:
    """Return for how long no worker has given a sign; None while one is alive.

    Infinity when none has been there for a day.
    """
    row = connection.execute(_SILENT).first()
    if row is None:
        return None
    return float("inf") if row[0] is None else float(row[0])
