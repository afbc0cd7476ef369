"""Boards whose ATS answers an unknown board like an empty one, over several rounds."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import Engine

from monitor.config.model import AtsSettings, WatchedBoard
from monitor.rounds.report import report
from monitor.rounds.round import run_round
from tests.support import gem as gem_board
from tests.support import rippling as rippling_board
from tests.support.ats_server import Reply
from tests.support.gem import GemServer
from tests.support.history import ENGINEER, settings
from tests.support.rippling import RipplingServer

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


class CachedRippling(RipplingServer):
    """One board, whose answers have a validator: the number of its postings."""

    def reply(self, path: str, query: dict[str, str], sent: Any) -> Reply:  # any JSON
        tag = f'"{len(self.rows)}"'
        if path == rippling_board.LIST and self.requests[-1].headers.get("if-none-match") == tag:
            return Reply(b"", 304, {"ETag": tag})
        return replace(super().reply(path, query, sent), headers={"ETag": tag})


class Rounds:
    """Rounds of one board, at given hours."""

    def __init__(self, engine: Engine, board: str, url: str) -> None:
        self.engine = engine
        own = AtsSettings(api_url=url, delay=timedelta(0))
        watched = WatchedBoard(board, "", every=HOUR)
        ats = {board.partition(":")[0]: own}
        self.settings = replace(settings(ENGINEER), boards=(watched,), ats=ats)

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
async def gem() -> AsyncIterator[GemServer]:
    async with GemServer(7) as server:
        yield server


@pytest.fixture
async def rippling() -> AsyncIterator[CachedRippling]:
    async with CachedRippling(7) as server:
        yield server


async def test_each_time_an_empty_answer_is_a_failure_for_a_day(
    engine: Engine, gem: GemServer
) -> None:
    rounds, jobs = Rounds(engine, gem_board.BOARD, gem.url), gem.jobs
    assert await rounds.at(0) == "snapshot"
    gem.jobs = []
    assert await rounds.at(1) == "failure"
    gem.jobs = jobs
    assert await rounds.at(2) == "snapshot"
    gem.jobs = []  # two days later, which is the first empty answer again
    assert [await rounds.at(hours) for hours in (50, 51, 73.9)] == ["failure"] * 3
    assert await rounds.at(74.1) == "snapshot"


async def test_a_full_list_that_did_not_move_ends_the_day_of_an_empty_one(
    engine: Engine, rippling: CachedRippling
) -> None:
    rounds, rows = Rounds(engine, rippling_board.BOARD, rippling.url), rippling.rows
    assert [await rounds.at(hours) for hours in (0, 1)] == ["snapshot", "unchanged"]
    rippling.rows = []
    assert await rounds.at(2) == "failure"
    rippling.rows = rows  # with the validator of the stored list
    assert [await rounds.at(hours) for hours in (3, 4)] == ["snapshot", "unchanged"]
    rippling.rows = []
    assert [await rounds.at(hours) for hours in (30, 53)] == ["failure"] * 2
    assert await rounds.at(54.1) == "snapshot"


async def test_a_believed_empty_list_stays_believed(
    engine: Engine, rippling: CachedRippling
) -> None:
    rounds, rippling.rows = Rounds(engine, rippling_board.BOARD, rippling.url), []
    assert [await rounds.at(hours) for hours in (0, 23)] == ["failure"] * 2
    assert [await rounds.at(hours) for hours in (25, 26, 60, 90)] == ["snapshot"] * 4


async def test_a_clock_set_back_begins_the_day_of_an_empty_list_again(
    engine: Engine, rippling: CachedRippling
) -> None:
    rounds = Rounds(engine, rippling_board.BOARD, rippling.url)
    assert await rounds.at(0) == "snapshot"
    rippling.rows = []
    assert [await rounds.at(hours) for hours in (30, 6, 7, 29)] == ["failure"] * 4
    assert await rounds.at(30.1) == "snapshot"
