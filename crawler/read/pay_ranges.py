"""Read pay from ranges that the fields of an ATS state, one for each pay zone."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from crawler.items import Pay, Period
from crawler.read.countries import countries_of, country_name
from crawler.read.currencies import codes, local_currencies, of_dollar, of_sign
from crawler.read.pay_labels import is_elsewhere
from crawler.read.pay_periods import period_in_title, period_of_pay
from crawler.read.pay_vocabulary import BASE, OTHER, OTHER_PAY, TOTAL
from crawler.read.pay_zones import named_in
from crawler.read.plausible_pay import likely_period
from crawler.read.text import clean

_LONGEST_TEXT = 1_000  # characters of the words of all zones
_LONGEST_CURRENCY = 20  # characters
_NO_PLACE = re.compile(  # in the title of a pay zone
    r"\b(?:the|this|our|for|in|of|based|located|candidates|applicants|role|position|annual(?:i[sz]ed)?"
    r"|yearly|monthly|hourly|estimated|expected|base|total|target|cash|salary|pay|compensation"
    r"|wage|rate|band|ranges?)\b",
    re.IGNORECASE,
)
_SIGNS = {"USD": "$", "GBP": "£", "EUR": "€"}


def stated_pay(ranges: Sequence[Mapping[str, Any]], *, place: str = "") -> Pay | None:
    """Return the pay in Greenhouse's `pay_input_ranges`, which has a range for each pay zone.

    The zone whose title names `place` counts. Else all zones give the lowest minimum and the
    highest maximum, in the most common currency and period. The text has every zone. If all are
    for another country, the rest is unknown. Bonuses are left out, and on-target earnings count
    only without base pay. An end of 0 or null is unknown, and so is a currency that is missing or
    may be several. None without pay.
    https://developers.greenhouse.io/job-board.html#list-jobs (with `pay_transparency=true`)
    """
    zones = _base_zones(ranges)
    if not zones:
        return None
    countries = countries_of(place)
    words = _zone_words(zones, countries)
    is_each = len({_title(zone) for zone in zones}) > 1
    zones = [zone for zone in zones if not _is_elsewhere(zone, countries)]
    if not zones:
        return Pay(None, None, None, None, words)
    titles = [_NO_PLACE.sub(" ", _title(zone)) for zone in zones]
    names = [country_name(code) for code in countries]
    named = named_in(titles, place, ("", "", *names)) if place and len(zones) > 1 else []
    here = [zones[index] for index in named] or zones
    kinds = [(_currency(zone, countries), _zone_period(zone, countries)) for zone in here]
    currency, period = kind = Counter(kinds).most_common(1)[0][0]
    ends = [_ends(zone) for zone, its_kind in zip(here, kinds, strict=True) if its_kind == kind]
    minimum = min((low for low, _ in ends if low), default=None)
    maximum = max((high for _, high in ends if high), default=None)
    if not is_each:
        words = _as_written(minimum, maximum, _sign(here[kinds.index(kind)], countries))
    return Pay(minimum, maximum, currency, period, words)


def _base_zones(ranges: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the ranges of base pay; those of total pay where there are none."""
    zones = [
        zone
        for zone in ranges
        if (zone.get("min_cents") or zone.get("max_cents")) and not _is_other(_title(zone))
    ]
    return [
        zone for zone in zones if not TOTAL.search(_title(zone)) or BASE.search(_title(zone))
    ] or zones


def _is_elsewhere(zone: Mapping[str, Any], countries: frozenset[str]) -> bool:
    """Return True for pay in another country, unless its currency is that of the place."""
    is_local = _currency(zone, countries) in local_currencies(countries)
    return not is_local and is_elsewhere(_title(zone), countries)


def _currency(zone: Mapping[str, Any], countries: frozenset[str]) -> str | None:
    """Return the ISO 4217 code of a range's currency, which may be written as a sign or a name."""
    written = _written_currency(zone)
    if written.upper() in codes():
        return written.upper()
    code = of_sign(written, countries) if written else None
    return of_dollar(countries) if code == "" else code


def _written_currency(zone: Mapping[str, Any]) -> str:
    """Return the currency as it is written; "" for none, and for a placeholder such as "-"."""
    written = zone.get("currency_type")
    name = clean(written)[:_LONGEST_CURRENCY] if isinstance(written, str) else ""
    return name if any(letter.isalpha() or _is_sign(letter) for letter in name) else ""


def _is_sign(letter: str) -> bool:
    return unicodedata.category(letter) == "Sc"


def _sign(zone: Mapping[str, Any], countries: frozenset[str]) -> str:
    """Return what stands before an amount: "$", "CHF ", or nothing for no currency."""
    name = _currency(zone, countries) or _written_currency(zone)
    return _SIGNS.get(name, name if not name or _is_sign(name[-1]) else f"{name} ")


def _ends(zone: Mapping[str, Any]) -> tuple[float | None, float | None]:
    """Return both ends of a range in units of its currency."""
    low, high = (zone.get(f"{end}_cents") for end in ("min", "max"))
    return (float(low) / 100 if low else None, float(high) / 100 if high else None)


def _zone_words(zones: Sequence[Mapping[str, Any]], countries: frozenset[str]) -> str:
    """Return every range after its title: "NYC: $140,000 - $170,000; Nationwide: …"."""
    words = (
        f"{clean(_title(zone)).rstrip(' :')}: {_as_written(*_ends(zone), _sign(zone, countries))}"
        for zone in zones
    )
    return "; ".join(word.removeprefix(": ") for word in words)[:_LONGEST_TEXT]


def _title(zone: Mapping[str, Any]) -> str:
    return str(zone.get("title") or "")


def _is_other(title: str) -> bool:
    """Return True for titles of other money: "Target bonus", but not "Salary, without bonus"."""
    title = OTHER_PAY.sub("bonus", title)
    other = OTHER.search(title)
    return other is not None and not BASE.search(title[: other.start()]) and not TOTAL.search(title)


def _zone_period(zone: Mapping[str, Any], countries: frozenset[str]) -> Period | None:
    """Return the period that a range names. Without one, a large amount is a year's."""
    amount = float(zone.get("max_cents") or zone["min_cents"]) / 100
    hints = period_in_title(_title(zone)), period_of_pay(str(zone.get("blurb") or ""))
    currency = _currency(zone, countries)
    if currency is None:  # nobody knows what is large in it
        return hints[0] or hints[1]
    return likely_period(amount, currency, *hints)


def _as_written(minimum: float | None, maximum: float | None, sign: str) -> str:
    """Return the range as a board shows it: "$133,000 - $240,000", "up to €50,000"."""
    low, high = (amount and f"{amount:,.2f}".removesuffix(".00") for amount in (minimum, maximum))
    if low is None or high is None:
        return f"up to {sign}{high}" if low is None else f"from {sign}{low}"
    if low == high:
        return f"{sign}{low}"
    return f"{sign}{low} - {'' if sign.endswith(' ') else sign}{high}"
