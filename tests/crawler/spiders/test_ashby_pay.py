# Ashby writes ranges with an en dash
from __future__ import annotations

from typing import Any

import msgspec
import pytest

from crawler.items import Pay
from crawler.read.pay_zones import named_in
from crawler.spiders.ashby_pay import Compensation, Place, tier_pay
from crawler.spiders.ashby_summary import summary_pay
from tests.support.ashby import compensation, tier

NEW_YORK = Place("New York, NY (HQ)", ("New York", "NY", "USA"))
LONDON = Place("London", ("London", "", "United Kingdom"))


def read(*tiers: dict[str, Any], place: Place = NEW_YORK, summary: str | None = None) -> Pay | None:
    return tier_pay(msgspec.convert(compensation(*tiers, summary=summary), Compensation), place)


def amounts(pay: Pay | None) -> tuple[Any, ...] | None:
    return (pay.minimum, pay.maximum, pay.currency, pay.period) if pay else None


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (100_000, 120_000, (100_000, 120_000)),
        (0, 120_000, (None, 120_000)),
        (None, 120_000, (None, 120_000)),
        (100_000, None, (100_000, None)),
        (115_500.5, 115_500.5, (115_500.5, 115_500.5)),
    ],
)
def test_a_single_range_is_taken_as_it_is(
    low: float | None, high: float | None, expected: tuple[float | None, float | None]
) -> None:
    assert amounts(read(tier(low, high))) == (*expected, "USD", "year")


@pytest.mark.parametrize(
    ("low", "high"), [(None, None), (0, 0), (0, None), (-5, 10), (20, 10), (1, 1e12)]
)
def test_numbers_that_make_no_sense_are_no_pay(low: float | None, high: float | None) -> None:
    assert read(tier(low, high)) is None


@pytest.mark.parametrize(
    ("interval", "low", "period"),
    [
        ("1 YEAR", 60_000, "year"),
        ("1 MONTH", 5_000, "month"),
        ("1 WEEK", 1_000, "week"),
        ("1 DAY", 200, "day"),
        ("1 HOUR", 20, "hour"),
    ]
    + [(other, 20, None) for other in ("2 WEEK", "0.5 MONTH", "1 TIME", "NONE", None)],
)
def test_an_interval_is_a_period_where_it_is_one(
    interval: str | None, low: float, period: str | None
) -> None:
    assert amounts(read(tier(low, 2 * low, interval=interval))) == (low, 2 * low, "USD", period)


@pytest.mark.parametrize(
    ("interval", "low", "high"), [("1 YEAR", 20, 30), ("1 HOUR", 1e5, 1.5e5), ("1 YEAR", 1, 1e5)]
)
def test_amounts_that_nobody_is_paid_leave_the_words(
    interval: str, low: float, high: float
) -> None:
    pay = read(tier(low, high, interval=interval, summary="as written"))
    assert pay is not None
    assert (amounts(pay), pay.text) == ((None, None, None, None), "as written")
    assert read(tier(low, high, interval=interval)) is None


def test_a_currency_in_lower_case_is_read() -> None:
    assert amounts(read(tier(1e5, 2e5, currencyCode="eur"))) == (1e5, 2e5, "EUR", "year")


def test_equity_bonus_and_commission_are_no_pay() -> None:
    assert (
        read(tier(5, 9, compensationType="Bonus"), tier(5, 9, compensationType="Commission"))
        is None
    )


@pytest.mark.parametrize(
    ("titles", "place", "expected"),
    [
        (("NY/SF", "Nationwide"), NEW_YORK, 0),
        (("US Remote", "NY / SF"), NEW_YORK, 1),
        (("SF/NYC", "Nationwide"), NEW_YORK, 0),
        (("US - NY or SF", "Us/Canada - Remote (Outside of NY and SF)"), NEW_YORK, 0),
        (("Canada", "United States"), NEW_YORK, 1),
        (("United States", "New York City"), NEW_YORK, 1),
        (("UK", "Germany"), LONDON, 0),
        (("US Remote", "SF"), Place("Remote (US)"), 0),
        (("Canada", "US"), Place("Remote (Canada)"), 0),
        (("Level 4", "Level 5"), NEW_YORK, None),
        (("L4", "Senior Research Engineer", "IC6"), NEW_YORK, None),
        ((None, None), NEW_YORK, None),
    ],
)
def test_of_several_tiers_the_one_that_names_the_first_place_is_the_pay(
    titles: tuple[str | None, ...], place: Place, expected: int | None
) -> None:
    tiers = [
        tier(100_000 + 10_000 * number, 150_000 + 10_000 * number, title)
        for number, title in enumerate(titles)
    ]
    span = (100_000, 140_000 + 10_000 * len(tiers))
    own = span if expected is None else (100_000 + 10_000 * expected, 150_000 + 10_000 * expected)
    assert amounts(read(*tiers, place=place)) == (*own, "USD", "year")


@pytest.mark.parametrize(
    ("titles", "place"),
    [
        (("SF/NY", "Nationwide"), Place("Remote (US)")),
        (("NY/SF", "Nationwide"), Place("Buffalo, NY", ("Buffalo", "NY", "USA"))),
        (("US", "UK"), Place("Paris")),
        (("Zone A", "Zone B"), NEW_YORK),
        (("Tier 1", "Tier 2"), NEW_YORK),
        (("Senior", "Paris"), NEW_YORK),
        (("Senior, UK", "Staff, UK"), NEW_YORK),
        ((None, "UK"), NEW_YORK),
    ],
)
def test_tiers_that_may_be_of_other_places_leave_the_words_alone(
    titles: tuple[str | None, ...], place: Place
) -> None:
    pay = read(*(tier(1e5, 2e5, title, "$100K – $200K") for title in titles), place=place)
    assert amounts(pay) == (None, None, None, None)
    assert pay
    assert "$100K – $200K" in pay.text


def test_tiers_of_two_currencies_or_intervals_do_not_merge() -> None:
    dollars = tier(100_000, 120_000, "US", "$100K")
    pounds = tier(60_000, 80_000, "UK", "£60K", currencyCode="GBP")
    assert amounts(read(dollars, pounds, place=LONDON)) == (60_000, 80_000, "GBP", "year")
    assert amounts(read(dollars, pounds, place=Place("Paris"))) == (None, None, None, None)


@pytest.mark.parametrize("other", [{"currencyCode": "GBP"}, {"interval": "1 HOUR"}])
@pytest.mark.parametrize("titles", [(None, None), ("Level 4", "Level 5"), ("New York, NY", "NYC")])
def test_tiers_that_hold_here_in_two_units_leave_the_words_alone(
    titles: tuple[str | None, str | None], other: dict[str, str]
) -> None:
    pay = read(
        tier(1e5, 2e5, titles[0], "one"),
        tier(5, 9, titles[1], "another", **other),
        place=Place("New York, NY / NYC"),
    )
    assert pay
    assert (amounts(pay), "one" in pay.text, "another" in pay.text) == (
        (None, None, None, None),
        True,
        True,
    )
    assert read(tier(1e5, 2e5), tier(5, 9, **other)) is None


def test_an_open_end_of_one_tier_leaves_the_end_open() -> None:
    assert amounts(read(tier(1e5, None), tier(1e5, 2e5))) == (1e5, None, "USD", "year")


def test_base_pay_counts_before_on_target_earnings() -> None:
    total = tier(200_000, 300_000, summary="OTE $200K – $300K • 60/40 split")
    base = tier(120_000, 180_000, summary="Target Base Salary $120K – $180K • Offers Commission")
    assert amounts(read(total, base)) == (120_000, 180_000, "USD", "year")
    assert amounts(read(total)) == (200_000, 300_000, "USD", "year")


def test_the_words_are_those_of_every_tier() -> None:
    pay = read(
        tier(1e5, 2e5, "NY/SF", "$100K – $200K"),
        tier(9e4, 1e5, "Elsewhere", "$90K – $100K"),
        summary="$90K – $200K • Multiple Ranges",
    )
    assert pay
    assert pay.text == "NY/SF: $100K – $200K; Elsewhere: $90K – $100K"
    single = read(tier(1e5, 2e5), summary="$100K – $200K  • Offers Equity")
    assert single
    assert single.text == "$100K – $200K • Offers Equity"


def test_summary_components_are_read_where_there_are_no_tiers() -> None:
    stated = compensation(summary="$100K – $200K") | {
        "summaryComponents": tier(1e5, 2e5)["components"]
    }
    assert amounts(tier_pay(msgspec.convert(stated, Compensation), NEW_YORK)) == (
        1e5,
        2e5,
        "USD",
        "year",
    )


@pytest.mark.parametrize(
    ("summary", "expected"),
    [
        ("$211.4K – $290.6K • Offers Equity", (211_400, 290_600, "USD", "year")),
        ("CA$102.8K – CA$137K", (102_800, 137_000, "CAD", "year")),
        (
            "$182,160 – $278,300 • Offers Equity • Multiple Ranges",
            (182_160, 278_300, "USD", "year"),
        ),
        ("£100K – £150K • £100K – £130K Equity", (100_000, 150_000, "GBP", "year")),
        ("Offers Equity • $240K", (240_000, 240_000, "USD", "year")),
        ("€1.5K – €1.8K per month", (1_500, 1_800, "EUR", "month")),
        ("$57.21 per hour • Offers Equity", (57.21, 57.21, "USD", "hour")),
        ("₹1.2M – ₹2M", (1_200_000, 2_000_000, "INR", "year")),
        ("CN¥400K – CN¥600K", (400_000, 600_000, "CNY", "year")),
        ("CHF 110K – CHF 140K", (110_000, 140_000, "CHF", "year")),
        ("Up to $150K", (None, 150_000, "USD", "year")),
        ("From $150K", (150_000, None, "USD", "year")),
        ("$4K – $5K every 2 weeks", (4_000, 5_000, "USD", None)),
        ("$20K one time", (20_000, 20_000, "USD", None)),
        ("$255K $405K • Offers Equity", (None, None, None, None)),
        ("$255K – €405K", (None, None, None, None)),
        ("XX$255K", (None, None, None, None)),
        ("$405K – $255K", (None, None, None, None)),
        ("$10K Signing Bonus • Offers Equity", None),
        ("Offers Equity", None),
        ("", None),
    ],
)
def test_a_summary_is_read_as_its_page_shows_it(
    summary: str, expected: tuple[Any, ...] | None
) -> None:
    pay = summary_pay(summary)
    assert amounts(pay) == expected
    assert pay is None or pay.text == summary


def test_a_title_that_says_where_it_does_not_hold_names_no_place() -> None:
    assert named_in(["Outside of London", "Not London", "All others"], "London", ()) == []
    assert named_in(["London", "UK (excluding London)", "London & Paris"], "London", ()) == [0, 2]
    assert named_in(["Remote"], "", ()) == []
