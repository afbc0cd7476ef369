"""A Workday board over several rounds: its texts come in shares, and nothing of that is an edit."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from sqlalchemy import Engine, text

from monitor.config.model import AtsSettings, Settings, WatchedBoard
from monitor.rounds.round import run_round
from tests.support.history import ENGINEER, settings
from tests.support.rounds import Event, events_of_round
from tests.support.workday import BOARD, OTHER_BOARD, WorkdayServer, path, row

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
TEXTS = replace(ENGINEER, name="testers", any=("test models",), read_in=("description",))


class Rounds:
    """Rounds of one board, an hour apart."""

    def __init__(self, engine: Engine, server: WorkdayServer) -> None:
        self.engine, self.now = engine, NOON
        own = AtsSettings(api_url=server.url, delay=timedelta(0))
        board = WatchedBoard(BOARD, "", every=timedelta(hours=1))
        self.settings: Settings = replace(
            settings(ENGINEER, TEXTS), boards=(board,), ats={"workday": own}
        )

    async def __call__(self) -> set[Event]:
        """Run a round. Return its events."""
        self.now += timedelta(hours=1)
        return await events_of_round(self.engine, self.settings, self.now)

    async def one_after_the_other(self) -> None:
        """Run a round for each board."""
        for board in self.settings.boards:
            self.now += timedelta(hours=1)
            await run_round(
                self.engine,
                self.settings,
                [board.board],
                alerts=True,
                announce=False,
                clock=lambda: self.now,
                random=Random(1),
            )

    def ask(self, query: str) -> list[tuple[object, ...]]:
        with self.engine.connect() as connection:
            return [tuple(found) for found in connection.execute(text(query))]

    def summaries(self) -> int:
        return len(self.ask("SELECT id FROM alert WHERE kind = 'summary'"))


@pytest.fixture
async def server() -> AsyncIterator[WorkdayServer]:
    async with WorkdayServer(120) as server:
        yield server


async def test_the_first_summary_waits_until_all_texts_are_read(
    engine: Engine, server: WorkdayServer
) -> None:
    rounds = Rounds(engine, server)
    counts = []
    for _ in range(4):
        assert await rounds() == set()
        counts.append((len(server.details_asked()), rounds.summaries()))
    assert counts == [(50, 0), (100, 0), (120, 2), (120, 2)]
    [(open_roles,)] = rounds.ask("SELECT count(*) FROM postings WHERE state = 'open'")
    [(read,)] = rounds.ask("SELECT count(*) FROM postings WHERE employment_type = 'Full time'")
    assert (open_roles, read) == (120, 120)


async def test_a_board_without_texts_is_summed_up_at_once(
    engine: Engine, server: WorkdayServer
) -> None:
    server.rows = server.rows[:5]
    server.details = {path(number): 403 for number in range(1, 6)}
    rounds = Rounds(engine, server)
    await rounds()
    assert rounds.summaries() == 2
    server.details = {}
    assert await rounds() == set()


async def test_a_new_a_changed_and_a_missing_row_are_reported(
    engine: Engine, server: WorkdayServer
) -> None:
    server.rows = server.rows[:5]
    rounds = Rounds(engine, server)
    await rounds()
    server.rows[0]["title"] = "Staff Research Engineer"
    server.rows[1] = row(9)
    assert await rounds() == {("JR1", "revised", "title"), ("JR9", "opened", None)}
    assert await rounds() == {("JR2", "closed", None)}
    server.rows.append(row(2))
    assert await rounds() == {("JR2", "reopened", None)}


async def test_a_requisition_on_two_sites_of_a_tenant_is_alerted_as_a_repost(
    engine: Engine, server: WorkdayServer
) -> None:
    server.rows = server.rows[:2]
    rounds = Rounds(engine, server)
    await rounds()
    second = replace(rounds.settings.boards[0], board=OTHER_BOARD)
    rounds.settings = replace(rounds.settings, boards=(*rounds.settings.boards, second))
    await rounds.one_after_the_other()
    server.rows.append(row(3))
    await rounds.one_after_the_other()
    reposts = rounds.ask("SELECT posting, repost_of FROM postings WHERE repost_of IS NOT NULL")
    assert sorted(reposts) == [
        (f"{OTHER_BOARD}:JR{number}", f"{BOARD}:JR{number}") for number in (1, 2, 3)
    ]
