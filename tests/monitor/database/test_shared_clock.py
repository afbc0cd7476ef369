"""The database's clock in every process, whatever the machine's own clock says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, text

from monitor.database.engine import read_transaction
from monitor.database.shared_clock import Reading, SharedClock, better

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class Elapsed:
    now = 50.0

    def __call__(self) -> float:
        return self.now


def test_it_is_the_databases_though_this_machine_is_minutes_ahead() -> None:
    elapsed = Elapsed()
    clock = SharedClock(elapsed)
    elapsed.now = 50.2  # the answer took that long
    clock.take(NOON, 50.0)
    assert clock() - NOON == pytest.approx(timedelta(seconds=0.1), abs=timedelta(milliseconds=1))
    elapsed.now += 60
    assert clock() - NOON == pytest.approx(timedelta(seconds=60.1), abs=timedelta(milliseconds=1))


@pytest.mark.parametrize(
    ("known", "new", "taken"),
    [
        (None, (5.0, 1.0, 0.0), "new"),
        ((5.0, 0.001, 0.0), (5.2, 0.5, 10.0), "known"),  # slow, and agrees
        ((5.0, 0.5, 0.0), (5.2, 0.001, 10.0), "new"),  # more exact
        ((5.0, 0.001, 0.0), (65.0, 0.5, 10.0), "new"),  # the database's clock was set
        ((5.0, 0.001, 0.0), (5.05, 0.05, 86_400.0), "new"),  # old: the clocks may have parted
    ],
)
def test_the_more_exact_reading_counts(known: Reading | None, new: Reading, taken: str) -> None:
    assert better(known, new) == (new if taken == "new" else known)


def test_it_is_read_from_the_database(postgres_engine: Engine) -> None:
    clock = SharedClock()
    clock.read(postgres_engine)
    with read_transaction(postgres_engine) as connection:
        now = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
    assert abs(clock() - now) < timedelta(seconds=1)


def test_a_clock_that_was_not_read_has_no_time() -> None:
    with pytest.raises(RuntimeError):
        SharedClock()()
