"""Time until roles close: open roles count for as long as they were followed."""

from __future__ import annotations

import pytest
from syrupy.assertion import SnapshotAssertion

from monitor.queries.stats_input import OpenTime, Spell
from monitor.reports.charts.chart import Employers, LeftOut
from monitor.reports.charts.open_time import OpenTimes, curve, open_times
from tests.support.facts import days, facts, stays

SLOW = stays("Slow", closed=range(40, 100, 5), still=[120] * 10)
QUICK = stays("Quick", closed=range(2, 30, 2), still=[60] * 6)
CASES = {
    "half_closed": QUICK,
    "two_employers": [*QUICK, *SLOW],
    "most_still_open": stays("Acme", closed=[3, 9], still=[40] * 12),
    "none_closed": stays("Acme", still=[2.5] * 12),
    "within_a_day": stays("Acme", closed=[0.2] * 20),
    "after_one_day": stays("Acme", closed=[1.2] * 20),
    "few_of_each": [*stays("A", closed=[5] * 6), *stays("B", closed=[9] * 6)],
}


def chart(found: list[OpenTime]) -> OpenTimes:
    companies = sorted({stay.company for stay in found})
    known = facts([day for company in companies for day in days(company, 9)], stays=found)
    drawn = open_times(known, Employers.of(known))
    assert isinstance(drawn, OpenTimes)
    return drawn


@pytest.mark.parametrize("case", CASES)
def test_a_headline_and_labels_say_after_what_time_half_have_closed(
    case: str, snapshot: SnapshotAssertion
) -> None:
    drawn = chart(CASES[case])
    assert [drawn.headline, *(one.label for one in drawn.curves)] == snapshot


def test_roles_that_are_still_open_make_the_time_longer() -> None:
    closed = [Spell(float(each), closed=True) for each in range(1, 21)]
    ignored = curve("A", 0, closed).half
    followed = curve("A", 0, [*closed, *[Spell(30.0, closed=False)] * 20]).half
    assert (ignored, followed) == (10, 20)


def test_a_curve_ends_where_fewer_than_five_are_followed() -> None:
    spells = [Spell(5.0, closed=True)] * 6 + [
        Spell(float(each), closed=True) for each in (7, 8, 9, 50)
    ]
    drawn = curve("A", 0, spells)
    assert (drawn.end, max(step.days for step in drawn.steps)) == (5, 5)


def test_one_employer_has_one_curve_and_several_have_one_more_for_all() -> None:
    assert [one.company for one in chart(QUICK).curves] == ["Quick"]
    assert [one.company for one in chart([*QUICK, *SLOW]).curves] == ["", "Quick", "Slow"]


def test_nine_openings_are_too_few() -> None:
    known = facts(stays=stays("Acme", closed=[5] * 9))
    assert isinstance(open_times(known, Employers.of(known)), LeftOut)


def test_openings_of_the_first_hours_are_not_drawn() -> None:
    known = facts(stays=stays("Acme", closed=[0.1] * 3, still=[0.2] * 12))
    left_out = open_times(known, Employers.of(known))
    assert left_out == LeftOut("how long roles stay open", "needs a day since the first openings")


def test_the_numbers_are_a_table_too() -> None:
    [row] = chart(QUICK).table.rows
    assert row[:2] == ("Quick", "20")
    assert row[-1] == ""  # nobody was followed for 90 days
