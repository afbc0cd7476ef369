"""Find the words around an amount, and by them the currency and the period of pay."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache, partial

from crawler.items import Period
from crawler.read import currencies
from crawler.read.money_ranges import MoneyRange
from crawler.read.pay_periods import period_of_pay
from crawler.read.pay_vocabulary import (
    DOLLAR_COUNTRIES,
    OTHER_PAY,
    without_role,
)
from crawler.read.plausible_pay import likely_period

_LEFT_OUT = re.compile(  # but not "(USD)" or "(Canada)", which say whose dollars are meant
    r"\((?!(?:in )?(?-i:USD?|U\.S|United States|CAD|Canad|AUD|Australia|NZD|New Zealand|SGD"
    r"|Singapore|HKD|Hong Kong))[^()]*\)|\b(?:excluding|exclusive of|not including|in addition to"
    r"|on top of)\b[^:.$]*?(?=\b(?:is|are)\b|:)",
    re.IGNORECASE,
)
_CLAUSE_END = re.compile(  # also before a label: "$170k - $210k OTE Base: $85k"
    r"[.;,(|•+]|\s(?:/|and|with|plus|or|in|und|et|y|e)\s"
    r"|\s(?=(?-i:(?!OTE\b)[A-Z])[\w'\u2019&-]*(?:\s[\w'\u2019&-]+){0,2}\s?:)",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(  # but not behind "Sr." and "lt. KV"
    r"(?:[^\W_A-Z]|[)%])[.;!?](?<!\b[SJ]r.)(?<!\blt.)(?<!\bgem.)\s+(?=[^\W\d_a-z])"
)
# "per quarter", "per project": not a `Period`
_ANOTHER_PERIOD = re.compile(
    r"\s?(?:/\s?|per\s)(?!(?-i:[A-Z]{3})\s?\d)[^\W\d]", re.IGNORECASE
)  # and not "/ USD 90,000"
# amounts beside the usual pay, or of another year, person or place
_OWN_REASON = re.compile(
    r"\b(?:overtime|holidays?|weekends?|on[- ]?call|double|extra|additional(?:ly)?|previous(?:ly)?"
    r"|formerly|was|per|than|home|raised|pro[- ]rata|fte|actual|equivalent|plus|provision"
    r"|total|earn\w*|makes?|realistic|support|benefits?|package|weighting|value|worth|loan|tuition"
    r"|bracket|book|drive|travel)\b|\+",
    re.IGNORECASE,
)
_SAME_ORDER = 2.5  # times; pay of one role for two levels
HEADING = 40  # characters of a heading, or between two amounts of one range, at most
# characters around an amount that are read
_BEFORE, AFTER, _CLOSE = 160, 60, 30


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
    rest = _SENTENCE_END.split(line[money.end : money.end + 2 * AFTER], maxsplit=1)[0]
    after = OTHER_PAY.sub("bonus", _CLAUSE_END.split(rest[:AFTER], maxsplit=1)[0])
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
        and len(between) <= HEADING
        and 1 / _SAME_ORDER <= money.minimum / max(last.minimum, 1) <= _SAME_ORDER
        and not _SENTENCE_END.search(between)
        and not _OWN_REASON.search(f"{between} {rest[:_CLOSE]}")
    )


def _last_sentence(words: str) -> str:
    ends = [match.end() for match in _SENTENCE_END.finditer(words)]
    return words[ends[-1] if ends else 0 :]


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
