"""Stated pay: a band for each currency and period, and nothing converted."""

from __future__ import annotations

import pytest
from syrupy.assertion import SnapshotAssertion

from monitor.queries.stats_input import Role
from monitor.reports.charts.chart import Employers, LeftOut
from monitor.reports.charts.pay import Pay, pay
from tests.support.facts import facts, role

RICH = [role("Rich", 200_000 + each, 300_000 + each) for each in range(0, 50_000, 10_000)]
POOR = [role("Poor", 90_000, 110_000) for _ in range(9)]
HOURLY = [role("Poor", 40, 50.5, "EUR", "hour")]
CASES = {
    "two_employers": [*RICH, *POOR, *HOURLY, role("Poor")],
    "one_employer": RICH,
    "one_with_enough_roles": [*POOR, role("Rich", 900_000, 900_000)],
    "one_role": HOURLY,
    "few_roles": [role("Rich", 90_000, 120_000), role("Rich", 95_500, None)],
}


def chart(roles: list[Role]) -> Pay:
    known = facts(roles=roles)
    drawn = pay(known, Employers.of(known))
    assert isinstance(drawn, Pay)
    return drawn


@pytest.mark.parametrize("case", CASES)
def test_a_headline_and_the_table_say_pay_as_money(case: str, snapshot: SnapshotAssertion) -> None:
    drawn = chart(CASES[case])
    assert {"headline": drawn.headline, "note": drawn.note, "rows": drawn.table.rows} == snapshot


def test_each_currency_and_period_is_a_band_and_the_best_paid_stand_first() -> None:
    bands = chart([*RICH, *POOR, *HOURLY]).bands
    assert [(band.currency, band.period, band.roles) for band in bands] == [
        ("USD", "year", 14),
        ("EUR", "hour", 1),
    ]
    assert [(row.label, row.lowest, row.median, row.highest) for row in bands[0].rows] == [
        ("Rich", 200_000, 270_000, 340_000),
        ("Poor", 90_000, 100_000, 110_000),
    ]


def test_the_others_share_a_gray_row_and_the_headline_s_employer_has_its_own() -> None:
    many = [role(f"E{each:02}", 50_000, 60_000) for each in range(40) for _ in range(9)]
    [band] = chart([*many, *RICH]).bands
    assert band.rows[0].label == "Rich"
    assert len(band.rows) == 10
    assert (band.rows[-1].rank, band.rows[-1].roles) == (None, 32 * 9)


def test_pay_without_a_currency_or_a_period_is_not_drawn() -> None:
    unclear = [role("Acme", 50, 60, None, "hour"), role("Acme", 50, 60, "EUR", None)]
    known = facts(roles=unclear)
    assert isinstance(pay(known, Employers.of(known)), LeftOut)
    assert len(chart([*unclear, *HOURLY]).bands) == 1


def test_an_open_end_counts_as_the_known_one() -> None:
    [band] = chart([role("Acme", 100_000, None), role("Acme", None, 150_000)]).bands
    assert (band.rows[0].lowest, band.rows[0].highest) == (100_000, 150_000)
