"""A collapsed board over several rounds of the real crawl: proved closings and held-back ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import Engine, text

from monitor.config.model import AtsSettings
from monitor.database.opening import open_database
from monitor.demo.board_server import BoardServer, Trouble
from monitor.rounds.report import BoardReport, report
from monitor.rounds.round import run_round
from tests.support.boards import BOARD, START
from tests.support.greenhouse import job
from tests.support.history import settings

PROBES = 50  # a board and round, as the contract says


@dataclass
class Watch:
    """Rounds over the board, a quarter of an hour apart, with their numbers of probes."""

    engine: Engine
    server: BoardServer
    now: datetime = START
    probes: list[int] = field(default_factory=list)
    random: Random = field(default_factory=lambda: Random(1))

    async def check(self) -> BoardReport:
        self.now += timedelta(minutes=15)
        asked = len(self.server.requests)
        own = settings(ats={"greenhouse": AtsSettings(self.server.url, timedelta(0), 4)})
        round_id = await run_round(
            self.engine,
            own,
            None,
            alerts=True,
            announce=False,
            clock=lambda: self.now,
            random=self.random,
        )
        self.probes.append(sum("/" in request.path for request in self.server.requests[asked:]))
        with self.engine.begin() as connection:
            [one] = report(connection, round_id)
        return one

    def lists(self, keys: range) -> None:
        self.server.boards["examplelabs"].jobs = [
            job(key, title=f"Research Engineer, Team {key}") for key in keys
        ]

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        with self.engine.begin() as connection:
            return [tuple(row) for row in connection.execute(text(query))]

    def open(self) -> int:
        [(count,)] = self.ask("SELECT count(*) FROM postings WHERE state = 'open'")
        return int(count)

    def operator_alerts(self) -> int:
        """Return how many messages the operator got."""
        [(count,)] = self.ask("SELECT count(*) FROM alerts WHERE kind = 'operator'")
        return int(count)


@pytest.fixture
async def watch(sqlite_url: str) -> AsyncIterator[Watch]:
    async with BoardServer() as server:
        server.board("examplelabs")
        engine = open_database(sqlite_url)
        yield Watch(engine, server)
        engine.dispose()


def silence(watch: Watch, keys: range, status: int = 403) -> None:
    for key in keys:
        watch.server.troubles[f"examplelabs/{key}"] = Trouble(status=status)


async def test_a_board_that_really_lost_300_of_400_drains_by_proof_alone(watch: Watch) -> None:
    watch.lists(range(1, 401))
    await watch.check()
    watch.lists(range(1, 101))
    rounds = [await watch.check() for _ in range(7)]
    assert [one.closed for one in rounds] == [PROBES] * 6 + [0]
    assert watch.probes == [0, *[PROBES] * 6, 0]
    assert [one.collapsed for one in rounds] == [True] * 6 + [False]
    assert watch.open() == 100
    assert watch.operator_alerts() == 1
    assert watch.ask("SELECT state FROM boards") == [("ok",)]
    assert watch.ask(
        "SELECT DISTINCT not_before = (SELECT min(finished_at) FROM checks) FROM posting_changes"
    ) == [(1,)]


async def test_what_the_list_lost_and_is_still_there_stays_open_however_many_rounds_pass(
    watch: Watch,
) -> None:
    watch.lists(range(1, 201))
    await watch.check()
    listed = watch.server.boards["examplelabs"]
    listed.unlisted, listed.jobs = listed.jobs[20:], listed.jobs[:20]
    asked: Counter[str] = Counter()
    for _ in range(8):
        await watch.check()
    asked.update(request.path for request in watch.server.requests if "/" in request.path)
    assert watch.open() == 200
    assert max(watch.probes) == PROBES
    assert len(asked) == 180  # every one had its turn
    assert max(asked.values()) - min(asked.values()) <= 1
    assert watch.operator_alerts() == 1


async def test_a_board_whose_probes_have_no_answer_closes_after_three_rounds_that_agree(
    watch: Watch,
) -> None:
    watch.lists(range(1, 101))
    silence(watch, range(1, 101))
    await watch.check()
    watch.lists(range(1, 31))
    rounds = [await watch.check() for _ in range(4)]
    assert [one.closed for one in rounds] == [0, 0, 70, 0]
    assert watch.probes == [0, PROBES, PROBES, PROBES, 0]
    assert watch.operator_alerts() == 1


async def test_a_404_closes_at_once_behind_probes_without_an_answer(watch: Watch) -> None:
    watch.lists(range(1, 41))
    silence(watch, range(1, 5))
    await watch.check()
    watch.lists(range(7, 41))
    rounds = [await watch.check() for _ in range(2)]
    assert watch.probes == [0, 6, 4]
    assert [one.closed for one in rounds] == [2, 4]  # two by 404, four by two checks


async def test_rounds_that_failed_or_did_not_agree_close_nothing(watch: Watch) -> None:
    watch.lists(range(1, 41))
    silence(watch, range(1, 41))
    await watch.check()
    for _ in range(3):
        watch.lists(range(1, 11))
        await watch.check()
        watch.server.troubles["examplelabs"] = Trouble(status=403)
        await watch.check()
        del watch.server.troubles["examplelabs"]
        await watch.check()
        watch.lists(range(1, 41))
        await watch.check()
    assert watch.open() == 40
    assert watch.ask("SELECT count(*) FROM posting_changes") == [(0,)]
    assert watch.ask("SELECT state FROM boards") == [("ok",)]
    assert watch.operator_alerts() == 3  # once each time that it collapsed


async def test_a_host_that_answers_for_some_closes_the_silent_ones_when_they_had_three_turns(
    watch: Watch,
) -> None:
    watch.lists(range(1, 41))
    silence(watch, range(1, 6))
    await watch.check()
    watch.lists(range(21, 41))
    rounds = [await watch.check() for _ in range(4)]
    assert sum(one.closed for one in rounds) == 20
    silent = (
        "SELECT count(*) FROM posting_changes "
        "WHERE posting IN ('{0}:1', '{0}:5') AND check_id < {1}"
    )
    assert watch.ask(silent.format(BOARD, 4)) == [(0,)]


async def test_a_board_that_lost_fewer_is_believed_posting_by_posting(watch: Watch) -> None:
    watch.lists(range(1, 401))
    await watch.check()
    watch.lists(range(1, 331))
    rounds = [await watch.check() for _ in range(3)]
    assert [one.closed for one in rounds] == [50, 20, 0]
    assert watch.operator_alerts() == 0


async def test_an_unchanged_list_goes_on_draining(watch: Watch) -> None:
    watch.lists(range(1, 201))
    await watch.check()
    watch.lists(range(1, 81))
    rounds = [await watch.check() for _ in range(4)]
    assert [one.result for one in rounds] == ["snapshot", "unchanged", "unchanged", "unchanged"]
    assert [one.closed for one in rounds] == [50, 50, 20, 0]
    assert [one.collapsed for one in rounds] == [True, True, True, False]


async def test_a_board_that_lists_nothing_any_more_drains_to_nothing_and_may_begin_again(
    watch: Watch,
) -> None:
    watch.lists(range(1, 61))
    await watch.check()
    watch.lists(range(0))
    assert [(await watch.check()).closed for _ in range(3)] == [50, 10, 0]
    watch.lists(range(1, 61))
    again = await watch.check()
    assert (again.reopened, again.opened, again.collapsed) == (60, 0, False)
