"""The schedule of a board: its next check, conditional requests, and collapses. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

FAILURES_TO_FAIL = 3  # in a row, before a board counts as failing and the operator is alerted
VALIDATOR_LIFE = timedelta(days=1)  # a stuck validator freezes a board for a day at most
# a board whose texts wait is checked again after so long at most, since its summary waits too
TEXTS_WAIT = timedelta(minutes=15)
BACK_OFF_LIMIT = timedelta(hours=1)
MAX_RETRY_AFTER = timedelta(days=1)  # what a host's Retry-After is believed
COLLAPSE_SHARE = 0.3
COLLAPSE_LEAST = 5
TOLERANCE = timedelta(seconds=2)
SPREAD = 0.1  # of the interval, so that rounds do not stay in step with other programs


class OneChance(Random):
    """A chance that is drawn once for a round, so that its boards are due together again.

    With one for each board, sixty boards would be four crawls in each interval.
    """

    def __init__(self, drawn: float) -> None:
        super().__init__(0)
        self._drawn = drawn

    def random(self) -> float:
        return self._drawn


def next_check(
    now: datetime, every: timedelta, failures: int, retry_after: float | None, random: Random
) -> datetime:
    """Return when to check again: `every` later, doubled with each further failure up to an hour.

    Never before `retry_after`, in seconds.
    """
    wait = _own_wait(every, failures)
    wait -= wait * SPREAD * random.random()
    return now + max(wait, min(timedelta(seconds=retry_after or 0), MAX_RETRY_AFTER))


def _own_wait(every: timedelta, failures: int) -> timedelta:
    """Return the longest time to the next check, if the host asks for none."""
    doublings: int = min(max(failures - 1, 0), 16)
    return max(every, min(every * (1 << doublings), BACK_OFF_LIMIT))


def host_waits(
    next_check: datetime | None,
    last_check: datetime | None,
    every: timedelta,
    failures: int,
    now: datetime,
) -> bool:
    """Return True if the host asked at the last check to wait beyond now.

    The next check is then planned for later than our own waiting would be.
    """
    if next_check is None or last_check is None or failures == 0:
        return False
    return now < next_check and next_check - last_check > _own_wait(every, failures) + TOLERANCE


def due_at(next_check: datetime | None, every: timedelta, setbacks: int, now: datetime) -> datetime:
    """Return when a board is due. Now, if the plan is implausibly far off: the clock was set back.

    `setbacks` are its failures in a row, and one more when its host asked to wait.
    """
    furthest = now + (every if setbacks == 0 else every + BACK_OFF_LIMIT + MAX_RETRY_AFTER)
    return now if next_check is None or next_check > furthest + TOLERANCE else next_check


def nearly_due(every: timedelta) -> timedelta:
    """Return how much earlier a board may be checked to join a crawl.

    5 % of its interval, at least 2 s, never more than half of it.
    """
    return min(max(every * 0.05, TOLERANCE), every / 2)


def validators_usable(read_at: datetime | None, now: datetime) -> bool:
    """Return True if the board may get a conditional request.

    Not when its last full read is a day old, nor when the clock went back behind it.
    """
    return read_at is not None and timedelta(0) <= now - read_at < VALIDATOR_LIFE


def has_collapsed(open_before: int, missing: int, listed: int) -> bool:
    """Return True if a board lost too many postings at once to be believed.

    It lists nothing any more, or misses more than 30 % and at least 5 postings.
    """
    if listed == 0:
        return open_before > 0
    return missing >= COLLAPSE_LEAST and missing > open_before * COLLAPSE_SHARE


def strictly_after(now: datetime, last: datetime | None) -> datetime:
    """Return the instant of a new check: now, or just after the last if the clock went back."""
    return now if last is None or now > last else last + timedelta(microseconds=1)
