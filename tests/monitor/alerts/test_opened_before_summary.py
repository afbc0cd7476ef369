"""A role that opens before the first summary of its board or rule is alerted once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace
from functools import partial
from random import Random

import pytest
from sqlalchemy import Engine, insert

from crawler.items import BoardRequest, Failure, Result, Snapshot
from monitor.alerts.alerting import Alerting
from monitor.database.tables import CheckRound
from monitor.history import boards
from monitor.messages import FirstCheckSummary, load
from monitor.notify.slack.draw import draw
from monitor.rounds.check_recorder import CheckRecorder
from monitor.rounds.round import Round
from monitor.rounds.shared_state import SharedState
from tests.support.boards import BOARD, START, posting, snapshot
from tests.support.history import ENGINEER, History, settings
from tests.support.running import until
from tests.support.written_alerts import write_first_summaries

TOO = replace(ENGINEER, name="engineers-too")


def summaries(history: History) -> list[FirstCheckSummary]:
    found = [
        load(message)
        for (message,) in history.ask(
            "SELECT message FROM alert WHERE kind = 'summary' ORDER BY id"
        )
    ]
    return [message for message in found if isinstance(message, FirstCheckSummary)]


def listed(message: FirstCheckSummary) -> list[str]:
    return [role.posting for rule in message.rules for role in rule.roles]


def test_a_new_rules_summary_does_not_list_what_it_has_just_alerted(engine: Engine) -> None:
    history = History(engine)
    history.check(snapshot([posting("1")]))
    history.settings = settings(ENGINEER, TOO)
    history.check(snapshot([posting("1"), posting("2")]))
    summary = summaries(history)[-1]
    assert listed(summary) == [f"{BOARD}:1"]
    assert "2 open roles, 2 fit" in draw(summary)[0]
    history.settings = settings(ENGINEER, TOO, replace(ENGINEER, name="later"))
    history.check(snapshot([posting("1"), posting("2")]))
    assert listed(summaries(history)[-1]) == [f"{BOARD}:1", f"{BOARD}:2"]


def test_roles_that_another_round_alerted_meanwhile_are_not_listed(engine: Engine) -> None:
    history = History(engine)
    alerting = Alerting.of(history.settings)

    def check(round_id: int, result: Snapshot) -> None:
        with engine.begin() as connection:
            CheckRecorder(round_id, alerting, Random(1), lambda: START).record(connection, result)

    with engine.begin() as connection:
        boards.sync_boards(connection, history.settings)
        first, second = (
            connection.execute(
                insert(CheckRound).values(started_at=START).returning(CheckRound.id)
            ).scalar_one()
            for _ in range(2)
        )
    check(first, snapshot([posting("1")]))
    check(second, snapshot([posting("1"), posting("2")]))
    with engine.begin() as connection:
        write_first_summaries(connection, alerting, first, START)
    assert history.alerted() == ["opened", "summary"]
    assert listed(summaries(history)[0]) == [f"{BOARD}:1"]


class Beside:
    """A round over two boards, and one that begins while the first hangs on its second board.

    Setting `hangs` lets the first go on.
    """

    def __init__(self, engine: Engine) -> None:
        wanted = settings(boards=(BOARD, "google:deepmind"))
        self.history = History(engine, wanted)
        self.shared = SharedState(engine, lambda: wanted, lambda: START, Random(1))
        self.hangs = [asyncio.Event(), asyncio.Event()]
        self.reads = 0  # of the first board
        self._let = iter(self.hangs)

    async def crawl(
        self, ats: str, _: Sequence[BoardRequest], *__: object
    ) -> AsyncGenerator[Sequence[Result], None]:
        if ats == "google":
            await next(self._let).wait()
            yield [Failure("google:deepmind", "HTTP 500", 500)]
        else:
            yield [snapshot([posting("1")])]
            self.reads += 1

    def _has_read(self, times: int) -> bool:
        return self.reads >= times

    async def run(self, *, alerts: bool, announce: bool) -> None:
        """Run both rounds. The first writes alerts and ends first. `alerts` is for the second."""
        tasks = []
        for number, enabled in enumerate((True, alerts)):
            one = await Round.begin(self.shared, None, alerts=enabled, announce=announce)
            tasks.append(asyncio.create_task(one.run()))
            await until(partial(self._has_read, number + 1))
        for hang, task in zip(self.hangs, tasks, strict=True):
            hang.set()
            await task


@pytest.fixture
def beside(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Beside:
    beside = Beside(engine)
    monkeypatch.setattr("monitor.rounds.round.crawl_batches", beside.crawl)
    return beside


@pytest.mark.parametrize("alerts", [True, False])
async def test_a_board_that_two_rounds_read_is_introduced_by_the_one_that_ends_first(
    beside: Beside, *, alerts: bool
) -> None:
    await beside.run(alerts=alerts, announce=False)
    [summary] = summaries(beside.history)
    assert listed(summary) == [f"{BOARD}:1"]
    assert beside.history.ask("SELECT count(*) FROM introduction") == [(1,)]


async def test_a_board_that_is_announced_role_by_role_has_no_summary_of_another_round(
    beside: Beside,
) -> None:
    await beside.run(alerts=True, announce=True)
    assert beside.history.alerted() == ["opened"]


def test_a_board_that_an_unfinished_round_announced_has_no_summary_either(engine: Engine) -> None:
    history = History(engine, announce=True)
    alerting = Alerting.of(history.settings, announce=True)
    with engine.begin() as connection:
        boards.sync_boards(connection, history.settings)
        hung, quick = (
            connection.execute(
                insert(CheckRound).values(started_at=START).returning(CheckRound.id)
            ).scalar_one()
            for _ in range(2)
        )
        for round_id in (hung, quick):
            CheckRecorder(round_id, alerting, Random(1), lambda: START).record(
                connection, snapshot([posting("1")])
            )
        write_first_summaries(connection, alerting, quick, START)
    assert history.alerted() == ["opened"]
    assert history.ask("SELECT count(*) FROM introduction") == [(1,)]
