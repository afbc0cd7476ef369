"""A round as a whole."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import Engine, insert, select, text

from crawler.items import Deadline, Failure, Result
from monitor.database.tables import CheckRound
from monitor.delivery.pack import pack
from monitor.rounds.round import run_round
from tests.support.boards import BOARD, START, posting, snapshot
from tests.support.history import History, settings
from tests.support.written_alerts import write_reminders


async def test_a_round_ends_the_one_before_it_whose_end_could_not_be_written(
    engine: Engine,
) -> None:
    with engine.begin() as connection:
        connection.execute(insert(CheckRound).values(started_at=START))
    await run_round(
        engine, settings(), [], alerts=True, announce=False, clock=lambda: START, random=Random(1)
    )
    with engine.connect() as connection:
        assert connection.scalars(select(CheckRound.finished_at)).all() == [START, START]


async def test_a_round_gives_up_the_reminders_that_are_not_true_after_it(engine: Engine) -> None:
    history = History(engine)
    deadline = START + timedelta(hours=20)
    history.check(
        snapshot([posting(deadline=Deadline(deadline, "by then"), stated=frozenset({"deadline"}))])
    )
    with engine.begin() as connection:
        assert write_reminders(connection, history.settings, history.now) == 1
        pack(connection, history.now)
    await run_round(
        engine,
        history.settings,
        [],
        alerts=True,
        announce=False,
        clock=lambda: deadline,
        random=Random(1),
    )
    assert history.ask("SELECT state FROM alerts WHERE kind = 'reminder'") == [("expired",)]


async def test_a_crawl_that_breaks_leaves_the_other_crawls_of_its_round_alone(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def crawled(ats: str, *_: object) -> AsyncGenerator[Sequence[Result], None]:
        if ats == "greenhouse":
            raise RuntimeError("it broke")
        await asyncio.sleep(0.05)
        yield [Failure("google:deepmind", "HTTP 500", 500)]

    monkeypatch.setattr("monitor.rounds.round.crawl_batches", crawled)
    wanted = settings(boards=(BOARD, "google:deepmind"))
    with pytest.raises(RuntimeError, match="it broke"):
        await run_round(
            engine, wanted, None, alerts=True, announce=False, clock=lambda: START, random=Random(1)
        )
    with engine.connect() as connection:
        [(checks, ended)] = connection.execute(
            text("SELECT count(*), max(r.finished_at) FROM checks c, check_round r")
        ).all()
    assert (checks, ended is None) == (1, False)
