"""A laptop that sleeps for a day: the wall clock jumps, and the machine's own time does not."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

import pytest
from apscheduler.schedulers import base
from sqlalchemy import Engine

from monitor.daemon.daemon_loop import Agenda, DaemonLoop
from monitor.demo.board_server import BoardServer
from tests.support.greenhouse import job
from tests.support.living import living
from tests.support.running import Place, ProcessLog, placed, until

DAY = timedelta(days=1)
MORE = '[alerts]\ndigest = "09:00"\ntimezone = "UTC"\noperator = ["console"]\n'


class Clock:
    """The wall clock, as the scheduler and we read it: it is noon, and a night passes at a word."""

    ahead = timedelta(0)

    @classmethod
    def now(cls, tz: tzinfo | None = UTC) -> datetime:
        return datetime.now(tz) + cls.ahead


async def test_a_day_asleep_is_one_round_and_one_digest_and_the_lease_is_held_again(
    tmp_path: Path, sqlite_engine: Engine, boards: BoardServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime.now(UTC)
    monkeypatch.setattr(base, "datetime", Clock)
    monkeypatch.setattr(Clock, "ahead", now.replace(hour=12, minute=0) - now)
    watched = living(tmp_path, sqlite_engine, boards.url, every="15m", more=MORE, clock=Clock.now)
    async with watched as daemon:
        console = daemon.console
        await until(lambda: "Now watching" in console.getvalue())
        # a round that is under way when the night passes has no successor at once
        await until(
            lambda: (
                daemon.ask("SELECT count(*) FROM check_round WHERE finished_at IS NOT NULL")
                == [(1,)]
            )
        )
        boards.boards["examplelabs"].jobs.append(job(2, title="Research Engineer, Overnight"))
        monkeypatch.setattr(Clock, "ahead", Clock.ahead + DAY)
        await until(lambda: "Research Engineer, Overnight" in console.getvalue())
        await until(
            lambda: (
                daemon.ask("SELECT count(*) FROM alerts WHERE kind = 'digest' AND state = 'sent'")
                == [(1,)]
            )
        )
        await asyncio.sleep(2)  # four ticks, in which nothing more may come
        asked_at = datetime.now(UTC)
        [(expires_at,)] = daemon.ask("SELECT expires_at FROM lease WHERE stopped_at IS NULL")
        answered_at = datetime.now(UTC)
    assert daemon.ask("SELECT count(*) FROM check_round") == [(2,)]
    assert daemon.ask(
        "SELECT kind, count(*) FROM alerts WHERE kind <> 'summary' GROUP BY kind"
    ) == [
        ("digest", 1),
        ("opened", 1),
    ]
    [(message,)] = daemon.ask("SELECT message FROM alert WHERE kind = 'digest'")
    assert "Research Engineer, Overnight" in message  # it waited for the round
    # by the database's clock
    assert asked_at < datetime.fromisoformat(expires_at) < answered_at + timedelta(minutes=1)
    assert "late" not in console.getvalue()


async def test_a_night_that_passes_within_a_step_has_its_digest_after_its_round(
    tmp_path: Path, sqlite_engine: Engine, boards: BoardServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime.now(UTC)
    monkeypatch.setattr(base, "datetime", Clock)
    monkeypatch.setattr(Clock, "ahead", now.replace(hour=12, minute=0) - now)
    night, read = Clock.ahead + DAY, DaemonLoop._read_agenda

    def read_and_sleep(loop: DaemonLoop, busy: frozenset[str], answering: frozenset[int]) -> Agenda:
        agenda = read(loop, busy, answering)
        if not agenda.boards and not loop.rounds.tasks and Clock.ahead < night:
            boards.boards["examplelabs"].jobs.append(job(2, title="Research Engineer, Overnight"))
            monkeypatch.setattr(Clock, "ahead", night)
        return agenda

    monkeypatch.setattr(DaemonLoop, "_read_agenda", read_and_sleep)
    watched = living(tmp_path, sqlite_engine, boards.url, every="15m", more=MORE, clock=Clock.now)
    async with watched as daemon:
        digests = "SELECT message FROM alert WHERE kind = 'digest'"
        await until(lambda: daemon.ask(digests))
        [(message,)] = daemon.ask(digests)
    assert "Research Engineer, Overnight" in message


@pytest.fixture
async def place(tmp_path: Path, boards: BoardServer) -> AsyncIterator[Place]:
    async with placed(Place(tmp_path, boards.url)) as place:
        yield place


async def test_a_daemon_whose_place_a_check_took_while_it_slept_waits_for_it_and_goes_on(
    place: Place,
) -> None:
    daemon = ProcessLog(await place.start("run"))
    await until(lambda: place.ask("SELECT 1 FROM board_check"))
    with closing(sqlite3.connect(place.folder / "rolewatch.db", timeout=20)) as other:
        mine = "holder = 'another', command = 'check', host = 'elsewhere', expires_at = ?"
        other.execute(
            f"UPDATE lease SET {mine}", [(datetime.now(UTC) + timedelta(seconds=12)).isoformat()]
        )
        other.commit()
    await until(lambda: len(daemon.of("daemon_started")) == 2)
    assert len(daemon.of("ERROR lease_lost")) == 1
    [(checks,)] = place.ask("SELECT count(*) FROM board_check")
    await until(lambda: place.ask("SELECT count(*) FROM board_check") > [(checks,)])
    assert await daemon.stopped() < 10
    assert not daemon.of("Traceback")
    assert place.ask("SELECT stopped_at IS NOT NULL FROM lease") == [(1,)]
