"""The clock set back under a running daemon."""

from __future__ import annotations

import asyncio
import io
import os
import signal
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from random import Random

import pytest
from apscheduler.schedulers import base
from sqlalchemy import Engine, insert, select
from structlog.testing import capture_logs

from monitor.config.load import load
from monitor.config.model import Settings
from monitor.daemon.clock_change import Steps, shift
from monitor.daemon.serve import serve
from monitor.database import tables
from monitor.database.opening import open_database
from monitor.delivery.outbox import Outbox
from monitor.demo.board_server import BoardServer
from monitor.history.schedule import due_at
from monitor.notify.console import ConsoleNotifier
from tests.support.greenhouse import job
from tests.support.running import Place, until

BACK = timedelta(hours=3)
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
EVERY = timedelta(minutes=15)


class Clock:
    """The wall clock, as the scheduler and we read it, which can be set."""

    set_by = timedelta(0)

    @classmethod
    def now(cls, tz: tzinfo | None = UTC) -> datetime:
        return datetime.now(tz) + cls.set_by


@pytest.fixture
async def boards() -> AsyncIterator[BoardServer]:
    async with BoardServer() as server:
        server.board("examplelabs", job(1, title="Research Engineer, Team 1"))
        yield server


@pytest.mark.slow
async def test_checks_go_on_within_their_interval_after_the_clock_was_set_back(
    tmp_path: Path, boards: BoardServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base, "datetime", Clock)
    monkeypatch.setattr(Clock, "set_by", timedelta(0))
    place = Place(tmp_path, boards.url, every="5s")
    place.config.write_text(place.config.read_text().replace('["slack:#ops"]', '["console"]'))
    engine = open_database(f"sqlite:///{tmp_path}/rolewatch.db")

    def make_outbox(settings: Settings) -> Outbox:
        return Outbox(
            engine, {"console": ConsoleNotifier(io.StringIO())}, Clock.now, hours=settings.alerts
        )

    def checks() -> int:
        return int(place.ask("SELECT count(*) FROM board_check")[0][0])

    with capture_logs() as logs:
        serving = asyncio.create_task(
            serve(
                lambda: load(place.config, {}),
                engine,
                make_outbox,
                announce=False,
                clock=Clock.now,
                random=Random(1),
            )
        )
        await until(lambda: place.ask("SELECT 1 FROM board_check"))
        await asyncio.sleep(2.5)  # the daemon compares the clock
        before = checks()
        monkeypatch.setattr(Clock, "set_by", -BACK)
        await until(lambda: checks() >= before + 2, within=25)
        assert checks() <= before + 6
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.wait_for(serving, 20)
        engine.dispose()
    [said] = [line for line in logs if line["event"] == "clock_set_back"]
    assert said["seconds"] == pytest.approx(BACK.total_seconds(), abs=2)


def test_a_step_back_differs_from_the_clocks_own_corrections() -> None:
    steps = Steps()
    for now, seconds, expected in [
        (0, 0.0, 0),
        (2, 2.0, 0),
        (5, 4.0, 0),
        (5 - 600, 6.0, -602),
        (-590, 11.0, 0),
        (3600, 13.0, 4188),
    ]:
        assert steps.measure(NOW + timedelta(seconds=now), seconds) == timedelta(seconds=expected)
        steps.remember()


def test_a_step_that_could_not_be_stored_is_found_again() -> None:
    steps = Steps()
    steps.measure(NOW, 0)
    assert steps.remember()
    assert steps.measure(NOW - BACK, 0) == steps.measure(NOW - BACK, 0) == -BACK


def test_what_boards_and_messages_wait_for_is_brought_forward_by_the_step(engine: Engine) -> None:
    common = {
        "ats": "greenhouse",
        "company": "Example Labs",
        "url": "",
        "every": 900.0,
        "watched": True,
        "failures": 0,
        "put_back": False,
    }
    with engine.begin() as connection:
        for token, planned in (
            ("past", NOW - 3 * BACK),
            ("soon", NOW + BACK + EVERY),
            ("never", None),
        ):
            row = common | {
                "board": f"greenhouse:{token}",
                "token": token,
                "next_check_at": planned,
            }
            connection.execute(insert(tables.Board).values(**row))
        message = {
            "delivery_id": "one",
            "channel": "console",
            "message": "",
            "state": "pending",
            "created_at": NOW,
            "attempts": 1,
        }
        connection.execute(
            insert(tables.Delivery).values(**message, next_try_at=NOW + BACK + timedelta(seconds=9))
        )
        assert shift(connection, -BACK, NOW) == 2
        boards = connection.scalars(
            select(tables.Board.next_check_at).order_by(tables.Board.id)
        ).all()
        assert list(boards) == [NOW - 3 * BACK, NOW + EVERY, None]
        assert connection.scalar(select(tables.Delivery.next_try_at)) == NOW + timedelta(seconds=9)


@pytest.mark.parametrize(
    ("planned", "failures", "expected"),
    [
        (None, 0, NOW),
        (NOW - EVERY, 0, NOW - EVERY),
        (NOW + EVERY, 0, NOW + EVERY),
        (NOW + EVERY + timedelta(minutes=1), 0, NOW),  # planned by a clock that stood ahead
        # its host may have asked for that
        (NOW + timedelta(hours=20), 2, NOW + timedelta(hours=20)),
        (NOW + timedelta(days=3), 2, NOW),
    ],
)
def test_a_board_is_due_at_once_that_was_planned_further_off_than_anything_puts_it_off(
    planned: datetime | None, failures: int, expected: datetime
) -> None:
    assert due_at(planned, EVERY, failures, NOW) == expected
