"""Tell which amounts somebody may be paid in a period."""

from __future__ import annotations

from crawler.items import Period

_SURELY_A_YEAR = 15_000  # US dollars; from here on pay without a period is a year's
_PLAUSIBLE: dict[Period, tuple[float, float]] = {
    "hour": (5, 1_000),
    "day": (30, 10_000),
    "week": (100, 50_000),
    "month": (300, 200_000),
    "year": (5_000, 5_000_000),
}
_TO_A_DOLLAR = {  # rough rates, to distinguish a month's pay from a year's
    "USD": 1, "EUR": 1, "GBP": 1, "CHF": 1, "CAD": 1, "AUD": 1, "NZD": 1, "SGD": 2, "PLN": 4,
    "RON": 4.5, "ILS": 4, "BRL": 6, "DKK": 7,
    "CNY": 7, "HKD": 8, "SEK": 10, "NOK": 10, "MXN": 18, "ZAR": 18, "CZK": 23, "TWD": 32, "THB": 35,
    "INR": 80, "JPY": 120, "HUF": 360,
    "KRW": 1300,
}  # fmt: skip


def likely_period(amount: float, currency: str | None, *hints: Period | None) -> Period | None:
    """Return the first plausible hint, else a year if the amount can only be a year's pay.

    If the currency may be one of several ("$" in Argentina), every hint is plausible.
    """
    possible = (
        hint
        for hint in hints
        if hint and (currency is None or is_plausible(amount, currency, hint))
    )
    rate = _TO_A_DOLLAR.get(currency or "USD")
    return next(possible, "year" if rate and amount >= _SURELY_A_YEAR * rate else None)


def is_plausible(amount: float, currency: str | None, period: Period | None) -> bool:
    """Return True if somebody may be paid this much.

    Without a period only amounts too small for a year's pay are plausible.
    """
    rate = _TO_A_DOLLAR.get(currency or "USD")
    low, high = _PLAUSIBLE[period] if period else (5, _SURELY_A_YEAR)
    return low * min(rate or 1, 4) / 2 <= amount <= high * (rate or 1_000) * (1 if rate == 1 else 3)
