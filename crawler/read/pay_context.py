"""Decide by the words around an amount whether it is pay, in which currency and for how long."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache, partial

from crawler.items import Period
from crawler.read import currencies
from crawler.read.money_ranges import MoneyRange
from crawler.read.pay_periods import period_of_pay
from crawler.read.pay_vocabulary import (
    ANNOUNCED,
    BASE,
    DOLLAR_COUNTRIES,
    EXAMPLE,
    IN_OTHER_KIND,
    NAMED_DIRECTLY,
    NEVER,
    OTHER,
    OTHER_BEFORE,
    OTHER_PAY,
    PAY,
    THRESHOLD,
    TOTAL,
    without_role,
)
from crawler.read.plausible_pay import likely_period

_LEFT_OUT = re.compile(  # but not "(USD)" or "(Canada)", which say whose dollars are meant
    r"\((?!(?:in )?(?-i:USD?|U\.S|United States|CAD|Canad|AUD|Australia|NZD|New Zealand|SGD"
    r"|Singapore|HKD|Hong Kong))[^()]*\)|\b(?:excluding|exclusive of|not including|in addition to"
    r"|on top of)\b[^:.$]*?(?=\b(?:is|are)\b|:)",
    re.IGNORECASE,
)
_CLAUSE_END = re.compile(  # also before a label: "$180k - $230k OTE Base: $90k"
    r"[.;,(|•+]|\s(?:/|and|with|plus|or|in|und|et|y|e)\s"
    r"|\s(?=(?-i:(?!OTE\b)[A-Z])[\w'\u2019&-]*(?:\s[\w'\u2019&-]+){0,2}\s?:)",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"(?:[^\W_A-Z]|[)%])(?<!\b[SJ]r)[.;!?]\s+(?=[^\W\d_a-z])")
_LABEL = re.compile(
    r"(?:[•*-]\s)?(?:(?:level|zone|tier|band|grade|step|range|l|estimated to be|approx(?:imately"
    r"|\.)?)\s?\w{0,4})?\s?[:-]?\s?",
    re.IGNORECASE,
)
_FOR_APPLICANTS = re.compile(  # "Colorado applicants only: "
    r"(?:[•*-]\s)?[^:.$€£\d]{1,60}\s(?:applicants|candidates|residents)(?: only)?:\s?",
    re.IGNORECASE,
)
_END_OF_HOURLY = re.compile(r"(?:[•*-]\s)?(?:up to|from|start(?:s|ing) at)\s?", re.IGNORECASE)
_NOT_ONE_PHRASE = re.compile(r"[,;|•]|(?<!max)(?<!min)(?<!ca)(?<!\bc)\.", re.IGNORECASE)
# "per quarter", "per project": not a `Period`
_ANOTHER_PERIOD = re.compile(
    r"\s?(?:/\s?|per\s)(?!(?-i:[A-Z]{3})\s?\d)[^\W\d]", re.IGNORECASE
)  # and not "/ USD 90,000"
_ANY_PAY = re.compile(r"\b(?:compensation|package|pay|earnings?)\W*$", re.IGNORECASE)
_OWN_NAME = re.compile(  # behind an amount of any pay: "… sign-on bonus"
    rf"\s?(?:(?:annual|weekly|monthly|quarterly|target|one-time|performance)\s)?(?:{OTHER.pattern})"
    r"(?!\s(?:eligib\w+|potential|plan))",
    re.IGNORECASE,
)
_OFFERED = re.compile(r"\b(?:offer(?:s|ing)?|earn|receive) an? $", re.IGNORECASE)
_BARE_BASE = re.compile(r"\s(?:base|basic|salary)$", re.IGNORECASE)  # "$75,000 base"
_BENEFITS = re.compile(r"\b(?:benefits?|extras|plans)\b", re.IGNORECASE)
# amounts beside the usual pay, or of another year, person or place
_OWN_REASON = re.compile(
    r"\b(?:overtime|holidays?|weekends?|on[- ]?call|double|extra|additional(?:ly)?|previous(?:ly)?"
    r"|formerly|was|per|than|home|raised|pro[- ]rata|fte|actual|equivalent|plus|provision"
    r"|total|earn\w*|makes?|realistic|support|benefits?|package|weighting|value|worth|loan|tuition"
    r"|bracket|book|drive|travel)\b|\+",
    re.IGNORECASE,
)
_SAME_ORDER = 2.5  # times; pay of one role for two levels
# and not "OTE: $160k - $180k", which is the next amount
_TOTAL_BEHIND = re.compile(rf"(?:{TOTAL.pattern})(?!\s?(?::|of|is)?\s?[$€£\d])", re.IGNORECASE)
_HEADING = 40  # characters of a heading, or between two amounts of one range, at most
# characters around an amount that are read
_BEFORE, _AFTER, _NEAR, _CLOSE = 160, 60, 60, 30


@dataclass(frozen=True, slots=True)
class Context:
    """The text around an amount in its line, and the line above."""

    own: str  # the amount itself, with words such as "gross" or "base"
    before: str  # since the sentence or the previous amount, without exclusions
    after: str  # to the end of the clause
    rest: str  # to the end of the sentence
    sentence: str  # its sentence up to it, with other amounts
    above: str  # the last line before that has no money
    first: bool  # the first amount of the line
    follows_pay: bool  # the previous amount in this line is pay, and this one may go on with it


def context_of(
    line: str, money: MoneyRange, *, begin: int, above: str, last_pay: MoneyRange | None
) -> Context:
    """Return the context of an amount. `begin` is the end of the previous one in the line, or 0.

    `last_pay` is the previous one if it is pay.
    """
    sentence = _last_sentence(line[max(0, money.start - _BEFORE) : money.start])
    before = _last_sentence(line[max(begin, money.start - _BEFORE) : money.start])
    before = OTHER_PAY.sub("bonus", _LEFT_OUT.sub(" ", without_role(before)))
    rest = _SENTENCE_END.split(line[money.end : money.end + 2 * _AFTER], maxsplit=1)[0]
    after = OTHER_PAY.sub("bonus", _CLAUSE_END.split(rest[:_AFTER], maxsplit=1)[0])
    return Context(
        line[money.start : money.end],
        before,
        after,
        rest,
        without_role(sentence),
        _with_bonus(above[-_BEFORE:]),
        begin == 0,
        last_pay is not None and _goes_on(last_pay, money, line[begin - 1 : money.start], rest),
    )


_with_bonus = lru_cache(maxsize=4)(partial(OTHER_PAY.sub, "bonus"))  # amounts share the line above


def _goes_on(last: MoneyRange, money: MoneyRange, between: str, rest: str) -> bool:
    """Return True for the next range of a line, or the next amount of "$18/hr, $20/hr at night".

    Single amounts go on in one sentence, with the same period and of the same order.
    """
    if last.is_range or money.is_range:
        return last.is_range and money.is_range
    return (
        last.period == money.period
        and len(between) <= _HEADING
        and 1 / _SAME_ORDER <= money.minimum / max(last.minimum, 1) <= _SAME_ORDER
        and not _SENTENCE_END.search(between)
        and not _OWN_REASON.search(f"{between} {rest[:_CLOSE]}")
    )


def _last_sentence(words: str) -> str:
    ends = [match.end() for match in _SENTENCE_END.finditer(words)]
    return words[ends[-1] if ends else 0 :]


def is_about_pay(money: MoneyRange, context: Context) -> bool:
    """Return True if the nearest words call it pay, and no nearer word calls it something else."""
    pay = _last(PAY, context.before)
    other = max(_last(OTHER, context.before), _last(OTHER_BEFORE, context.before))
    # "$110,000 - $130,000 salary", "we offer a $60,000 salary"
    is_named = money.is_range or _OFFERED.search(context.before)
    after = -1 if is_named and PAY.search(context.own) else _first(PAY, context.after)
    named = money.is_range and pay >= 0 and NAMED_DIRECTLY.fullmatch(context.before, pay)
    is_own = _OWN_NAME.match(context.after) and _ANY_PAY.search(context.before[: max(pay, 0)])
    # "+$4.50/hr" is added to pay
    is_apart = is_own or context.before.endswith("+") or EXAMPLE.search(context.before[-_NEAR:])
    if is_apart or other > pay or (not named and _first(OTHER, context.after) < after):
        return False
    is_never = _last(NEVER, context.sentence) > _last(ANNOUNCED, context.sentence)
    if is_never or IN_OTHER_KIND.match(context.rest):
        return False
    if context.follows_pay or _is_bare_base(context):
        return True
    if money.is_range or (money.period == "hour" and context.first):
        return pay >= 0 or after < _AFTER or _stands_alone(money, context)
    if pay >= 0:
        return (
            len(context.before) - pay <= _NEAR
            and not _NOT_ONE_PHRASE.search(context.before, pay)
            and not THRESHOLD.search(context.before, pay)
        )
    return after < _AFTER or _is_under_heading(money, context)


def _is_bare_base(context: Context) -> bool:
    """Return True for "$75,000 base" at the begin of its line, and in "OTE £80k (£45k basic)"."""
    before = context.before.strip("•*- ")
    is_base = before == "(" or (context.first and not before.strip("("))
    is_whole = not context.rest.startswith(" of ")
    return is_base and is_whole and _BARE_BASE.search(context.own) is not None


def _is_under_heading(money: MoneyRange, context: Context) -> bool:
    """Return True for an amount at the begin of a line under a line about pay.

    It needs a period, or stands alone under a short heading.
    """
    if context.before.strip("•*- ") or not PAY.search(context.above):
        return False
    return money.period is not None or (len(context.above) < _HEADING and not context.after.strip())


def _stands_alone(money: MoneyRange, context: Context) -> bool:
    """Return True for a range at the begin of its line.

    A label such as "Level 2:" may precede it, or a town under a heading about pay. A heading such
    as "Sign-on bonus" or "Benefits" makes it other money.
    """
    if not context.first or _is_other_heading(context.above):
        return False
    if money.period == "hour" and _END_OF_HOURLY.fullmatch(context.before):
        return True
    if _FOR_APPLICANTS.fullmatch(context.before):
        return True
    return bool(_LABEL.fullmatch(context.before)) or (
        bool(PAY.search(context.above)) and context.before.rstrip().endswith((":", "-"))
    )


def _is_other_heading(above: str) -> bool:
    is_heading = len(above) < _HEADING and not above.startswith("•") and not PAY.search(above)
    return is_heading and any(words.search(above) for words in (OTHER, OTHER_BEFORE, _BENEFITS))


def is_total(context: Context) -> bool:
    """Return True for more than base pay: on-target earnings, total compensation."""
    if BASE.search(context.own):
        return False
    named = context.before if context.before.strip("•*- ") else context.above
    return _last(TOTAL, named) > _last(BASE, named) or bool(
        _TOTAL_BEHIND.search(context.after[:_CLOSE]) and not BASE.search(context.after)
    )


def currency_of(money: MoneyRange, context: Context, countries: frozenset[str]) -> str | None:
    """Return the ISO 4217 code, or None if it may be several currencies.

    A bare "$" is the dollar of the one country named near it, else that of the place.
    """
    written = currencies.of_sign(money.sign, countries)
    if written != "":
        return written
    for words in (context.before, context.after, context.above):
        if named := [code for code, country in DOLLAR_COUNTRIES.items() if country.search(words)]:
            return named[0] if len(named) == 1 else None
    return currencies.of_dollar(countries)


def period_of(money: MoneyRange, context: Context, currency: str | None) -> Period | None:
    """Return the period of pay: the one at the amount, else a plausible one in the words around."""
    if money.period or _ANOTHER_PERIOD.match(context.after):
        return money.period
    return likely_period(
        money.maximum,
        currency,
        period_of_pay(context.before),
        period_of_pay(context.sentence),
        period_of_pay(context.above),
    )


def _last(pattern: re.Pattern[str], words: str) -> int:
    """Return the end of the last match, or -1."""
    return max((match.end() for match in pattern.finditer(words)), default=-1)


def _first(pattern: re.Pattern[str], words: str) -> int:
    """Return the begin of the first match, or a position after all words."""
    match = pattern.search(words)
    return match.start() if match else _AFTER
