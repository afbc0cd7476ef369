"""Stored host holds: two may be saved at once, and a clock set back makes none longer."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from threading import Barrier, BrokenBarrierError

import pytest
from sqlalchemy import Engine, text

from crawler.holds import Holds
from monitor.rounds import host_holds
from tests.support.boards import START

URL = "http://boards.example.org/v1/boards"
SAVED = "SELECT count(*) FROM host_hold"


@pytest.fixture
def holds() -> Holds:
    """Of a process whose host has just asked for ten minutes."""
    holds = Holds()
    holds.answered(URL, 429, 600)
    return holds


def test_two_transactions_save_one_hold_at_the_same_time(engine: Engine, holds: Holds) -> None:
    both = Barrier(2)

    def save() -> None:
        with engine.begin() as connection:
            host_holds.save(connection, holds, START)
            with suppress(BrokenBarrierError):  # the other one waits for our commit
                both.wait(0.5)

    with ThreadPoolExecutor(2) as threads:
        for saved in [threads.submit(save) for _ in range(2)]:
            saved.result()
    with engine.connect() as connection:
        assert connection.scalar(text(SAVED)) == 1


@pytest.mark.parametrize(
    ("step", "left"),
    [(-timedelta(days=300), 600), (-timedelta(hours=3), 600), (timedelta(minutes=9), 60)],
)
def test_a_restart_holds_a_host_no_longer_than_it_asked_whatever_the_clock_does(
    engine: Engine, holds: Holds, step: timedelta, left: float
) -> None:
    with engine.begin() as connection:
        host_holds.save(connection, holds, START)
    restarted = Holds()
    with engine.begin() as connection:
        host_holds.restore(connection, restarted, START + step)
    assert restarted.left(URL) == pytest.approx(left, abs=5)
