"""Money as people write it: `$141k–245k`, `£98,000`, `from €55/hour`, `CHF 120k–150k`. Pure.

A yearly range of whole thousands is abbreviated. Anything else is written in full. So is a range
that reaches a million, since nobody writes `¥8,000k`. A year is not named. Other periods are.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

# A "$" alone is the United States', and a "¥" is Japan's. Other currencies keep their code.
_SIGNS: Final = {
    "USD": "$",
    "GBP": "£",
    "EUR": "€",
    "JPY": "¥",
    "INR": "₹",
    "CAD": "CA$",
    "AUD": "A$",
    "SGD": "S$",
}
_STORED: Final = re.compile(
    r"(from |up to )?(\d+(?:\.\d+)?)(?:-(\d+(?:\.\d+)?))?"
    r"(?: ([A-Z]{3}))?(?:/(year|month|week|day|hour))?"
)
_THOUSAND: Final = 1_000
_MILLION: Final = 1_000_000


def format_pay(
    minimum: float | None, maximum: float | None, currency: str | None, period: str | None
) -> str:
    """Return `$141k–245k`, `from $141,000`, `up to €55/hour`, or "" if no amount is known.

    Amounts are in units of the currency (ISO 4217). The period is year, month, week, day or hour.
    """
    per = "" if period in {None, "year"} else f"/{period}"
    if minimum is None or maximum is None or minimum == maximum:
        amount = minimum if minimum is not None else maximum
        bound = "" if minimum == maximum else "up to " if minimum is None else "from "
        return "" if amount is None else f"{bound}{format_amount(amount, currency)}{per}"
    short = period == "year" and all(map(_is_short, (minimum, maximum)))
    low, high = (f"{end / _THOUSAND:.0f}k" if short else _full(end) for end in (minimum, maximum))
    return f"{_sign(currency)}{low}–{high}{per}"


class StoredPay(NamedTuple):
    """A range as a change stores it. An open end is None."""

    minimum: float | None
    maximum: float | None
    currency: str | None
    period: str | None

    @property
    def unit(self) -> tuple[str | None, str | None]:
        """Currency and period: amounts of one unit can be compared."""
        return self.currency, self.period


def read_stored_pay(text: str) -> StoredPay | None:
    """Return the range that a change stores, such as `133000-240000 USD/year`.

    None if the text is a posting's own words.
    """
    match = _STORED.fullmatch(text)
    if match is None:
        return None
    bound, first, second, currency, period = match.groups()
    minimum = None if bound == "up to " else float(first)
    maximum = float(second or first) if bound != "from " else None
    return StoredPay(minimum, maximum, currency, period)


def format_stored_pay(text: str) -> str | None:
    """Return the range that a change stores as people write it. None for a posting's own words."""
    pay = read_stored_pay(text)
    return None if pay is None else format_pay(*pay)


def format_amount(amount: float, currency: str | None) -> str:
    """Return one amount in full: `$141,500`, `€62.50`, `CHF 120,000`."""
    return _sign(currency) + _full(amount)


def _is_short(amount: float) -> bool:
    return _THOUSAND <= amount < _MILLION and amount % _THOUSAND == 0


def _sign(currency: str | None) -> str:
    return _SIGNS.get(currency, f"{currency} ") if currency else ""


def _full(amount: float) -> str:
    """Return `141,500`, and cents only where there are some."""
    return f"{amount:,.2f}".removesuffix(".00")
