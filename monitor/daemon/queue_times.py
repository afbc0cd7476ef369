"""The times of the queue of checks."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class QueueTimes:
    """The times of the queue, in seconds."""

    heartbeat: float = 10.0  # between two signs of a worker
    sure: float = 30.0  # after its last sign, a worker asks no host any more
    lost: float = 45.0  # after its last sign, its jobs are given to others
    stalled: float = 10.0  # between two searches for such jobs
    results: float = 0.5  # between two polls for finished jobs, while there are any
    poll: float = 30.0  # between two polls for jobs, of a worker that nothing wakes
    grace: float = 8.0  # for the board in hand, when a worker is to stop
    pause: float = 2.0  # before a worker connects again after an outage
