from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from monitor.history.schedule import (
    OneChance,
    due_at,
    has_collapsed,
    host_waits,
    nearly_due,
    next_check,
    strictly_after,
    validators_usable,
)

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
QUARTER = timedelta(minutes=15)


@pytest.mark.parametrize(
    ("open_before", "missing", "listed", "collapsed"),
    [
        (0, 0, 0, False),
        (1, 1, 0, True),
        (1, 1, 1, False),
        (4, 4, 4, False),
        (10, 4, 6, False),
        (16, 5, 11, True),
        (17, 5, 12, False),
        (20, 6, 14, False),
    ],
)
def test_a_board_collapses_when_it_lists_nothing_or_misses_too_much(
    open_before: int, missing: int, listed: int, collapsed: bool
) -> None:
    assert has_collapsed(open_before, missing, listed) is collapsed


@pytest.mark.parametrize(
    ("failures", "minutes"), [(0, 15), (1, 15), (2, 30), (3, 60), (4, 60), (1000, 60)]
)
def test_a_failing_board_is_checked_less_often_up_to_an_hour(failures: int, minutes: int) -> None:
    wait = next_check(NOW, QUARTER, failures, None, Random(1)) - NOW
    assert timedelta(minutes=minutes * 0.9) <= wait <= timedelta(minutes=minutes)


def test_a_daily_board_is_not_checked_earlier_by_failing() -> None:
    assert next_check(NOW, timedelta(days=1), 9, None, Random(1)) - NOW > timedelta(hours=21)


def test_a_host_that_asks_for_patience_gets_it() -> None:
    assert next_check(NOW, QUARTER, 1, 7200, Random(1)) == NOW + timedelta(hours=2)


@pytest.mark.parametrize(("age", "hold"), [(0, True), (86399, True), (86400, False), (-1, False)])
def test_a_validator_is_dropped_after_a_day(age: float, hold: bool) -> None:
    assert validators_usable(NOW - timedelta(seconds=age), NOW) is hold


def test_a_board_never_read_has_no_validator() -> None:
    assert not validators_usable(None, NOW)


def test_time_moves_forward_for_a_board_though_the_clock_was_set_back() -> None:
    last = NOW + timedelta(hours=1)
    assert strictly_after(NOW, last) == last + timedelta(microseconds=1)
    assert strictly_after(NOW, NOW) == NOW + timedelta(microseconds=1)
    assert strictly_after(NOW, None) == NOW


@pytest.mark.parametrize(
    ("planned", "failures", "waits"),
    [
        (None, 1, False),
        (QUARTER + timedelta(seconds=2), 1, False),
        (QUARTER + timedelta(seconds=3), 1, True),
        (QUARTER + timedelta(seconds=3), 0, False),
        (timedelta(minutes=30), 2, False),
        (timedelta(minutes=31), 2, True),
    ],
)
def test_a_host_waits_if_the_plan_is_later_than_our_own_waiting(
    planned: timedelta | None, failures: int, *, waits: bool
) -> None:
    plan = None if planned is None else NOW + planned
    assert host_waits(plan, NOW, QUARTER, failures, NOW + QUARTER) is waits
    assert not host_waits(plan, None, QUARTER, failures, NOW + QUARTER)


def test_a_host_waits_no_longer_than_it_asked() -> None:
    until = NOW + timedelta(hours=2)
    assert host_waits(until, NOW, QUARTER, 1, until - timedelta(microseconds=1))
    assert not host_waits(until, NOW, QUARTER, 1, until)


@pytest.mark.parametrize(
    ("setbacks", "furthest"), [(0, QUARTER), (1, QUARTER + timedelta(hours=25))]
)
def test_a_plan_that_no_check_can_have_made_is_due_now(setbacks: int, furthest: timedelta) -> None:
    last = NOW + furthest + timedelta(seconds=2)
    assert due_at(last, QUARTER, setbacks, NOW) == last
    assert due_at(last + timedelta(microseconds=1), QUARTER, setbacks, NOW) == NOW
    assert due_at(None, QUARTER, setbacks, NOW) == NOW


def test_a_plan_in_the_past_is_kept() -> None:
    assert due_at(NOW - QUARTER, QUARTER, 0, NOW) == NOW - QUARTER


@pytest.mark.parametrize(
    ("every", "earlier"), [(900, 45), (60, 3), (40, 2), (10, 2), (4, 2), (3, 1.5)]
)
def test_a_board_joins_a_crawl_a_little_early(every: float, earlier: float) -> None:
    assert nearly_due(timedelta(seconds=every)) == timedelta(seconds=earlier)


def test_one_chance_gives_every_board_of_a_round_the_same_wait() -> None:
    chance = OneChance(0.25)
    waits = {next_check(NOW, QUARTER, 0, None, chance) - NOW for _ in range(3)}
    assert waits == {QUARTER * 0.975}
