"""Find amounts of money in a line of text.

Numbers are found first. The text directly before and after one makes it money: a sign, code or name
of a currency, a multiplier such as "k" or "lakh", a period. All repetitions in the patterns are
bounded, so reading takes linear time on any input.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from crawler.items import Period
from crawler.read import currencies
from crawler.read.pay_periods import attached_pattern, period_after

_NUMBER = re.compile(
    r"(?<!\d)(?<!\d[.,'\u2019])(?:\d{1,2}(?:,\d\d){1,3},\d{3}(?:\.\d{1,2})?|\d{1,3}(?:[, "
    r"'\u2019.]\d{3}){1,3}(?:[.,]\d{1,2})?"
    r"|\d{1,9}(?:[.,]\d{1,2})?)(?!\d)"
)
_DIGITS = re.compile(r"\d+")
THOUSAND = 1e3
_TIMES: dict[str, float] = {
    "k": 1e3, "t": 1e3, "tys": 1e3, "tis": 1e3, "mil": 1e3, "lpa": 1e5, "lakh": 1e5, "lac": 1e5,
    "l": 1e5, "cr": 1e7, "crore": 1e7,
    "万": 1e4, "萬": 1e4, "만": 1e4, "千": 1e3,
}  # fmt: skip
_MANY = (
    r"\s?(?:(?P<many>[kK]|tys\.?|tis\.?|mil(?=\s(?:€|euros|pesos|reais))|[lL]akhs?|[lL]acs?|LPA"
    r"|[lL]pa|L|Cr|[cC]rores?"
    r"|T(?=\s?(?:€|EUR|SEK|CHF))|t(?=kr))(?![^\W_kT元円])|(?P<cjk>[万萬만千]))"
)
_GROSS_WORDS = (
    r"(?:gross|net|brutto|netto|bruts?|nets?|brutos?|netos?|lord[oi]|nett[oi]|hrub[éáý](?:ho)?"
    r"|čist(?:á|ého)|base|basic"
    r"|salary|CTC|before tax|plus super|\+\s?VAT)(?![^\W_])"
)
_GROSS = (
    rf"(?:\s?\((?:{_GROSS_WORDS}|min(?:imum|\.)?|max(?:imum|\.)?)\)"
    rf"|[\s,/]{{1,2}}{_GROSS_WORDS}(?!\s?[:(]?\s?(?:of |is )?[$€£\d])){{0,3}}"
)
_RUPEES = re.compile(r"₹|(?:INR|Rs)(?![^\W_])")
_MAX_AMOUNTS = 300  # in one line; a limit for hostile texts
_NEAR = 40  # characters around a number that hold the sign of its range
_IN_FRONT = 9  # characters before a number that hold its currency


@dataclass(frozen=True, slots=True)
class Amount:
    """One number that may be money."""

    start: int
    end: int
    value: float
    sign: str  # sign, code or name of its currency as written, or ""
    times: float  # 1000 for "k", 100,000 for "lakh"
    open_ended: bool  # "$300,000+"
    period: Period | None
    is_unusable: bool  # millions, percentages, part of a word, "$70,000s"


def amounts_in(line: str, marks: Collection[str] = ("",)) -> list[Amount]:
    """Return the numbers of a line that may be money, in order.

    `marks` come from `currency_marks`; a number far from all of them is left out.
    """
    numbers = islice(_numbers(line), _MAX_AMOUNTS)
    return [_amount(line, number) for number in numbers if _is_near(number, line, marks)]


def _numbers(line: str) -> Iterator[re.Match[str]]:
    """Yield the numbers of a line. To find the digits first takes half the time of the pattern."""
    end = 0
    for begin in (digits.start() for digits in _DIGITS.finditer(line)):
        if begin >= end and (number := _NUMBER.match(line, begin)):
            yield number
            end = number.end()


@lru_cache(maxsize=1)
def _front() -> re.Pattern[str]:
    sign, _ = currencies.patterns()
    return re.compile(rf"(?:(?<![^\W\d_])(?P<code>[A-Z]{{3}})\s?)?(?P<sign>{sign})?\s?$")


@lru_cache(maxsize=1)
def _behind() -> re.Pattern[str]:
    _, sign = currencies.patterns()
    return re.compile(
        rf"(?:{_MANY})?(?P<huge>\s?(?:[MB]|MM|[mb]n|[mbMB]illion(?:en)?|trillion|millions|Mio\.?"
        rf"|Mrd\.?)(?![^\W_]))?(?P<dash>[.,][-\u2013\u2014]{{1,2}})?(?P<open>\+)?"
        rf"(?:\s?\(?(?P<sign>{sign})\)?(?!\d))?{_GROSS}(?:\(?(?i:{attached_pattern()})(?:\."
        rf"(?=\s?[-\u2013\u2014,;)a-z]))?\)?)?{_GROSS}"
        # "210,000/yr. - USD", but not "140,000 - USD 160,000"
        rf"(?:\s(?:-\s(?!\(?[A-Z]{{3}}\s?[^\w\s]?\d))?\(?(?P<code>[A-Z]{{3}})\)?(?![^\W_]))?(?P<percent>\s?%)?"
    )


def _is_near(number: re.Match[str], line: str, marks: Collection[str]) -> bool:
    around = line[max(0, number.start() - _NEAR) : number.end() + _NEAR]
    return any(mark in around for mark in marks)


def _amount(line: str, number: re.Match[str]) -> Amount:
    front = _front().search(line[max(0, number.start() - _IN_FRONT) : number.start()])
    behind = _behind().match(line, number.end())
    # both patterns also match an empty text
    assert front is not None  # noqa: S101  # for mypy
    assert behind is not None  # noqa: S101  # for mypy
    code = next(
        (code for code in (behind["code"], front["code"]) if code in currencies.written_codes()),
        None,
    )
    sign = code or behind["sign"] or front["sign"] or ""
    if sign == "$" and front["sign"]:
        sign = front["sign"]
    many = (behind["many"] or behind["cjk"] or "").rstrip(".").casefold()
    times = _TIMES.get(many) or _TIMES.get(many.removesuffix("s"), 1)
    if many == "l" and not _RUPEES.search(
        sign or line[max(0, number.start() - _NEAR) : number.start()]
    ):  # not "INR 40L - 60L"
        times = 1
    if many == "lpa" or (times >= _TIMES["lakh"] and not sign):
        sign = sign or ("INR" if many == "lpa" else "lakh")
    start = number.start() - len(front[0].lstrip())
    if front["code"] and front["code"] not in currencies.written_codes():
        start = number.start() - len((front["sign"] or "").strip())
    end = behind.end()
    if behind["code"] and code != behind["code"]:  # "£30,000 (OTE £45,000)"
        end = number.end() + len(line[number.end() : behind.start("code")].rstrip(" (-"))
    period = period_after(behind) or ("year" if many == "lpa" else None)
    attached = (
        not front[0].strip()
        and number.start() > 0
        and (line[number.start() - 1].isalpha() and line[number.start() - 1].isascii())
    )
    is_about = line.startswith(("s ", "s,", "s."), number.end())  # "high $70,000s"
    is_law = sign == "NIS" and len(number[0]) == 1  # "NIS 2", on the security of networks
    useless = bool(behind["huge"] or behind["percent"] or attached or is_about or is_law)
    return Amount(
        start, end, _number(number[0]) * times, sign, times, bool(behind["open"]), period, useless
    )


def _number(written: str) -> float:
    """Return the value of "133,000", "61.000", "105,650.00" or "18,40".

    Three digits after a point or comma are thousands.
    """
    decimals = re.search(r"[.,](\d{1,2})$", written)
    whole = written[: decimals.start()] if decimals else written
    return float(f"{re.sub(r'[^0-9]', '', whole)}.{decimals[1] if decimals else 0}")
