"""Whether the words around an amount say that it is pay, of which country, and for how long."""

from __future__ import annotations

import re
from dataclasses import dataclass

from crawler.items import Period
from crawler.read.money import Figure, period_in

_PAY = re.compile(
    r"\b(?:salar(?:y|ies)|wages?|remuneration|compensation|OTE|on[- ]target|earnings?|rate of pay|(?:hourly|daily|weekly) rate"
    r"|(?:base|annual|hourly|our|cash|expected|local|starting|the|target|total) pay"
    r"|pay (?:range|rate|band|scale|grade|zone|is|of|for|between)"
    r"|pay(?=\s*:|\s*$)|(?:base|weekly|monthly|annual) stipend)(?!\w)",
    re.IGNORECASE,
)
_BASE = re.compile(r"\b(?:salar(?:y|ies)|base|wages?|pay)\b", re.IGNORECASE)
_TOTAL = re.compile(r"\b(?:OTE|on[- ]target|total (?:\w+ ){0,2}(?:compensation|comp|cash|earnings)|TC)\b", re.IGNORECASE)
_OTHER = re.compile(
    r"\b(?:bonus(?:es)?|commissions?|stipends?|credits?|reimburs\w*|allowances?|subsid\w+|differentials?|budgets?|contribut\w+|match\w*"
    r"|grants?|equity|stocks?|rsus?|sign[- ]?on|signing|relocation|coverage|lifetime|401\(?k\)?|hsa|hra|fsa|funding|funded|raised|raises?"
    r"|revenues?|spend\w*|sav(?:es?|ed|ings?)|assets?|valuation|valued|markets?|opportunity|initiatives?|merchandise|quotas?"
    r"|deals?|contracts?|acv|arr|gmv|parking"
    r"|tickets?|insurance|pensions?|referrals?|tuition|donat\w+|portfolios?|invest\w+|volume|transactions?|payments?|series [a-h]|worth"
    r"|prizes?|awards?|fees?|costs?|deductibles?|premiums?|profits?|ebitda|aum|turnover|exploits?|vouchers?|perks?|learning|education|development"
    r"|home office|equipment|wellness|wellbeing|gym|travel|lunch|meals?|commut\w+|childcare|fertility|adoption|customers?|housing)\b",
    re.IGNORECASE,
)
_LEFT_OUT = re.compile(
    r"\([^()]*\)|\b(?:excluding|exclusive of|not including|in addition to|on top of)\b[^:.$]*?(?=\b(?:is|are)\b|:)", re.IGNORECASE
)
_CLAUSE_END = re.compile(r"[.;,(|•+]|\s(?:and|with|plus|or|in)\s", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[a-z0-9)%][.;!?]\s+(?=[A-Z])")
_LABEL = re.compile(r"(?:[•*-]\s)?(?:(?:level|zone|tier|band|grade|step|range|l)\s?\w{0,4})?\s?[:-]?\s?", re.IGNORECASE)
_NOT_ONE_PHRASE = re.compile(r"[,;.|•]")
_AT_MOST = re.compile(r"(?:\bup to|maximum(?: of)?|\bmax)[\s:]{0,3}$", re.IGNORECASE)
_AT_LEAST = re.compile(r"(?:\bfrom|\bstart(?:ing|s) at|\bminimum(?: of)?|\bat least)[\s:]{0,3}$", re.IGNORECASE)
_COUNTRIES = {
    "CAD": re.compile(r"\bCAD\b|\bCAN\b|\b[Cc]anad(?:a|ian)\b|\bOntario\b|\bToronto\b|\bMontreal\b"),
    "AUD": re.compile(r"\bAUD\b|\bAustralian?\b|\bSydney\b|\bMelbourne\b"),
    "NZD": re.compile(r"\bNZD\b|\bNew Zealand\b"),
    "SGD": re.compile(r"\bSGD\b|\bSingapore\b"),
    "HKD": re.compile(r"\bHKD\b|\bHong Kong\b"),
    "USD": re.compile(r"\bUSD?A?\b|\bU\.S\.|\bUnited States\b"),
}
_BEFORE, _AFTER, _NEAR = 160, 60, 60  # characters around an amount whose words may speak of it
_SURELY_A_YEAR = 10_000  # from here on pay without a period is a year's
_PLAUSIBLE: dict[Period, tuple[float, float]] = {
    "hour": (5, 1_000),
    "day": (30, 10_000),
    "week": (100, 50_000),
    "month": (300, 200_000),
    "year": (5_000, 5_000_000),
}
_MANY_TO_A_DOLLAR = frozenset({"JPY", "INR", "KRW", "HUF", "CZK", "TWD", "MXN", "ZAR"})  # these may have two digits more


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What stands around a figure in its line, and above it."""

    before: str  # since the sentence or the figure before, without what is said to be left out
    after: str  # to the end of the clause
    rest: str  # to the end of the sentence
    above: str  # the last line before without money in it
    first: bool  # the line's first figure
    follows_range: bool  # the figure before it in this line is a range of pay


def surroundings(line: str, figure: Figure, *, begin: int, above: str, follows_range: bool) -> Surroundings:
    """The words around a figure; `begin` is where the figure before it in the line ends, or 0."""
    before = line[max(begin, figure.start - _BEFORE) : figure.start]
    ends = [match.end() for match in _SENTENCE_END.finditer(before)]
    before = _LEFT_OUT.sub(" ", before[ends[-1] if ends else 0 :])
    rest = line[figure.end : figure.end + 2 * _AFTER]
    rest = _SENTENCE_END.split(rest, maxsplit=1)[0]
    after = _CLAUSE_END.split(rest[:_AFTER], maxsplit=1)[0]
    return Surroundings(before, after, rest, above[-_BEFORE:], begin == 0, follows_range)


def says_pay(figure: Figure, around: Surroundings) -> bool:
    """Whether the figure is pay: the nearest words say so, and none nearer says that it is something else."""
    pay, other = _last(_PAY, around.before), _last(_OTHER, around.before)
    if other > pay or _begins(_OTHER, around.after) < _begins(_PAY, around.after):
        return False
    if figure.period == "hour":  # what else is paid by the hour has been named above
        return True
    if figure.is_range:
        return pay >= 0 or _begins(_PAY, around.after) < _AFTER or _stands_alone(around) or around.follows_range
    if pay >= 0:
        return len(around.before) - pay <= _NEAR and not _NOT_ONE_PHRASE.search(around.before, pay)
    return _begins(_PAY, around.after) < _AFTER


def _stands_alone(around: Surroundings) -> bool:
    """Whether the line begins with the range, or with "Level 2:", or with a town under a heading about pay."""
    if not around.first:
        return False
    return bool(_LABEL.fullmatch(around.before)) or (bool(_PAY.search(around.above)) and around.before.rstrip().endswith((":", "-")))


def is_total(around: Surroundings) -> bool:
    """Whether the words speak of more than base pay: on-target earnings, total compensation."""
    return _last(_TOTAL, around.before) > _last(_BASE, around.before) or bool(
        _TOTAL.search(around.after) and not _BASE.search(around.after)
    )


def currency_of(figure: Figure, around: Surroundings) -> str | None:
    """ISO 4217; a bare "$" is the dollar of the one country named near it, else US dollars; None where several are named."""
    if figure.currency:
        return figure.currency
    for words in (around.before, around.after, around.above):
        if named := [code for code, country in _COUNTRIES.items() if country.search(words)]:
            return named[0] if len(named) == 1 else None
    return "USD"


def period_of(figure: Figure, around: Surroundings) -> Period | None:
    """For how long the figure is paid: as attached to it, else as the words around say and the amount allows."""
    hints = (period_in(around.before), period_in(around.above), *(period_in(part) for part in re.split(r"[,;]\s", around.rest)))
    return figure.period or likely_period(figure.maximum, figure.currency, *hints)


def likely_period(amount: float, currency: str, *hints: Period | None) -> Period | None:
    """The first hint that the amount allows; else a year for what can only be a year's pay."""
    possible = (hint for hint in hints if hint and is_plausible(amount, currency, hint))
    return next(possible, "year" if amount >= _SURELY_A_YEAR else None)


def is_plausible(amount: float, currency: str, period: Period | None) -> bool:
    """Whether somebody may be paid this much; without a period, only small amounts that can be no year's."""
    low, high = _PLAUSIBLE[period] if period else (5, _SURELY_A_YEAR)
    return low <= amount <= high * (100 if currency in _MANY_TO_A_DOLLAR else 1)


def is_at_most(around: Surroundings) -> bool:
    return bool(_AT_MOST.search(around.before))


def is_at_least(figure: Figure, around: Surroundings) -> bool:
    return not figure.is_range and (figure.open_ended or bool(_AT_LEAST.search(around.before)))


def _last(pattern: re.Pattern[str], words: str) -> int:
    """Where the last match ends; -1 without one."""
    return max((match.end() for match in pattern.finditer(words)), default=-1)


def _begins(pattern: re.Pattern[str], words: str) -> int:
    """Where the first match begins; beyond all words without one."""
    found = pattern.search(words)
    return found.start() if found else _AFTER
