"""Read pay from a posting's text. A wrong pay is worse than none.

An amount is pay if the nearest words say so (`about_pay.py`), and no word nearer to it says that
it is a bonus, a benefit, a budget or revenue. A range may also stand alone in its line, as in
Greenhouse's pay blocks.

Decisions:
- Several ranges of one block (zones, levels, towns) are one range, from the lowest minimum to the
  highest maximum. They share the place's currency, or else the most common one. If some name the
  posting's first place, only those count. Ranges for other states do not count beside a usual one.
- A range for another country ("in the US" at a role in Berlin), or one range for another state ("in
  Colorado" at a role in Austin), leaves the pay unknown, with its words.
- On-target earnings and total compensation count only if no base pay is named.
- A bare "$" is the dollar of the country that the words name, else of the place, else US dollars.
- The period comes from the amount or from words about pay. Without either, only an amount too large
  for anything else is a year's.
- Amounts that contradict each other ("$139,700-216-500") stay unknown and keep their words.

price-parser 0.5 does not serve. It reads one amount and one sign from a text that is known to be a
price: no range, no period, no lakh. Of 592 cases it reads 7 right and 538 wrong; this module reads
584 right and none wrong. It finds a price in all 166 texts without pay (`docs/accuracy.md`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from crawler.items import Pay, Period
from crawler.read.about_pay import is_about_pay, is_total
from crawler.read.countries import countries_of
from crawler.read.currencies import local_currencies
from crawler.read.currency_marks import currency_marks, repair_encoding
from crawler.read.money_ranges import MoneyRange, money_ranges
from crawler.read.pay_context import Context, context_of, currency_of, period_of
from crawler.read.pay_ends import is_at_least, is_at_most
from crawler.read.pay_labels import (
    countries_named,
    for_place,
    is_elsewhere,
    is_in_other_states,
    label_of,
)
from crawler.read.plausible_pay import is_plausible

_BLOCK_LINES = 8  # between two ranges of one block, at most
_LONGEST_LINE = 20_000  # characters; a paragraph has a few thousand
_LONGEST_TEXT = 200  # characters of the stored words
_MAX_AMOUNTS = 200  # in one text; a limit for hostile texts


@dataclass(frozen=True, slots=True)
class _PayCandidate:
    """A range or amount that is pay by its context."""

    minimum: float | None
    maximum: float | None
    currency: str | None
    period: Period | None
    words: str
    label: str  # the words that may name its place
    line: int
    is_range: bool
    is_total: bool
    is_clear: bool


def read_pay(text: str, *, place: str = "") -> Pay | None:
    """Return the pay that a description states. None without figures ("Competitive salary").

    If the figures contradict each other, the result has their words only. The country of `place`
    decides which dollars or crowns are meant.
    """
    text = repair_encoding(text)
    marks = currency_marks(text)
    countries = countries_of(place) if marks else frozenset()
    candidates = list(_candidates(text, marks, countries)) if marks else []
    clear = [candidate for candidate in candidates if candidate.is_clear]
    local = local_currencies(countries)
    here = [
        candidate
        for candidate in clear
        if candidate.currency in local or not is_elsewhere(candidate.label, countries)
    ]
    if not here:
        return Pay(None, None, None, None, _words(candidates)) if candidates else None
    block = _first_block([candidate for candidate in here if not candidate.is_total] or here, local)
    if len(block) == 1 and is_in_other_states(block[0].label, place):
        return Pay(None, None, None, None, _words(block))
    return _combine(block, place)


def _candidates(
    text: str, marks: Sequence[str], countries: frozenset[str]
) -> Iterator[_PayCandidate]:
    """Yield the candidates of a text in order. `marks` are the signs of money in it."""
    above, remaining = "", _MAX_AMOUNTS
    for number, whole in enumerate(filter(None, text.split("\n"))):
        line = whole[:_LONGEST_LINE]
        if not any(mark in line for mark in marks):
            above = line
            continue
        begin, last_pay = 0, None
        for money in money_ranges(line, marks):
            context = context_of(line, money, begin=begin, above=above, last_pay=last_pay)
            is_pay = is_about_pay(money, context)
            last_pay = money if is_pay and not is_total(context) else None
            if is_pay:
                label = label_of(line, money, begin=begin, above=above)
                # of "California: $150,000" in Toronto, the dollars are American
                there = countries_named(label) if is_elsewhere(label, countries) else countries
                if candidate := _candidate(line, number, money, context, there):
                    yield replace(candidate, label=label)
            begin, remaining = money.end, remaining - 1
            if not remaining:
                return
        if not begin:  # "Hourly pay range (USD)"
            above = line


def _candidate(
    line: str, number: int, money: MoneyRange, context: Context, countries: frozenset[str]
) -> _PayCandidate | None:
    """Return the candidate of a range or amount. None if nobody is paid that much."""
    currency = currency_of(money, context, countries)
    period = period_of(money, context, currency)
    plausible = is_plausible(money.maximum, currency, period) and (
        period is not None or money.is_range
    )
    if not plausible and not (money.is_range and context.before.strip("• ")):
        return None
    at_most, at_least = is_at_most(money, context), is_at_least(money, context)
    words = line[money.start : money.end].strip()
    if "(" not in words:  # it stands before: "($16.66 per hour)"
        words = words.replace(")", "")
    return _PayCandidate(
        minimum=None if at_most else money.minimum,
        maximum=None if at_least and not at_most else money.maximum,
        currency=currency,
        period=period,
        words=f"up to {words}" if at_most else words,
        label="",
        line=number,
        is_range=money.is_range,
        is_total=is_total(context),
        is_clear=plausible and not money.unclear,
    )


def _first_block(candidates: list[_PayCandidate], local: frozenset[str]) -> list[_PayCandidate]:
    """Return the first block of candidates: one currency and period, few lines apart.

    The currency is a local one if there is any, else the most common one.
    """
    ranges = [candidate for candidate in candidates if candidate.is_range] or candidates
    in_local = [candidate for candidate in ranges if candidate.currency in local]
    currency = Counter(candidate.currency for candidate in in_local or ranges).most_common(1)[0][0]
    same_currency = [candidate for candidate in ranges if candidate.currency == currency]
    block = [
        candidate for candidate in same_currency if candidate.period == same_currency[0].period
    ]
    gap = next(
        (
            index
            for index in range(1, len(block))
            if block[index].line - block[index - 1].line > _BLOCK_LINES
        ),
        len(block),
    )
    return block[:gap]


def _combine(block: list[_PayCandidate], place: str) -> Pay:
    """Return the pay of a block: its ranges for the first place, else all; the words of all."""
    own = for_place([candidate.label for candidate in block], place) if len(block) > 1 else ()
    here = [block[index] for index in own] or block
    minimum = min(
        (candidate.minimum for candidate in here if candidate.minimum is not None), default=None
    )
    maximum = max(
        (candidate.maximum for candidate in here if candidate.maximum is not None), default=None
    )
    if _is_open(here):
        maximum = None
    return Pay(minimum, maximum, block[0].currency, block[0].period, _words(block))


def _is_open(block: list[_PayCandidate]) -> bool:
    """Return True for "from $60,000 for a BA, $65,000 for an MA", which names no maximum."""
    ends = {(candidate.minimum is None, candidate.maximum is None) for candidate in block}
    return (False, True) in ends and (True, False) not in ends


def _words(block: list[_PayCandidate]) -> str:
    words = "; ".join(dict.fromkeys(candidate.words for candidate in block))
    return words if len(words) <= _LONGEST_TEXT else words[:_LONGEST_TEXT].rsplit("; ", 1)[0]
