"""Pay as a posting's text or its ats states it. A wrong pay is worse than none: what is not clearly pay is not read.

An amount is pay when the words nearest to it say so (`pay_words`), and no word nearer to it says
that it is a bonus, a benefit, a budget or somebody's revenue. A range may also stand alone in its
line, as Greenhouse's pay blocks do.

Decisions: several ranges of one block (zones, levels, towns) in the place's currency, else the
commonest, are read as one, from the lowest minimum to the highest maximum. On-target earnings and
total compensation count only when no base pay is named. A bare "$" is the dollar of the country
that the words name, else of the place, else US dollars. A period comes from the amount or from
words about pay; without either only an amount that can be nothing else is a year's. Amounts that
make no sense ("$139,700-216-500") stay unknown, with their words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crawler.items import Pay, Period
from crawler.read.currency import paid_with
from crawler.read.money import MoneyRange, figures, marks_of_money, repaired
from crawler.read.pay_terms import BASE, OTHER, TOTAL
from crawler.read.pay_words import (
    Context,
    context_of,
    currency_of,
    is_about_pay,
    is_at_least,
    is_at_most,
    is_plausible,
    is_total,
    likely_period,
    period_of,
)
from crawler.read.periods import period_in_title, period_of_pay
from crawler.read.territory import territories

_BLOCK_LINES = 8  # ranges further apart than this are not one block
_LONGEST_LINE = 20_000  # characters; a paragraph has some thousand
_LONGEST_TEXT = 200  # characters of the words kept
_MOST_OFFERS = 200  # no posting names so many figures; a hostile one may
_SIGNS = {"USD": "$", "GBP": "£", "EUR": "€"}


@dataclass(frozen=True, slots=True)
class _PayCandidate:
    """A figure that speaks of pay."""

    minimum: float | None
    maximum: float | None
    currency: str | None
    period: Period | None
    words: str
    line: int
    is_range: bool
    is_total: bool
    is_clear: bool


def read_pay(text: str, *, place: str = "") -> Pay | None:
    """The pay that a description's text states; None when it states none, or only in general ("Competitive salary").

    Amounts, currency and period are None, and the words kept, when the text states pay in figures
    that make no sense. `place` is the location, whose country says which dollars or crowns are
    meant.
    """
    text = repaired(text)
    marks = marks_of_money(text)
    countries = territories(place) if marks else frozenset()
    offers = list(_offers(text, marks, countries)) if marks else []
    clear = [offer for offer in offers if offer.is_clear]
    if not clear:
        return Pay(None, None, None, None, offers[0].words) if offers else None
    return _combine(
        _block([offer for offer in clear if not offer.is_total] or clear, paid_with(countries))
    )


def stated_pay(ranges: Sequence[Mapping[str, Any]]) -> Pay | None:
    """The pay of Greenhouse's `pay_input_ranges`, one range a pay zone; None when they hold none.

    Of several zones the lowest minimum and the highest maximum in the commonest currency and
    period. Bonuses and the like are no pay, and on-target earnings count only without base pay. An
    end of 0 or null is unknown. https://developers.greenhouse.io/job-board.html#list-jobs (with
    `pay_transparency=true`)
    """
    zones = [
        zone
        for zone in ranges
        if _is_currency(zone.get("currency_type"))
        and (zone.get("min_cents") or zone.get("max_cents"))
    ]
    zones = [zone for zone in zones if not _is_other(_title(zone))]
    zones = [
        zone for zone in zones if not TOTAL.search(_title(zone)) or BASE.search(_title(zone))
    ] or zones
    if not zones:
        return None
    kinds = [(str(zone["currency_type"]), _zone_period(zone)) for zone in zones]
    currency, period = Counter(kinds).most_common(1)[0][0]
    zones = [zone for zone, kind in zip(zones, kinds, strict=True) if kind == (currency, period)]
    minimum = min(
        (float(zone["min_cents"]) / 100 for zone in zones if zone.get("min_cents")), default=None
    )
    maximum = max(
        (float(zone["max_cents"]) / 100 for zone in zones if zone.get("max_cents")), default=None
    )
    return Pay(minimum, maximum, currency, period, _as_written(minimum, maximum, currency))


def _title(zone: Mapping[str, Any]) -> str:
    return str(zone.get("title") or "")


def _is_other(title: str) -> bool:
    """Whether a range's title says that it is no pay: "Target bonus", "Equity"; not "Salary, without bonus"."""
    other = OTHER.search(title)
    return other is not None and not BASE.search(title[: other.start()]) and not TOTAL.search(title)


def _zone_period(zone: Mapping[str, Any]) -> Period | None:
    amount = float(zone.get("max_cents") or zone["min_cents"]) / 100
    return likely_period(
        amount,
        zone["currency_type"],
        period_in_title(_title(zone)),
        period_of_pay(str(zone.get("blurb") or "")),
    )


def _is_currency(written: object) -> bool:
    """Has it the form of a code of ISO 4217?"""
    # such as USD
    return (
        isinstance(written, str) and len(written) == 3 and written.isascii() and written.isalpha()  # noqa: PLR2004
    )


def _offers(text: str, marks: Sequence[str], countries: frozenset[str]) -> Iterator[_PayCandidate]:
    """What the text offers, in order; `marks` are the signs of money in it."""
    above, left = "", _MOST_OFFERS
    for number, whole in enumerate(filter(None, text.split("\n"))):
        line = whole[:_LONGEST_LINE]
        if not any(mark in line for mark in marks):
            above = line
            continue
        begin, follows_range = 0, False
        for figure in figures(line, marks):
            around = context_of(line, figure, begin=begin, above=above, follows_range=follows_range)
            speaks_of_pay = is_about_pay(figure, around)
            follows_range = speaks_of_pay and figure.is_range
            if speaks_of_pay and (offer := _offer(line, number, figure, around, countries)):
                yield offer
            begin, left = figure.end, left - 1
            if not left:
                return


def _offer(
    line: str, number: int, figure: MoneyRange, around: Context, countries: frozenset[str]
) -> _PayCandidate | None:
    """The offer that a figure makes; None for an amount that nobody is paid and no word clearly calls pay."""
    currency = currency_of(figure, around, countries)
    period = period_of(figure, around, currency)
    plausible = is_plausible(figure.maximum, currency, period) and (
        period is not None or figure.is_range
    )
    if not plausible and not (figure.is_range and around.before.strip("• ")):
        return None
    at_most, at_least = is_at_most(figure, around), is_at_least(figure, around)
    words = line[figure.start : figure.end].strip()
    return _PayCandidate(
        minimum=None if at_most else figure.minimum,
        maximum=None if at_least and not at_most else figure.maximum,
        currency=currency,
        period=period,
        words=f"up to {words}" if at_most else words,
        line=number,
        is_range=figure.is_range,
        is_total=is_total(around),
        is_clear=plausible and not figure.unclear,
    )


def _block(offers: list[_PayCandidate], local: frozenset[str]) -> list[_PayCandidate]:
    """The offers that belong together: the first ones in the place's currency, else in the commonest, and what follows them closely."""
    ranges = [offer for offer in offers if offer.is_range] or offers
    here = [offer for offer in ranges if offer.currency in local]
    currency = Counter(offer.currency for offer in here or ranges).most_common(1)[0][0]
    alike = [offer for offer in ranges if offer.currency == currency]
    block = [offer for offer in alike if offer.period == alike[0].period]
    gap = next(
        (
            index
            for index in range(1, len(block))
            if block[index].line - block[index - 1].line > _BLOCK_LINES
        ),
        len(block),
    )
    return block[:gap]


def _combine(block: list[_PayCandidate]) -> Pay:
    minimum = min((offer.minimum for offer in block if offer.minimum is not None), default=None)
    maximum = max((offer.maximum for offer in block if offer.maximum is not None), default=None)
    words = "; ".join(dict.fromkeys(offer.words for offer in block))
    if len(words) > _LONGEST_TEXT:
        words = words[:_LONGEST_TEXT].rsplit("; ", 1)[0]
    return Pay(minimum, maximum, block[0].currency, block[0].period, words)


def _as_written(minimum: float | None, maximum: float | None, currency: str) -> str:
    """The range as a board's page shows it: "$133,000 - $240,000", "CAD 90,000 - 120,000", "up to €50,000"."""
    sign = _SIGNS.get(currency, f"{currency} ")
    low, high = (amount and f"{amount:,.2f}".removesuffix(".00") for amount in (minimum, maximum))
    if low is None or high is None:
        return f"up to {sign}{high}" if low is None else f"from {sign}{low}"
    if low == high:
        return f"{sign}{low}"
    return f"{sign}{low} - {sign.strip() if currency in _SIGNS else ''}{high}"
