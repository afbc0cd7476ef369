"""Amounts of money in a line of text, and the ranges that they make.

Every repetition in the patterns is bounded, so that reading is linear on any input.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from crawler.items import Period

CODES: tuple[str, ...] = ("USD", "CAD", "GBP", "EUR", "CHF", "AUD", "NZD", "SGD", "HKD", "JPY", "INR", "SEK", "NOK", "DKK", "PLN", "CZK")
CODES += ("HUF", "ILS", "BRL", "MXN", "ZAR", "CNY", "KRW", "TWD", "AED")
_SIGNS = {"$": "", "£": "GBP", "€": "EUR", "¥": "JPY", "₹": "INR", "₪": "ILS", "₩": "KRW"}  # a bare "$" is many countries'
_DOLLARS = {"US": "USD", "C": "CAD", "CA": "CAD", "CAN": "CAD", "CDN": "CAD", "A": "AUD", "AU": "AUD", "NZ": "NZD"}
_DOLLARS |= {"S": "SGD", "SG": "SGD", "HK": "HKD", "R": "BRL", "MX": "MXN", "NT": "TWD"}

_PERIODS: dict[Period, str] = {
    "hour": r"hours?|hourly|hrs?",
    "year": r"years?|yearly|annum|annual|annually|annualized|yrs?|p\.a\.?",
    "month": r"months?|monthly",
    "week": r"weeks?|weekly",
    "day": r"days?|daily",
}
_PERIOD = re.compile("|".join(rf"(?<![^\W_])(?P<{name}>{words})(?![^\W_])" for name, words in _PERIODS.items()), re.IGNORECASE)

_CODE = "|".join(CODES)
_NO_CAPITALS = bytes(set(range(256)) - set(string.ascii_uppercase.encode()))
_AMOUNT = re.compile(
    rf"""
    (?P<code>\b(?:{_CODE})\s?)?
    (?P<sign>(?:\b(?:{"|".join(_DOLLARS)}))?\$|[£€¥₹₪₩])?\s?
    (?<![\d.,])
    (?P<number>\d{{1,3}}(?:[, '\u2019.]\d{{3}}){{1,3}}(?:[.,]\d{{1,2}})?|\d{{1,9}}(?:\.\d{{1,2}})?)(?!\d)
    (?P<thousand>\s?[kK](?![^\W_]))?
    (?P<huge>\s?(?:[MB]|MM|[mb]n|[mbMB]illion|trillion)(?![^\W_]))?
    (?P<open>\+)?
    (?:\s?(?P<code2>{_CODE})\b)?
    (?P<period>
        (?:\s?/\s?|\s(?:per|an?)\s)(?:hours?|hrs?|h|years?|annum|yrs?|months?|mo|weeks?|wk|days?)\b
        |\s(?:hourly|annually|yearly|monthly|weekly|daily|p\.a\.|pa\b)
    )?
    (?:\s(?P<code3>{_CODE})\b)?
    (?P<percent>\s?%)?
    """,
    re.VERBOSE,
)
_JOINED = re.compile(r"\s{0,3}(?:-{1,2}|[\u2010-\u2015\u2212]|to|through)\s{0,3}(?:up to )?", re.IGNORECASE)
_MOST_AMOUNTS = 300  # in one line; no person writes so many
_AND = re.compile(r"\s?and\s?", re.IGNORECASE)
_BETWEEN = re.compile(r"\bbetween\s{0,2}$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Amount:
    """One number that may be money; `currency` is None where nothing says so and "" for a bare "$"."""

    start: int
    end: int
    value: float
    currency: str | None
    thousands: bool  # written with a "k"
    open_ended: bool  # "$300,000+"
    period: Period | None
    useless: bool  # millions, per cents


@dataclass(frozen=True, slots=True)
class Figure:
    """A range, or a single amount whose ends are equal, as it stands in a line."""

    start: int
    end: int
    minimum: float
    maximum: float
    currency: str  # "" for a bare "$"
    period: Period | None
    is_range: bool
    open_ended: bool
    unclear: bool  # the numbers make no sense together: "$139,700-216-500"


def figures(line: str) -> Iterator[Figure]:
    """The ranges and single amounts of money in a line, in order; numbers without any sign or code of a currency are none."""
    amounts = [_amount(match) for match in islice(_AMOUNT.finditer(line), _MOST_AMOUNTS)]
    taken = -1
    for index, amount in enumerate(amounts):
        if index <= taken or amount.useless:
            continue
        after = amounts[index + 1] if index + 1 < len(amounts) else None
        if after and not after.useless and _makes_range(line, amount, after):
            chained = index + 2 < len(amounts) and _is_joined(line, after, amounts[index + 2])
            taken = index + 1 + chained
            if amount.currency is not None or after.currency is not None:
                yield _range(amount, after, chained_to=amounts[index + 2] if chained else None)
        elif amount.currency is not None:
            yield _single(amount)


def marks_of_money(text: str) -> tuple[str, ...]:
    """The signs and codes of currencies that the text holds: a quick way to see that it, or a line of it, names no money."""
    capitals = text.encode("utf-8", "ignore").translate(None, _NO_CAPITALS).decode()  # few: looking for each code takes ten times as long
    codes = (code for code in CODES if code in capitals and code in text)
    return (*(sign for sign in _SIGNS if sign in text), *codes)


def period_in(words: str) -> Period | None:
    """The last period named in these words ("annual", "per hour"); None when there is none."""
    found = [match.lastgroup for match in _PERIOD.finditer(words)]
    return next((name for name in _PERIODS if found and name == found[-1]), None)


def _amount(match: re.Match[str]) -> Amount:
    sign, code = match["sign"], match["code3"] or match["code2"] or match["code"]
    currency = None if sign is None else _SIGNS.get(sign) or _DOLLARS.get(sign[:-1], "")
    if code:
        currency = code.strip()
    value = _number(match["number"]) * (1000 if match["thousand"] else 1)
    useless = bool(match["huge"] or match["percent"])
    period = _attached_period(match["period"])
    start = match.end(0) - len(match[0].lstrip())
    return Amount(start, match.end(0), value, currency, bool(match["thousand"]), bool(match["open"]), period, useless)


def _attached_period(words: str | None) -> Period | None:
    short: dict[str, Period] = {"h": "hour", "mo": "month", "wk": "week", "pa": "year"}
    return None if not words else short.get(words.strip(" /"), period_in(words))


def _number(written: str) -> float:
    """The value of "133,000", "61.000", "105,650.00", "211.4"; three digits after a point are thousands."""
    whole, decimals = (written[:-3], written[-2:]) if re.search(r"[.,]\d\d$", written) else (written, "0")
    if re.search(r"[.,]\d$", written):
        whole, decimals = written[:-2], written[-1:]
    return float(f"{re.sub(r'[^0-9]', '', whole)}.{decimals}")


def _makes_range(line: str, low: Amount, high: Amount) -> bool:
    between = line[low.end : high.start]
    return _is_joined(line, low, high) or bool(_AND.fullmatch(between) and _BETWEEN.search(line[max(0, low.start - 12) : low.start]))


def _is_joined(line: str, low: Amount, high: Amount) -> bool:
    return bool(high.start - low.end < 16 and _JOINED.fullmatch(line[low.end : high.start]))  # noqa: PLR2004  # the longest joint


def _range(low: Amount, high: Amount, *, chained_to: Amount | None) -> Figure:
    minimum = low.value * (1000 if high.thousands and not low.thousands and low.value < 1000 else 1)  # noqa: PLR2004  # "$150-$190K"
    unclear = bool(chained_to) or minimum > high.value or high.value > 20 * max(minimum, 1)
    currency = high.currency or low.currency or ""
    return Figure(
        low.start, (chained_to or high).end, minimum, high.value, currency, high.period or low.period, True, high.open_ended, unclear
    )


def _single(amount: Amount) -> Figure:
    return Figure(
        amount.start, amount.end, amount.value, amount.value, amount.currency or "", amount.period, False, amount.open_ended, False
    )
