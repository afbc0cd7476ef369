"""Values that the fields of an ATS state: pay and deadlines, in whatever form they are written."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawler.items import Deadline, Pay
from crawler.spiders.pay_fields import stated_amount, stated_range, worded_pay
from crawler.spiders.postings import stated_day


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        (45_000, 45_000),
        ("45000", 45_000),
        ("45.000", 45_000),
        ("95,000", 95_000),
        ("45.000,00", 45_000),
        ("45,000.50", 45_000.5),
        ("45 000", 45_000),
        ("45\u202f000", 45_000),
        ("1.234.567", 1_234_567),
        ("12,00,000", 1_200_000),
        ("1,20,00,000", 12_000_000),
        ("45.5", 45.5),
        ("18,40", 18.4),
        ("45000.0000", 45_000),
        (None, 0),
        ("", 0),
        ("negotiable", 0),
        ([], 0),
        ("45k", None),
        ("1,23,4", None),
        ("40 to 50", None),
    ],
    ids=str,
)
def test_an_amount_is_read_with_either_separator(written: object, amount: float | None) -> None:
    assert stated_amount(written) == amount


@pytest.mark.parametrize("interval", [True, {"unit": "HOUR"}, ["HOUR"], 1.5, "x" * 6_000, " "])
def test_an_interval_that_is_no_text_is_not_in_the_words(interval: object) -> None:
    pay = stated_range(45_000, 60_000, "USD", interval)
    assert pay == Pay(45_000, 60_000, "USD", "year", "$45,000 - $60,000")


@pytest.mark.parametrize(
    ("ends", "interval", "text"),
    [
        (("45k", "60k"), "YEAR", "45k - 60k USD (per year)"),
        (("95,000", "12o,000"), "YEAR", "95,000 - 12o,000 USD (per year)"),
        ((1, 1), "YEAR", "$1 (per year)"),
        ((1, 999_999), "YEAR", "$1 - $999,999 (per year)"),
        ((45, 60), "YEAR", "$45 - $60 (per year)"),
        ((90_000, 120_000), "HOUR", "$90,000 - $120,000 (per hour)"),
    ],
)
def test_an_amount_that_is_unreadable_or_paid_to_nobody_leaves_the_words(
    ends: tuple[object, object], interval: str, text: str
) -> None:
    assert stated_range(*ends, "USD", interval) == Pay(None, None, None, None, text)


def test_both_ends_of_a_range_are_read() -> None:
    pay = stated_range("95,000", "120000", "EUR", "YEAR")
    assert pay == Pay(95_000, 120_000, "EUR", "year", "€95,000 - €120,000")


@pytest.mark.parametrize(
    "interval",
    ["SEMI_MONTHLY", "semi-monthly", "SEMI_ANNUAL", "half-yearly", "BI_WEEKLY", "quarterly"],
)
def test_a_part_of_a_period_is_no_period(interval: str) -> None:
    pay = stated_range(3_000, 4_000, "USD", interval)
    words = interval.replace("-", " ").replace("_", " ")
    assert pay == Pay(3_000, 4_000, "USD", None, f"$3,000 - $4,000 ({words})")


@pytest.mark.parametrize(
    ("written", "place", "instant"),
    [
        ("2026-06-30T17:00:00", "Berlin, Germany", datetime(2026, 6, 30, 15, tzinfo=UTC)),
        ("2026-06-30 17:00", "London, UK; Berlin, Germany", datetime(2026, 6, 30, 15, tzinfo=UTC)),
        ("2026-06-30T17:00:00", "", datetime(2026, 6, 30, 17, tzinfo=UTC)),
        ("2026-06-30T17:00:00Z", "Berlin, Germany", datetime(2026, 6, 30, 17, tzinfo=UTC)),
        ("2026-06-30", "Berlin, Germany", datetime(2026, 6, 30, 21, 59, 59, tzinfo=UTC)),
        ("2026-06-30", "", datetime(2026, 6, 30, 23, 59, 59, tzinfo=UTC)),
        ("soon", "Berlin, Germany", None),
    ],
)
def test_a_deadline_without_an_offset_is_that_of_the_place(
    written: str, place: str, instant: datetime | None
) -> None:
    assert stated_day(written, place) == Deadline(instant, written)


@pytest.mark.parametrize("written", [0, 7, 1_793_404_800, True, ["2026-10-31"], {}])
def test_a_deadline_that_is_no_text_is_none(written: object) -> None:
    assert stated_day(written, "Berlin, Germany") is None


@pytest.mark.parametrize("written", ["4712-12-31", "9999-12-31", "9999-12-31T23:59:59Z", "", None])
def test_a_year_that_stands_for_no_date_is_no_deadline(written: str | None) -> None:
    assert stated_day(written, "Berlin, Germany") is None


@pytest.mark.parametrize("interval", ["Year", "YEAR", "year", "Yearly"])
def test_a_currency_and_a_period_are_read_in_any_case(interval: str) -> None:
    pay = stated_range(45_000, 60_000, "usd", interval)
    assert pay == Pay(45_000, 60_000, "USD", "year", "$45,000 - $60,000")


@pytest.mark.parametrize(
    ("currency", "place", "code", "text"),
    [
        ("€", "", "EUR", "€45,000 - €60,000"),
        ("US$", "", "USD", "$45,000 - $60,000"),
        ("zł", "", "PLN", "PLN 45,000 - 60,000"),
        ("Euro", "", "EUR", "€45,000 - €60,000"),
        ("$", "Austin, TX", "USD", "$45,000 - $60,000"),
        ("$", "Toronto, Canada", "CAD", "CAD 45,000 - 60,000"),
        ("$", "Buenos Aires, Argentina", None, "$45,000 - $60,000"),
        ("kr", "", None, "kr 45,000 - 60,000"),
        ("try", "", "TRY", "TRY 45,000 - 60,000"),
        ("Lei", "Bucharest, Romania", "RON", "RON 45,000 - 60,000"),
        ("ZZZ", "", None, "ZZZ 45,000 - 60,000"),
        ("", "Austin, TX", None, "45,000 - 60,000"),
        (None, "", None, "45,000 - 60,000"),
        ({"code": "USD"}, "", None, "45,000 - 60,000"),
    ],
)
def test_pay_is_kept_without_the_code_of_its_currency(
    currency: object, place: str, code: str | None, text: str
) -> None:
    pay = stated_range(45_000, 60_000, currency, "YEAR", place=place)
    assert pay == Pay(45_000, 60_000, code, "year", text)


def test_pay_in_no_currency_has_no_period_by_its_size() -> None:
    assert stated_range(300_000, 0, "", "") == Pay(300_000, None, None, None, "from 300,000")


@pytest.mark.parametrize(
    ("words", "minimum", "maximum", "currency"),
    [
        ("$65,000+", 65_000, None, "USD"),
        ("up to $65K", None, 65_000, "USD"),
        ("€50.000", 50_000, 50_000, "EUR"),
        ("$60,000 + $5,000 bonus", 60_000, 60_000, "USD"),
        ("Competitive + $10,000 bonus", None, None, None),
        ("60k-80k", None, None, None),
    ],
)
def test_one_amount_in_a_field_of_pay_is_pay(
    words: str, minimum: float | None, maximum: float | None, currency: str | None
) -> None:
    pay = worded_pay(words, "")
    assert pay is not None
    assert (pay.minimum, pay.maximum, pay.currency) == (minimum, maximum, currency)
