"""What a clock that was set back would stop: the scheduler's jobs, whose next times are instants of the clock.

Looked for by the loop's own time, which no clock moves.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

import structlog
from apscheduler.schedulers.base import BaseScheduler

log = structlog.get_logger()
EVERY: Final = 1.0  # seconds between two looks
_SLACK: Final = timedelta(seconds=2)  # the clock's own small corrections


async def keep_going(scheduler: BaseScheduler, clock: Callable[[], datetime], stop: asyncio.Event) -> None:
    """Brings forward, until `stop`, whatever the clock put off."""
    while not stop.is_set():
        bring_forward(scheduler, clock())
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), EVERY)


def bring_forward(scheduler: BaseScheduler, now: datetime) -> None:
    """A job whose next time is further off than its interval was planned by a clock that stood ahead: it is due now."""
    put_off = [job for job in scheduler.get_jobs() if job.next_run_time and job.next_run_time > now + job.trigger.interval + _SLACK]
    for job in put_off:
        job.modify(next_run_time=now)
    if put_off:
        log.warning("the clock was set back; going on", jobs=len(put_off))
