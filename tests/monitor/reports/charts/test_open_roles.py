"""Open roles over time: the headline is true, and compares like with like."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from monitor.queries.stats_input import Day
from monitor.reports.charts.chart import Employers, LeftOut
from monitor.reports.charts.days import unknown_stretches
from monitor.reports.charts.open_roles import OpenRoles, open_roles
from tests.support.facts import MONDAY, days, facts

CASES = {
    "rises": days("Acme", 212, 220, 274),
    "falls": days("Example Labs", 274, 220, 212),
    "stays": days("Acme", 5, 7, 5),
    "one": days("Acme", 0, 1),
    "months": days("Acme", *range(212, 577)),
    "all_rise": [*days("Acme", 3, 9), *days("Other Works", 5, 4)],
    "all_fall": [*days("Acme", 9, 3), *days("Other Works", 4, 5)],
    "all_stay": [*days("Acme", 3, 4), *days("Other Works", 5, 4)],
    "added_later": [*days("Acme", 3, 4, 5, 7), *days("Late", 900, first=MONDAY + timedelta(3))],
    "one_is_stale": [*days("Acme", 3, 4, 5), *days("Away", 90, 70, None)],
    "all_are_still": [*days("Acme", 3, 3, 3), *days("Late", 9, 9, first=MONDAY + timedelta(1))],
}


def chart(found: list[Day]) -> OpenRoles:
    known = facts(found)
    drawn = open_roles(known, Employers.of(known))
    assert isinstance(drawn, OpenRoles)
    return drawn


def numbers(text: str) -> list[int]:
    return [int(number.replace(",", "")) for number in re.findall(r"\d[\d,]*", text)]


@pytest.mark.parametrize("case", CASES)
def test_a_headline_says_the_finding(case: str, snapshot: SnapshotAssertion) -> None:
    assert chart(CASES[case]).headline == snapshot


@given(st.lists(st.integers(0, 3000), min_size=2, max_size=90))
def test_a_headline_names_both_ends_and_the_days_between(counts: list[int]) -> None:
    before, now, length = counts[0], counts[-1], len(counts) - 1
    expected = [now, length] if before == now else [before, now, length]
    assert numbers(chart(days("Acme", *counts)).headline) == expected


def test_a_rise_a_fall_and_no_change_differ() -> None:
    heads = [chart(days("Acme", *ends)).headline for ends in ((5, 9), (9, 5), (5, 5))]
    assert len({re.sub(r"\d+", "", head) for head in heads}) == 3


def test_a_board_that_was_added_later_is_no_growth() -> None:
    added = days("Acme", 500, 501, first=MONDAY + timedelta(2), board="second")
    drawn = chart([*days("Acme", 10, 10, 10, 12, board="first"), *added])
    assert numbers(drawn.headline) == [510, 513, 1]


def test_a_board_that_was_removed_is_no_fall() -> None:
    drawn = chart(
        [*days("Acme", 10, 11, 12, 13, board="kept"), *days("Acme", 90, 90, board="gone")]
    )
    assert numbers(drawn.headline) == [12, 13, 1]


def test_an_unknown_day_is_a_gap_and_no_zero() -> None:
    [line] = chart(days("Acme", 3, None, 4)).lines
    assert [point.open for point in line.points] == [3, None, 4]


def test_an_employer_that_cannot_be_read_keeps_its_last_day() -> None:
    acme, away = chart(CASES["one_is_stale"]).lines
    assert (acme.stale, away.stale, away.last.open) == (False, True, 70)
    assert "Mar 3" in away.label


def test_the_numbers_are_a_table_too() -> None:
    table = chart(CASES["all_rise"]).table
    assert table.rows == (
        ("Acme", "9", "2026-03-03", "3", "2026-03-02", "+6"),
        ("Other Works", "4", "2026-03-03", "5", "2026-03-02", "-1"),
    )
    assert len(table.header) == 6


@pytest.mark.parametrize("counts", [(), (5,), (None, None), (5, None)])
def test_less_than_two_known_days_draw_nothing(counts: tuple[int | None, ...]) -> None:
    known = facts(days("Acme", *counts))
    assert isinstance(open_roles(known, Employers.of(known)), LeftOut)


def test_a_stretch_is_unknown_if_most_boards_are() -> None:
    found = [
        *days("A", 1, None, None, 1, None),
        *days("B", 1, None, None, None, 1),
        *days("C", 1, 1, None, 1, 1),
    ]
    known = unknown_stretches(sorted(found, key=lambda day: day.day))
    assert known == [(MONDAY + timedelta(1), MONDAY + timedelta(3))]
