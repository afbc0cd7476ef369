"""Decide by the words around an amount whether it is pay, and base pay or the total."""

from __future__ import annotations

import re

from crawler.read.money_ranges import MoneyRange
from crawler.read.pay_context import AFTER, HEADING, Context
from crawler.read.pay_ends import end_label
from crawler.read.pay_vocabulary import (
    ANNOUNCED,
    BASE,
    EXAMPLE,
    IN_OTHER_KIND,
    NAMED_DIRECTLY,
    NEVER,
    OTHER,
    OTHER_BEFORE,
    PAY,
    THRESHOLD,
    TOTAL,
)

_LABEL = re.compile(
    r"(?:[•*-]\s)?(?:(?:(?:academic )?level|hew|zone|tier|band|grade|step|range|l|estimated to be"
    r"|approx(?:imately|\.)?)\s?\w{0,4})?\s?[:,-]?\s?",
    re.IGNORECASE,
)
_FOR_APPLICANTS = re.compile(  # "Colorado applicants only: "
    r"(?:[•*-]\s)?[^:.$€£\d]{1,60}\s(?:applicants|candidates|residents)(?: only)?:\s?",
    re.IGNORECASE,
)
_END_OF_HOURLY = re.compile(r"(?:[•*-]\s)?(?:up to|from|start(?:s|ing) at)\s?", re.IGNORECASE)
_NOT_ONE_PHRASE = re.compile(
    r"[,;|•]|(?<!max)(?<!min)(?<!mind)(?<!ca)(?<!\bc)(?<!\blt)(?<!\bgem)\.", re.IGNORECASE
)
_ANY_PAY = re.compile(r"\b(?:compensation|package|pay|earnings?)\W*$", re.IGNORECASE)
_OWN_NAME = re.compile(  # behind an amount of any pay: "… sign-on bonus"
    rf"\s?(?:(?:annual|weekly|monthly|quarterly|target|one-time|performance)\s)?(?:{OTHER.pattern})"
    r"(?!\s(?:eligib\w+|potential|plan))",
    re.IGNORECASE,
)
_OFFERED = re.compile(  # and not "graduates receive a $60,000 salary"
    r"\b(?:offer(?:s|ing)?|you(?: will|['\u2019]ll)? (?:earn|receive)) an? $", re.IGNORECASE
)
_BARE_BASE = re.compile(r"\s(?:base|basic|salary)$", re.IGNORECASE)  # "$75,000 base"
_BENEFITS = re.compile(r"\b(?:benefits?|extras|plans)\b", re.IGNORECASE)
_FULL_TIME = r"(?:fte|full[- ]time equivalent)\b"
# "(actual salary £21,400 - £22,800)" behind the pay of a full year, or the other way round
_SAME_PAY = re.compile(
    rf"[(,;]\s?(?:the\s|which\s(?:is\s)?)?(?:(?:about|actual|approximately|pro[- ]rata"
    rf"|equal(?:s|\sto)|equates|equivalent)\b|{_FULL_TIME})[^()]*$",
    re.IGNORECASE,
)
_AS_FULL_TIME = re.compile(rf"\s?(?:{_FULL_TIME}|pro[- ]rata\b|actual\b)", re.IGNORECASE)
# and not "OTE: $160k - $180k", which is the next amount
_TOTAL_BEHIND = re.compile(rf"(?:{TOTAL.pattern})(?!\s?(?::|of|is)?\s?[$€£\d])", re.IGNORECASE)
# characters around an amount that are read
_NEAR, _CLOSE = 60, 30


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
    if (
        is_apart
        or _is_same_pay(context)
        or other > pay
        or (not named and _first(OTHER, context.after) < after)
    ):
        return False
    is_never = _last(NEVER, context.sentence) > _last(ANNOUNCED, context.sentence)
    if is_never or IN_OTHER_KIND.match(context.rest):
        return False
    if context.follows_pay or _is_bare_base(context):
        return True
    if money.is_range or (money.period == "hour" and context.first):
        return pay >= 0 or after < AFTER or _stands_alone(money, context)
    if pay >= 0:
        return (
            len(context.before) - pay <= _NEAR
            and not _NOT_ONE_PHRASE.search(context.before, pay)
            and not THRESHOLD.search(context.before, pay)
        )
    return after < AFTER or _is_under_heading(money, context) or _is_end_in_table(money, context)


def _is_same_pay(context: Context) -> bool:
    """Return True for the pay of another share of full time, behind the pay of the role."""
    in_brackets = context.before.endswith("(") and _AS_FULL_TIME.match(context.after)
    return not context.first and bool(in_brackets or _SAME_PAY.search(context.before))


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
    return money.period is not None or (len(context.above) < HEADING and not context.after.strip())


def _is_end_in_table(money: MoneyRange, context: Context) -> bool:
    """Return True for "Min: $90,000" below a heading about pay.

    A label in its own line hides the heading: there an amount per year is pay.
    """
    label = end_label(context)
    is_under_label = label == context.above and money.period == "year"
    return bool(label and (is_under_label or PAY.search(context.above)))


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
    is_heading = len(above) < HEADING and not above.startswith("•") and not PAY.search(above)
    return is_heading and any(words.search(above) for words in (OTHER, OTHER_BEFORE, _BENEFITS))


def is_total(context: Context) -> bool:
    """Return True for more than base pay: on-target earnings, total compensation."""
    if BASE.search(context.own):
        return False
    named = context.before if context.before.strip("•*- ") else context.above
    return _last(TOTAL, named) > _last(BASE, named) or bool(
        _TOTAL_BEHIND.search(context.after[:_CLOSE]) and not BASE.search(context.after)
    )


def _last(pattern: re.Pattern[str], words: str) -> int:
    """Return the end of the last match, or -1."""
    return max((match.end() for match in pattern.finditer(words)), default=-1)


def _first(pattern: re.Pattern[str], words: str) -> int:
    """Return the begin of the first match, or a position after all words."""
    match = pattern.search(words)
    return match.start() if match else AFTER
