"""A board whose ATS answers an unknown board like an empty one, over several rounds."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from sqlalchemy import Engine

from monitor.config.model import AtsSettings, WatchedBoard
from monitor.rounds.report import report
from monitor.rounds.round import run_round
from tests.support.gem import BOARD, GemServer
from tests.support.history import ENGINEER, settings

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Rounds:
    """Rounds of one board, at given hours."""

    def __init__(self, engine: Engine, server: GemServer) -> None:
        self.engine = engine
        own = AtsSettings(api_url=server.url, delay=timedelta(0))
        board = WatchedBoard(BOARD, "", every=HOUR)
        self.settings = replace(settings(ENGINEER), boards=(board,), ats={"gem": own})

    async def at(self, hours: float) -> str:
        """Run a round so many hours after noon. Return the board's result."""
        now = NOON + hours * HOUR
        round_id = await run_round(
            self.engine,
            self.settings,
            None,
            alerts=True,
            announce=False,
            clock=lambda: now,
            random=Random(1),
        )
        with self.engine.connect() as connection:
            [board] = report(connection, round_id)
        return board.result


@pytest.fixture
async def server() -> AsyncIterator[GemServer]:
    async with GemServer(7) as server:
        yield server


async def test_each_time_an_empty_answer_is_a_failure_for_a_day(
    engine: Engine, server: GemServer
) -> None:
    rounds, jobs = Rounds(engine, server), server.jobs
    assert await rounds.at(0) == "snapshot"
    server.jobs = []
    assert await rounds.at(1) == "failure"
    server.jobs = jobs
    assert await rounds.at(2) == "snapshot"
    server.jobs = []  # two days later, which is the first empty answer again
    assert [await rounds.at(hours) for hours in (50, 51, 73.9)] == ["failure"] * 3
    assert await rounds.at(74.1) == "snapshot"
