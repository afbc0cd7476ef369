"""Whether the words around an amount say that it is pay, in which currency, and for how long."""

from __future__ import annotations

import re
from dataclasses import dataclass

from crawler.items import Period
from crawler.read import currency
from crawler.read.money import MoneyRange
from crawler.read.pay_terms import (
    ANNOUNCED,
    BASE,
    NAMED_DIRECTLY,
    NEVER,
    OTHER,
    OTHER_BEFORE,
    PAY,
    TOTAL,
)
from crawler.read.periods import period_of_pay

_LEFT_OUT = re.compile(
    r"\([^()]*\)|\b(?:excluding|exclusive of|not including|in addition to|on top of)\b[^:.$]*?(?=\b(?:is|are)\b|:)",
    re.IGNORECASE,
)
_CLAUSE_END = re.compile(r"[.;,(|•+]|\s(?:and|with|plus|or|in|und|et|y|e)\s", re.IGNORECASE)
_SENTENCE_END = re.compile(r"(?:[^\W_A-Z]|[)%])[.;!?]\s+(?=[^\W\d_a-z])")
_LABEL = re.compile(
    r"(?:[•*-]\s)?(?:(?:level|zone|tier|band|grade|step|range|l|estimated to be|approx(?:imately|\.)?)\s?\w{0,4})?\s?[:-]?\s?",
    re.IGNORECASE,
)
_NOT_ONE_PHRASE = re.compile(r"[,;|•]|(?<!max)(?<!min)(?<!ca)\.", re.IGNORECASE)
_AT_MOST = re.compile(
    r"(?<![^\W_])(?:up ?to|maximum(?: of)?|max\.?|no more than|not more than|at most|bis zu|jusqu['\u2019]à|hasta|tot|upp till|op til|até"
    r"|fino a|až|do|până la)"
    r"[\s:]{0,3}$",
    re.IGNORECASE,
)
_PAY_TO_FIGURE = (
    r"(?:\s\w{1,12}){0,2}\s(?:salary|pay|wage|rate|compensation)(?:\s\w{1,12}){0,5}[\s:]{0,3}$"
)
_CEILING = re.compile(r"(?<![^\W_])(?:maximum|max\.?|top|highest)" + _PAY_TO_FIGURE, re.IGNORECASE)
_AT_LEAST = re.compile(
    r"(?<![^\W_])(?:from|start(?:ing|s)? (?:at|from|of)|begin(?:s|ning)? (?:at|from)|minimum(?: of)?|min\.?|at least|no less than"
    r"|not less than|not below|ab|mindestens"
    r"|à partir de|dès|desde|a partir (?:de|da)|al menos|vanaf|minimaal|od|co najmniej|minimálně|från|lägst|fra|mindst|minst|da|almeno"
    r"|de la|minim)[\s:]{0,3}$",
    re.IGNORECASE,
)
# "per quarter", "per project": none that a Period has
_ANOTHER_PERIOD = re.compile(r"\s?(?:/\s?|per\s)[^\W\d]", re.IGNORECASE)
_FLOOR = re.compile(
    r"(?<![^\W_])(?:mindest(?:gehalt|lohn|entgelt)\b[^.]{0,30}$|(?:minimum|min\.?|lowest)"
    + _PAY_TO_FIGURE
    + ")",
    re.IGNORECASE,
)
_COUNTRIES = {
    "CAD": re.compile(
        r"\bCAD\b|\bCAN\b|\b[Cc]anad(?:a|ian)\b|\bOntario\b|\bToronto\b|\bMontreal\b"
    ),
    "AUD": re.compile(r"\bAUD\b|\bAustralian?\b|\bSydney\b|\bMelbourne\b"),
    "NZD": re.compile(r"\bNZD\b|\bNew Zealand\b"),
    "SGD": re.compile(r"\bSGD\b|\bSingapore\b"),
    "HKD": re.compile(r"\bHKD\b|\bHong Kong\b"),
    "USD": re.compile(r"\bUSD?A?\b|\bU\.S\.|\bUnited States\b"),
}
_HEADING = 40  # characters of a line that is a heading
# characters around an amount whose words may speak of it
_BEFORE, _AFTER, _NEAR, _CLOSE = 160, 60, 60, 30
_SURELY_A_YEAR = 15_000  # US dollars' worth; from here on pay without a period is a year's
_PLAUSIBLE: dict[Period, tuple[float, float]] = {
    "hour": (5, 1_000),
    "day": (30, 10_000),
    "week": (100, 50_000),
    "month": (300, 200_000),
    "year": (5_000, 5_000_000),
}
_TO_A_DOLLAR = {  # roughly, to tell a month's pay from a year's: no library has rates that hold
    "USD": 1, "EUR": 1, "GBP": 1, "CHF": 1, "CAD": 1, "AUD": 1, "NZD": 1, "SGD": 2, "PLN": 4, "RON": 4.5, "ILS": 4, "BRL": 6, "DKK": 7,
    "CNY": 7, "HKD": 8, "SEK": 10, "NOK": 10, "MXN": 18, "ZAR": 18, "CZK": 23, "TWD": 32, "THB": 35, "INR": 80, "JPY": 120, "HUF": 360,
    "KRW": 1300,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Context:
    """What stands around a figure in its line, and above it."""

    own: str  # the figure itself, with words such as "gross" or "base" that belong to it
    before: str  # since the sentence or the figure before, without what is said to be left out
    after: str  # to the end of the clause
    sentence: str  # what stands before it in its sentence, other figures too
    above: str  # the last line before without money in it
    first: bool  # the line's first figure
    follows_range: bool  # the figure before it in this line is a range of pay


def context_of(
    line: str, figure: MoneyRange, *, begin: int, above: str, follows_range: bool
) -> Context:
    """The words around a figure; `begin` is where the figure before it in the line ends, or 0."""
    sentence = _last_sentence(line[max(0, figure.start - _BEFORE) : figure.start])
    before = _LEFT_OUT.sub(
        " ", _last_sentence(line[max(begin, figure.start - _BEFORE) : figure.start])
    )
    rest = _SENTENCE_END.split(line[figure.end : figure.end + 2 * _AFTER], maxsplit=1)[0]
    after = _CLAUSE_END.split(rest[:_AFTER], maxsplit=1)[0]
    return Context(
        line[figure.start : figure.end],
        before,
        after,
        sentence,
        above[-_BEFORE:],
        begin == 0,
        follows_range,
    )


def _last_sentence(words: str) -> str:
    ends = [match.end() for match in _SENTENCE_END.finditer(words)]
    return words[ends[-1] if ends else 0 :]


def is_about_pay(figure: MoneyRange, around: Context) -> bool:
    """Whether the figure is pay: the nearest words say so, and none nearer says that it is something else."""
    pay, other = (
        _last(PAY, around.before),
        max(_last(OTHER, around.before), _last(OTHER_BEFORE, around.before)),
    )
    after = _begins(PAY, around.after)
    named = figure.is_range and pay >= 0 and NAMED_DIRECTLY.fullmatch(around.before, pay)
    if other > pay or (not named and _begins(OTHER, around.after) < after):
        return False
    if _last(NEVER, around.sentence) > _last(ANNOUNCED, around.sentence):
        return False
    if figure.is_range or (figure.period == "hour" and around.first):
        return pay >= 0 or after < _AFTER or _stands_alone(around) or around.follows_range
    if pay >= 0:
        return len(around.before) - pay <= _NEAR and not _NOT_ONE_PHRASE.search(around.before, pay)
    return after < _AFTER or _is_under_heading(figure, around)


def _is_under_heading(figure: MoneyRange, around: Context) -> bool:
    """Whether a single amount begins a line under one about pay: with its period, or alone under a short heading."""
    if around.before.strip("•*- ") or not PAY.search(around.above):
        return False
    return figure.period is not None or (len(around.above) < _HEADING and not around.after.strip())


def _stands_alone(around: Context) -> bool:
    """Whether the line begins with the range, or with "Level 2:", or with a town under a heading about pay."""
    if not around.first:
        return False
    return bool(_LABEL.fullmatch(around.before)) or (
        bool(PAY.search(around.above)) and around.before.rstrip().endswith((":", "-"))
    )


def is_total(around: Context) -> bool:
    """Whether the words speak of more than base pay: on-target earnings, total compensation."""
    if BASE.search(around.own):
        return False
    return _last(TOTAL, around.before) > _last(BASE, around.before) or bool(
        TOTAL.search(around.after[:_CLOSE]) and not BASE.search(around.after)
    )


def currency_of(figure: MoneyRange, around: Context, countries: frozenset[str]) -> str | None:
    """ISO 4217; a bare "$" is the dollar of the one country named near it, else of the place's; None where it may be several."""
    written = currency.of_sign(figure.sign, countries)
    if written != "":
        return written
    for words in (around.before, around.after, around.above):
        if named := [code for code, country in _COUNTRIES.items() if country.search(words)]:
            return named[0] if len(named) == 1 else None
    return currency.of_dollar(countries)


def period_of(figure: MoneyRange, around: Context, currency: str | None) -> Period | None:
    """For how long the figure is paid: as attached to it, else as the words say of pay and the amount allows."""
    if figure.period or _ANOTHER_PERIOD.match(around.after):
        return figure.period
    return likely_period(
        figure.maximum,
        currency,
        period_of_pay(around.before),
        period_of_pay(around.sentence),
        period_of_pay(around.above),
    )


def likely_period(amount: float, currency: str | None, *hints: Period | None) -> Period | None:
    """The first hint that the amount allows; else a year for what can only be a year's pay."""
    possible = (hint for hint in hints if hint and is_plausible(amount, currency, hint))
    rate = _TO_A_DOLLAR.get(currency or "USD")
    return next(possible, "year" if rate and amount >= _SURELY_A_YEAR * rate else None)


def is_plausible(amount: float, currency: str | None, period: Period | None) -> bool:
    """Whether somebody may be paid this much; without a period, only small amounts that can be no year's."""
    rate = _TO_A_DOLLAR.get(currency or "USD")
    low, high = _PLAUSIBLE[period] if period else (5, _SURELY_A_YEAR)
    return low * min(rate or 1, 4) / 2 <= amount <= high * (rate or 1_000) * (1 if rate == 1 else 3)


def is_at_most(figure: MoneyRange, around: Context) -> bool:
    return bool(
        _AT_MOST.search(around.before) or (not figure.is_range and _CEILING.search(around.before))
    )


def is_at_least(figure: MoneyRange, around: Context) -> bool:
    return not figure.is_range and (
        figure.open_ended or bool(_AT_LEAST.search(around.before) or _FLOOR.search(around.before))
    )


def _last(pattern: re.Pattern[str], words: str) -> int:
    """Where the last match ends; -1 without one."""
    return max((match.end() for match in pattern.finditer(words)), default=-1)


def _begins(pattern: re.Pattern[str], words: str) -> int:
    """Where the first match begins; beyond all words without one."""
    found = pattern.search(words)
    return found.start() if found else _AFTER
