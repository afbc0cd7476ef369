"""Pay as the page of an Ashby board states it: one line of words, which spans all ranges of a job.

"$110K – $120K • Offers Equity", "Multiple Ranges", "£30 – £40 per hour"
"""

from __future__ import annotations

import re

from crawler.items import Pay, Period
from crawler.read.plausible_pay import likely_period
from crawler.read.text import clean
from crawler.spiders.ashby_pay import LONGEST_TEXT, PERIODS, code_of, is_sane

_SIGNS = {
    "$": "USD",
    "CA$": "CAD",
    "A$": "AUD",
    "NZ$": "NZD",
    "HK$": "HKD",
    "NT$": "TWD",
    "MX$": "MXN",
    "R$": "BRL",
    "€": "EUR",
    "£": "GBP",
    "¥": "JPY",
    "CN¥": "CNY",
    "₹": "INR",
    "₩": "KRW",
    "₪": "ILS",
    "₫": "VND",
    "₱": "PHP",
}
_SCALES = {"": 1, "K": 1_000, "M": 1_000_000, "B": 1_000_000_000}
_FIGURE = re.compile(
    r"(?P<sign>[A-Z]{0,2}[$¥]|[€£₹₩₪₫₱]|\b[A-Z]{3}(?=\s?\d))\s?"
    r"(?P<number>\d[\d,]*(?:\.\d+)?)(?P<scale>[KMB]?)\b"
)
_PART = re.compile(r"•|\bOffers\b|\bMultiple Ranges\b")
_OTHER = re.compile(
    r"\b(?:equity|bonus|commissions?|stock|options|signing|allowance)\b", re.IGNORECASE
)
_DASH = re.compile(r"\s*(?:[-\u2013\u2014]|to)\s*")
_AT_MOST = re.compile(r"\bup to\s*$", re.IGNORECASE)
_AT_LEAST = re.compile(r"\bfrom\s*$", re.IGNORECASE)
_PER = re.compile(r"\s*(?:per|an?|/)\s*(?P<unit>\w+)\s*", re.IGNORECASE)


def summary_pay(summary: str) -> Pay | None:
    """Return the pay of a one-line summary, which spans all ranges of its job.

    None when it states no salary.
    """
    text = clean(summary)[:LONGEST_TEXT]
    for part in _PART.split(text):
        figures = list(_FIGURE.finditer(part))
        if figures and not _OTHER.search(part):
            return _read_part(part, figures, text)
    return None


def _read_part(part: str, figures: list[re.Match[str]], text: str) -> Pay:
    """Return the pay of the part of a summary that states it.

    Only its words when the figures are neither a range nor a single amount.
    """
    unclear = Pay(None, None, None, None, text)
    first, last = figures[0], figures[-1]
    currencies = {_SIGNS.get(figure["sign"]) or code_of(figure["sign"]) for figure in figures}
    between = part[first.end() : last.start()]
    is_range = figures == [first, last] and first is not last and bool(_DASH.fullmatch(between))
    if len(currencies) != 1 or None in currencies or not (is_range or len(figures) == 1):
        return unclear
    currency, before = currencies.pop() or "", part[: first.start()]
    minimum = None if _AT_MOST.search(before) else _amount(first)
    maximum = None if _AT_LEAST.search(before) else _amount(last)
    if not is_sane(minimum, maximum):
        return unclear
    return Pay(
        minimum or None,
        maximum,
        currency,
        _period(part[last.end() :], maximum or minimum or 0, currency),
        text,
    )


def _amount(figure: re.Match[str]) -> float:
    return round(float(figure["number"].replace(",", "")) * _SCALES[figure["scale"]], 2)


def _period(after: str, amount: float, currency: str) -> Period | None:
    """Ashby names every interval but the year."""
    if not after.strip():
        return likely_period(amount, currency)
    named = _PER.fullmatch(after)
    return PERIODS.get(f"1 {named['unit'].upper()}") if named else None
