"""A round as a whole."""

from __future__ import annotations

from random import Random

from boards import START
from history import settings
from sqlalchemy import Engine, insert, select

from monitor.models import CheckRound
from monitor.round import run_round


async def test_a_round_ends_the_one_before_it_whose_end_could_not_be_written(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(insert(CheckRound).values(started_at=START))
    await run_round(engine, settings(), [], alerts=True, announce=False, clock=lambda: START, random=Random(1))
    with engine.connect() as connection:
        assert connection.scalars(select(CheckRound.finished_at)).all() == [START, START]
