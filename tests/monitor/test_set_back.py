"""The clock set back under a running daemon."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta, tzinfo

import pytest
from apscheduler.schedulers import base
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from running import until

from monitor.set_back import bring_forward, keep_going

BACK = timedelta(hours=3)


class Clock:
    """The wall clock, as the scheduler and we read it, which can be set."""

    set_by = timedelta(0)

    @classmethod
    def now(cls, tz: tzinfo) -> datetime:
        return datetime.now(tz) + cls.set_by


@pytest.fixture
async def scheduler(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[AsyncIOScheduler]:
    monkeypatch.setattr(base, "datetime", Clock)
    monkeypatch.setattr(Clock, "set_by", timedelta(0))
    scheduler = AsyncIOScheduler(timezone="UTC", job_defaults={"misfire_grace_time": None, "coalesce": True})
    scheduler.start()
    yield scheduler
    scheduler.shutdown(wait=False)


def now() -> datetime:
    return Clock.now(UTC)


async def test_jobs_go_on_within_seconds_after_the_clock_was_set_back(scheduler: AsyncIOScheduler, monkeypatch: pytest.MonkeyPatch) -> None:
    runs: list[datetime] = []

    async def tick() -> None:
        runs.append(now())

    stop = asyncio.Event()
    scheduler.add_job(tick, "interval", seconds=0.1)
    await until(lambda: len(runs) >= 2)
    monkeypatch.setattr(Clock, "set_by", -BACK)
    await asyncio.sleep(0.3)
    before = len(runs)
    await asyncio.sleep(0.5)
    assert len(runs) == before  # the scheduler by itself waits for three hours
    keeping = asyncio.create_task(keep_going(scheduler, now, stop))
    await until(lambda: len(runs) >= before + 3, within=60)
    stop.set()
    await asyncio.wait_for(keeping, 20)


async def test_a_job_that_is_not_due_yet_keeps_its_time(scheduler: AsyncIOScheduler) -> None:
    job = scheduler.add_job(print, "interval", seconds=60)
    planned = job.next_run_time
    bring_forward(scheduler, now())
    assert job.next_run_time == planned
