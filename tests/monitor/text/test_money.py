"""Money as people write it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text.money import format_amount, format_pay, format_stored_pay


@pytest.mark.parametrize(
    ("pay", "written"),
    [
        ((141_000, 245_000, "USD", "year"), "$141k–245k"),
        ((120_000, 150_000, "CHF", "year"), "CHF 120k–150k"),
        ((180_000, 240_000, "CAD", "year"), "CA$180k–240k"),
        ((180_000, 240_000, "AUD", "year"), "A$180k–240k"),
        ((180_000, 240_000, "SGD", "year"), "S$180k–240k"),
        ((98_000, 98_000, "GBP", "year"), "£98,000"),
        ((141_500, 245_250, "USD", "year"), "$141,500–245,250"),
        ((141_500, 245_000, "USD", "year"), "$141,500–245,000"),
        ((8_000_000, 12_000_000, "JPY", "year"), "¥8,000,000–12,000,000"),
        ((0, 50_000, "INR", "year"), "₹0–50,000"),
        ((141_000, None, "USD", "year"), "from $141,000"),
        ((None, 245_000, "USD", "year"), "up to $245,000"),
        ((55, 55, "EUR", "hour"), "€55/hour"),
        ((55, 62.5, "EUR", "hour"), "€55–62.50/hour"),
        ((6_000, 8_000, "USD", "month"), "$6,000–8,000/month"),
        ((None, 900, "SEK", "day"), "up to SEK 900/day"),
        ((6_000, 8_000, "USD", None), "$6,000–8,000"),
        ((60_000, 80_000, None, "year"), "60k–80k"),
        ((None, None, "USD", "year"), ""),
    ],
)
def test_pay_is_written_as_people_write_it(
    pay: tuple[float | None, float | None, str | None, str | None], written: str
) -> None:
    assert format_pay(*pay) == written


@pytest.mark.parametrize(
    ("stored", "written"),
    [
        ("133000-240000 USD/year", "$133k–240k"),
        ("98000 GBP/year", "£98,000"),
        ("from 133000 USD/year", "from $133,000"),
        ("up to 62.5 EUR/hour", "up to €62.50/hour"),
        ("133000-240000", "133,000–240,000"),
        ("$133,000 plus equity", None),
        ("from 9 to 5", None),
        ("", None),
    ],
)
def test_stored_pay_is_read_and_a_posting_s_own_words_are_not(
    stored: str, written: str | None
) -> None:
    assert format_stored_pay(stored) == written


@pytest.mark.parametrize(
    ("amount", "written"), [(150_000, "$150,000"), (62.5, "$62.50"), (0, "$0")]
)
def test_one_amount_is_written_in_full(amount: float, written: str) -> None:
    assert format_amount(amount, "USD") == written


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.sampled_from(["year", "month", "hour"]))
def test_no_digit_of_a_range_is_lost(low: int, high: int, period: str) -> None:
    text = format_pay(low, high, "EUR", period).removeprefix("€").removesuffix(f"/{period}")
    ends = [end.replace(",", "").replace("k", "000") for end in text.split("–")]
    assert [int(end) for end in ends] == ([low] if low == high else [low, high])
