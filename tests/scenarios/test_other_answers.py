"""Boards that answer in another way for a round: what only the first way told is kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, text

from monitor.config.model import AtsSettings, WatchedBoard
from monitor.demo.board_server import BoardServer
from tests.support import ashby, recruitee, workday
from tests.support.history import ENGINEER, settings
from tests.support.rounds import Event, events_of_round

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)


class Rounds:
    """Rounds of one board, an hour apart."""

    def __init__(self, engine: Engine, server: BoardServer, board: str) -> None:
        self.engine, self.now = engine, NOON
        own = AtsSettings(api_url=server.url, delay=timedelta(0))
        watched = WatchedBoard(board, "", every=timedelta(hours=1))
        ats = {board.partition(":")[0]: own}
        self.settings = replace(settings(ENGINEER), boards=(watched,), ats=ats)

    async def __call__(self, hours: float = 1) -> set[Event]:
        """Run a round so much later. Return its events."""
        self.now += timedelta(hours=hours)
        return await events_of_round(self.engine, self.settings, self.now)

    def of_ats(self) -> list[tuple[str | None, ...]]:
        """Return the requisition and the day of publication of each posting."""
        query = "SELECT requisition, ats_first_published FROM postings ORDER BY key"
        with self.engine.connect() as connection:
            rows = connection.execute(text(query)).all()
        return [(requisition, at and str(at)[:10]) for requisition, at in rows]


async def test_dates_outlast_an_api_that_wants_a_token(engine: Engine) -> None:
    async with recruitee.RecruiteeServer(2) as server:
        rounds = Rounds(engine, server, recruitee.BOARD)
        assert await rounds() == set()
        server.wants_token = True
        assert await rounds() == set()
        assert rounds.of_ats() == [(None, "2026-11-05")] * 2


async def test_dates_and_requisitions_outlast_an_api_that_is_off_for_a_round(
    engine: Engine,
) -> None:
    async with ashby.AshbyServer() as server:
        board = server.lists("ExampleLabs", ashby.job(publishedAt="2026-01-20T10:00:00+00:00"))
        rounds = Rounds(engine, server, "ashby:ExampleLabs")
        assert await rounds() == set()
        jobs, board.jobs, board.page = board.jobs, None, ashby.page(ashby.row())
        assert await rounds() == set()
        assert rounds.of_ats() == [("R-7", "2026-01-20")]
        board.jobs = jobs
        assert await rounds() == set()
        assert rounds.of_ats() == [("R-7", "2026-01-20")]


async def test_a_posting_keeps_its_requisition_while_its_detail_waits(engine: Engine) -> None:
    async with workday.WorkdayServer(1) as server:
        rounds = Rounds(engine, server, workday.BOARD)
        assert await rounds() == set()
        [before] = rounds.of_ats()
        assert None not in before
        server.rows = [workday.row(1, "Staff Engineer")]
        server.details = {workday.path(1): 500}
        assert {kind for _, kind, _ in await rounds()} == {"revised"}
        assert rounds.of_ats() == [before]
