"""Find ranges of money in a line of text: which of its amounts belong together."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from crawler.items import Period
from crawler.read.amounts import THOUSAND, Amount, amounts_in

_JOINED = re.compile(
    r"(?:\s(?:year|hour)(?=\sto\s))?\s{0,3}"
    r"(?:-{1,2}|[\u2010-\u2015\u2212~\u301c\uff5e]|to|through|till?|until|up to"
    r"|(?:,\s?)?(?:(?:and|then)\s)?(?:rising|rises|going|goes|increasing|increases) (?:up )?to"
    r"|bis(?: zu)?|à|a|až|do|tot(?: en met)?"
    r"|hasta|até|fino a|jusqu['\u2019]à|la|[,;]?\s?(?:(?:and|to)\s)?(?:a\s)?max(?:imum"
    r"|\.)?(?:\sof)?:?)\s{0,3}(?:up to )?",
    re.IGNORECASE,
)
_AND = re.compile(r"\s?(?:and|und|et|y|e|en|och|og|i|a|și|si)\s?", re.IGNORECASE)
_BETWEEN = re.compile(
    r"(?<![^\W_])(?:between|zwischen|entre|tussen|tra|fra|między|pomiędzy|mezi|mellan|mellem"
    r"|mellom|între)"
    r"(?:\s(?:the|de|den|los|il))?\s{0,2}$",
    re.IGNORECASE,
)
_FROM = re.compile(
    r"(?<![^\W_])(?:from|(?:start|begin)(?:s|ing)? (?:at|from))\s{0,2}$", re.IGNORECASE
)
_AND_APART = re.compile(  # but no base and total: "$130,000 in base and $240,000 in all"
    r"\s(?:in|for|at)\s(?!base|basic|fixed|salary|cash)[^.;:!?\d]{1,60}\sand\s{1,2}", re.IGNORECASE
)
_MIDDLE = re.compile(r"\bmid(?:[- ]?point)?[\s:]{1,3}\Z", re.IGNORECASE)  # no begin of a range
_UP_TO = re.compile(
    r"\s(?:(?!\b(?:bonus|commission|equity|stock|incentive|allowance|stipend|plus|with|and)\w{0,2}\b)"
    r"[^.;:!?\d]){1,80}\sup to\s{1,2}",
    re.IGNORECASE,
)
_GROWS = re.compile(  # "€2,900 gross in the first year, increasing to €3,700"
    r"(?:\s(?:gross|per|a|month|before|tax|in|at|the|first|year|one|start|beginning|of|employment)"
    r"){0,8},?(?:\sand)?\s(?:increas|ris|grow)(?:es|ing)\sto(?:\sa\smaximum\sof)?\s",
    re.IGNORECASE,
)
_MOST_GROWTH = 2  # times, in the years of one contract
_LONGEST_JOINT = 20  # characters between the two amounts of a range


@dataclass(frozen=True, slots=True)
class MoneyRange:
    """A range of money in a line. A single amount has equal ends."""

    start: int
    end: int
    minimum: float
    maximum: float
    sign: str  # sign, code or name of its currency as written
    period: Period | None
    is_range: bool
    open_ended: bool
    unclear: bool  # the numbers contradict each other: "$139,700-216-500"


def money_ranges(line: str, marks: Collection[str] = ("",)) -> Iterator[MoneyRange]:
    """Yield the ranges and single amounts of money in a line, in order.

    Numbers without a currency are skipped. `marks`: as in `amounts_in`.
    """
    amounts = amounts_in(line, marks)
    used_until = -1  # index of the last amount that a range includes
    for index, amount in enumerate(amounts):
        if index <= used_until or amount.is_unusable:
            continue
        after = amounts[index + 1] if index + 1 < len(amounts) else None
        if after and not after.is_unusable and _makes_range(line, amount, after):
            chained = index + 2 < len(amounts) and _is_joined(line, after, amounts[index + 2])
            used_until = index + 1 + chained
            if amount.sign or after.sign:
                yield _range(amount, after, chained_to=amounts[index + 2] if chained else None)
        elif amount.sign:
            yield _single(amount)


def _makes_range(line: str, low: Amount, high: Amount) -> bool:
    between, before = line[low.end : high.start], line[max(0, low.start - 20) : low.start]
    if _is_joined(line, low, high) or (_AND.fullmatch(between) and _BETWEEN.search(before)):
        return True
    if low.sign != high.sign or low.value >= high.value:
        return False
    if high.value <= _MOST_GROWTH * low.value and _GROWS.fullmatch(between):
        return True
    if low.period != high.period:
        return False
    # "between $161,000 in the lowest market and $239,000 in the highest"
    if _AND_APART.fullmatch(between) and _BETWEEN.search(before):
        return True
    # "from $151,300/year in our lowest market up to $261,500/year"
    return bool(low.period and _UP_TO.fullmatch(between) and _FROM.search(before))


def _is_joined(line: str, low: Amount, high: Amount) -> bool:
    between = high.start - low.end
    if _MIDDLE.search(line, max(0, low.start - _LONGEST_JOINT), low.start):
        return False
    return between < _LONGEST_JOINT and bool(_JOINED.fullmatch(line[low.end : high.start]))


def _range(low: Amount, high: Amount, *, chained_to: Amount | None) -> MoneyRange:
    minimum = low.value
    # "$150-$190K"
    if (
        low.times == 1
        and high.times > 1
        and low.value < THOUSAND
        and low.value * high.times <= high.value
    ):
        minimum = low.value * high.times
    unclear = bool(chained_to) or minimum > high.value or high.value > 20 * max(minimum, 1)
    sign = high.sign if high.sign not in {"", "$"} else low.sign or high.sign
    return MoneyRange(
        low.start,
        (chained_to or high).end,
        minimum,
        high.value,
        sign,
        high.period or low.period,
        True,
        high.open_ended,
        unclear,
    )


def _single(amount: Amount) -> MoneyRange:
    return MoneyRange(
        amount.start,
        amount.end,
        amount.value,
        amount.value,
        amount.sign,
        amount.period,
        False,
        amount.open_ended,
        False,
    )
