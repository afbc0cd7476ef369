"""The views of time, on histories of 2024, which every machine's clock has passed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from crawler.items import Failure, Probe, Unchanged
from tests.support.boards import BOARD, posting, snapshot, unreadable
from tests.support.history import History, settings

NINE = datetime(2024, 3, 1, 9, 0, tzinfo=UTC)
ONE, TWO = posting("1"), posting("2")
FAILURE = Failure(BOARD, "HTTP 500", 500)
UNCHANGED = Unchanged(BOARD)


@pytest.fixture
def history(engine: Engine) -> History:
    """No check yet: the first one is at nine, the others a quarter of an hour apart."""
    return History(engine, now=NINE - timedelta(minutes=15))


def asked(history: History, query: str) -> list[tuple[Any, ...]]:
    """Return the rows, with instants as minutes after nine, and booleans on both databases."""
    return [tuple(_plain(value) for value in row) for row in history.ask(query)]


def _plain(value: object) -> object:
    if isinstance(value, str) and value.endswith("Z"):
        value = datetime.fromisoformat(value)
    if isinstance(value, datetime):
        return (value - NINE) / timedelta(minutes=1)
    return value.isoformat() if isinstance(value, date) else value


# a row of any columns
def lifetimes(
    history: History,
    key: str,
    columns: str = "spell, opened_earliest, opened_latest, closed_earliest, closed_latest",
) -> Any:
    return asked(
        history,
        f"SELECT {columns} FROM posting_lifetimes WHERE posting = '{BOARD}:{key}' ORDER BY spell",
    )


def coverage(history: History) -> list[tuple[Any, ...]]:
    return [
        (begin, end, bool(known))
        for begin, end, known in asked(
            history, "SELECT from_at, to_at, known FROM coverage ORDER BY from_at"
        )
    ]


def test_each_spell_of_a_posting_is_a_row(history: History) -> None:
    history.check(snapshot([ONE]))
    history.check(snapshot([ONE, TWO]))
    history.check(snapshot([ONE]))
    history.check(snapshot([ONE]))  # confirms that it has closed
    history.check(snapshot([ONE]))
    history.check(snapshot([ONE, TWO]))
    assert lifetimes(history, "2") == [(1, 0, 15, 15, 30), (2, 60, 75, None, None)]
    assert [row[0] for row in lifetimes(history, "2", "right_censored")] == [False, True]
    assert [row[0] for row in lifetimes(history, "2", "left_censored")] == [False, False]


def test_the_opening_of_a_baseline_is_unknown(history: History) -> None:
    history.check(snapshot([ONE]))
    history.check(snapshot([], {"1": Probe.GONE}))
    history.check(snapshot([ONE]))
    assert lifetimes(
        history, "1", "spell, opened_earliest, opened_latest, left_censored, right_censored"
    ) == [
        (1, None, 0, True, False),
        (2, 15, 30, False, True),
    ]


def test_days_open_end_with_the_last_check_or_now(history: History) -> None:
    history.check(snapshot([ONE, TWO]))
    history.check(snapshot([ONE, TWO]), minutes=1.5 * 24 * 60)
    history.check(snapshot([ONE], {"2": Probe.GONE}))
    assert lifetimes(history, "2", "days_open") == [(1.5,)]
    ((days,),) = lifetimes(history, "1", "days_open")
    assert days == pytest.approx((datetime.now(UTC) - NINE) / timedelta(days=1), abs=0.01)


def test_a_posting_read_late_opened_at_its_first_listing(
    history: History,
) -> None:
    history.check(snapshot([ONE]))
    history.check(snapshot([ONE, unreadable("2")]))
    assert lifetimes(history, "2") == []
    history.check(snapshot([ONE, TWO]))
    assert lifetimes(history, "2") == [(1, 0, 15, None, None)]


def test_a_spell_has_its_last_title(history: History) -> None:
    history.check(snapshot([ONE, TWO]))
    history.check(snapshot([ONE, replace(TWO, title="Last")]))
    history.check(snapshot([ONE], {"2": Probe.GONE}))
    history.check(snapshot([ONE, replace(TWO, title="Back")]))
    assert lifetimes(history, "2", "title") == [("Last",), ("Back",)]


def test_each_place_of_a_posting_is_a_row(
    history: History,
) -> None:
    several = posting("3", location="Paris; Zürich", locations=("Paris", "Zürich"))
    history.check(
        snapshot(
            [
                several,
                posting("4", location="Anywhere", locations=()),
                posting("5", location="", locations=()),
            ]
        )
    )
    rows = asked(
        history,
        "SELECT posting, location, company FROM posting_locations ORDER BY posting, location",
    )
    assert rows == [
        (f"{BOARD}:3", "Paris", "Example Labs"),
        (f"{BOARD}:3", "Zürich", "Example Labs"),
        (f"{BOARD}:4", "Anywhere", "Example Labs"),
    ]


def test_the_time_between_timely_checks_is_known(history: History) -> None:
    history.check(snapshot([ONE]))
    history.check(UNCHANGED)
    history.check(UNCHANGED, minutes=30)
    assert coverage(history) == [(0, 45, True), (45, None, False)]  # the last check is years ago


def test_a_failure_makes_the_time_between_good_checks_unknown(history: History) -> None:
    history.check(snapshot([ONE]))
    history.check(UNCHANGED)
    history.check(FAILURE)
    history.check(FAILURE)
    history.check(UNCHANGED)
    history.check(UNCHANGED)
    assert coverage(history) == [(0, 15, True), (15, 60, False), (60, 75, True), (75, None, False)]


def test_nothing_is_known_before_the_first_good_check(history: History) -> None:
    history.check(FAILURE)
    history.check(snapshot([ONE]))
    history.check(UNCHANGED)
    assert coverage(history) == [(0, 15, False), (15, 30, True), (30, None, False)]


def test_a_gap_longer_than_two_intervals_is_unknown(history: History) -> None:
    history.check(snapshot([ONE]))
    history.check(UNCHANGED, minutes=31)  # the daemon was off
    history.check(UNCHANGED)
    assert coverage(history) == [(0, 31, False), (31, 46, True), (46, None, False)]


def test_coverage_uses_the_interval_of_that_time(history: History) -> None:
    daily = settings()
    history.settings = replace(
        daily, boards=tuple(replace(board, every=timedelta(days=1)) for board in daily.boards)
    )
    history.check(snapshot([ONE]))
    history.check(UNCHANGED, minutes=24 * 60)
    history.settings = daily
    history.check(UNCHANGED, minutes=24 * 60)
    history.check(UNCHANGED, minutes=24 * 60)
    assert coverage(history) == [(0, 2 * 24 * 60, True), (2 * 24 * 60, None, False)]


def test_coverage_of_an_unwatched_board_ends(history: History) -> None:
    history.check(snapshot([ONE]))
    history.check(UNCHANGED)
    watched, history.settings = history.settings, settings(boards=())
    history.check()
    assert coverage(history) == [(0, 15, True)]
    history.settings = watched
    history.check(snapshot([ONE]), minutes=60)
    history.check(UNCHANGED)
    assert coverage(history) == [
        (0, 15, True),
        (15, 90, False),
        (90, 105, True),
        (105, None, False),
    ]


def test_the_state_after_a_check_is_known(engine: Engine) -> None:
    history = History(engine, now=datetime.now(UTC) - timedelta(minutes=16))
    history.check(snapshot([ONE]))
    assert [
        bool(known) for (known,) in history.ask("SELECT known FROM coverage WHERE to_at IS NULL")
    ] == [True]
    today = datetime.now(UTC).date().isoformat()
    # at midnight the check was yesterday's
    assert history.ask(f"SELECT open FROM daily_counts WHERE day = '{today}'") in ([(1,)], [])


def test_a_day_counts_changes_and_open_postings(history: History) -> None:
    day = 24 * 60
    history.check(snapshot([ONE, TWO]))  # Friday
    history.check(snapshot([ONE, posting("3"), posting("4")], {"2": Probe.GONE}))
    edited = replace(ONE, title="Research Engineer II", location="Paris", locations=("Paris",))
    history.check(snapshot([edited, posting("3"), posting("4")]))
    every_day = history.settings
    history.settings = replace(
        every_day,
        boards=tuple(replace(board, every=timedelta(days=1)) for board in every_day.boards),
    )
    history.check(UNCHANGED, minutes=15)
    history.check(snapshot([edited, TWO, posting("3"), posting("4")]), minutes=day)  # Saturday
    history.check(UNCHANGED, minutes=2 * day)  # Monday
    history.check(FAILURE, minutes=day)
    history.settings = settings(boards=())  # taken out
    history.check()
    columns = "day, open, opened, closed, revised, reopened"
    assert asked(
        history, f"SELECT {columns} FROM daily_counts WHERE board = '{BOARD}' ORDER BY day"
    ) == [
        ("2024-03-01", 3, 2, 1, 1, 0),
        ("2024-03-02", 4, 0, 0, 0, 1),
        ("2024-03-03", 4, 0, 0, 0, 0),
        ("2024-03-04", None, 0, 0, 0, 0),  # a failure came next
        ("2024-03-05", None, 0, 0, 0, 0),
    ]


def test_an_unchecked_board_has_no_days(history: History) -> None:
    history.check()
    assert history.ask("SELECT board FROM boards") == [(BOARD,)]
    assert history.ask("SELECT * FROM daily_counts") == []
    assert history.ask("SELECT * FROM coverage") == []
