"""An idle daemon leaves its database alone, and notices requests of others at once."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from time import monotonic

import pytest
from sqlalchemy import Engine, insert

from monitor.alerts import scheduled
from monitor.config.model import AlertSettings
from monitor.database import tables
from monitor.database.engine import make_engine
from monitor.demo.board_server import BoardServer
from monitor.history.due import due_boards
from monitor.rounds import requests
from monitor.text.local_time import next_instant
from tests.support.greenhouse import job
from tests.support.history import settings
from tests.support.living import Living, living
from tests.support.running import until

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SENT = "SELECT count(*) FROM alerts WHERE state = 'sent'"


async def settled(daemon: Living) -> None:
    """Wait until the daemon has checked its board, sent its message and is idle."""
    await until(lambda: daemon.ask(SENT) == [(1,)])
    before = -1
    while daemon.transactions != before:
        before = daemon.transactions
        await asyncio.sleep(3)


@pytest.mark.slow
@pytest.mark.timeout(180)
async def test_an_idle_daemon_makes_at_most_one_transaction_in_ten_seconds(
    tmp_path: Path, engine: Engine, boards: BoardServer
) -> None:
    more = '[alerts]\ndigest = "09:00"\nquiet = "22:00-07:00"\noperator = ["console"]\n'
    async with living(tmp_path, engine, boards.url, more=more) as daemon:
        await until(lambda: daemon.ask("SELECT count(*) FROM board_check") == [(1,)])
        await asyncio.sleep(8)
        before = daemon.transactions
        await asyncio.sleep(30)
        assert daemon.transactions - before <= 3


@pytest.mark.timeout(180)
async def test_a_request_beside_an_idle_daemon_is_answered_at_once(
    tmp_path: Path, engine: Engine, database_url: str, boards: BoardServer
) -> None:
    async with living(tmp_path, engine, boards.url) as daemon:
        await settled(daemon)
        other, began = make_engine(database_url), monotonic()
        boards.boards["examplelabs"].jobs.append(job(2, title="Research Engineer, Asked For"))
        assert await requests.request_round(
            other, (), alerts=True, announce=False, clock=lambda: datetime.now(UTC)
        )
        other.dispose()
        took = monotonic() - began
        assert "Research Engineer, Asked For" in daemon.console.getvalue()
    # a round takes half a second, the poll every two seconds takes the rest
    assert took < (2.0 if engine.dialect.name == "postgresql" else 4.5)


async def test_boards_that_are_nearly_due_share_a_crawl_and_failing_ones_wait(
    sqlite_engine: Engine,
) -> None:
    common = {
        "ats": "greenhouse",
        "company": "",
        "url": "",
        "every": 600.0,
        "watched": True,
        "put_back": False,
    }
    planned = [("a", 20, 0), ("b", 0, 0), ("c", 29, 0), ("d", 40, 0), ("e", 10, 2)]
    with sqlite_engine.begin() as connection:
        for token, seconds, failures in planned:
            row = common | {
                "board": token,
                "token": token,
                "failures": failures,
                "next_check_at": NOW + timedelta(seconds=seconds),
            }
            connection.execute(insert(tables.Board).values(**row))
        assert due_boards(connection, NOW - timedelta(seconds=1)) == ([], NOW)
        assert due_boards(connection, NOW) == (["b", "a", "c"], None)


def test_the_next_moment_of_a_day_comes_once_a_day_whatever_the_clocks_do() -> None:
    zone, at = settings(alerts=AlertSettings()).alerts.timezone, time(2, 30)
    moment, seen = NOW, []
    for _ in range(400):
        moment = next_instant(at, zone, moment)
        seen.append(moment.astimezone(zone).date())
    assert seen == [seen[0] + timedelta(days=number) for number in range(400)]


def test_nothing_timed_is_left_to_a_forecast_for_more_than_an_hour(sqlite_engine: Engine) -> None:
    with sqlite_engine.begin() as connection:
        assert scheduled.next_due(connection, settings(), NOW) == NOW + timedelta(hours=1)
