"""Openings and closings: only whole weeks are compared."""

from __future__ import annotations

from datetime import timedelta

import pytest
from syrupy.assertion import SnapshotAssertion

from monitor.queries.stats_input import Day
from monitor.reports.charts.chart import LeftOut
from monitor.reports.charts.turnover import Turnover, turnover
from tests.support.facts import MONDAY, days, facts


def happened(*changes: tuple[int, int]) -> list[Day]:
    """Return a day for each pair of opened and closed."""
    return [
        Day(MONDAY + timedelta(number), "Acme", 9, opened, closed, 0, 0)
        for number, (opened, closed) in enumerate(changes)
    ]


def chart(found: list[Day]) -> Turnover:
    drawn = turnover(facts(found))
    assert isinstance(drawn, Turnover)
    return drawn


# the first day and the last are seen in part
CASES = {
    "more_opened": happened((9, 9), (5, 2), (0, 1), (9, 9)),
    "more_closed": happened((9, 9), (2, 5), (0, 0), (9, 9)),
    "as_many": happened((9, 9), (2, 2), (9, 9)),
    "none_closed": happened((9, 9), (1, 0), (9, 9)),
    "none_opened": happened((9, 9), (0, 2), (0, 1), (9, 9)),
    "nothing_in_whole_days": happened((9, 9), (0, 0), (1, 0)),
    "no_whole_day": happened((0, 0), (3, 1)),
    "weeks": happened(*[(2, 1)] * 30),
}


@pytest.mark.parametrize("case", CASES)
def test_a_headline_compares_what_opened_with_what_closed(
    case: str, snapshot: SnapshotAssertion
) -> None:
    assert chart(CASES[case]).headline == snapshot


def test_a_week_that_is_not_over_and_one_that_began_late_are_marked() -> None:
    wednesday = MONDAY + timedelta(2)
    bars = chart(days("Acme", *[9] * 35, first=wednesday, each=1)).bars
    assert [bool(bar.part) for bar in bars] == [True, False, False, False, False, True]
    assert [bar.opened for bar in bars] == [5, 7, 7, 7, 7, 2]


def test_a_first_week_from_monday_is_whole() -> None:
    bars = chart(days("Acme", *[9] * 30, each=1)).bars
    assert [bool(bar.part) for bar in bars] == [False, False, False, False, True]


def test_a_short_history_has_a_bar_for_each_day() -> None:
    drawn = chart(days("Acme", *[9] * 10, each=1))
    assert (drawn.unit, len(drawn.bars)) == ("day", 10)


def test_weeks_without_a_check_are_unknown_and_have_their_place() -> None:
    quiet = [9] * 10 + [None] * 14 + [9] * 10
    drawn = chart([*days("Acme", *quiet), *days("Acme", 9, each=1)])
    assert len(drawn.bars) == 5
    assert drawn.unknown == ((MONDAY + timedelta(10), MONDAY + timedelta(24)),)


def test_nothing_to_compare_draws_nothing() -> None:
    for found in ([], days("Acme", 9, each=1), days("Acme", 9, 9), days("Acme", None, None)):
        assert isinstance(turnover(facts(found)), LeftOut)
