"""Pay as the answer of Ashby's API states it, in tiers. A board's page has words: ashby_summary.py.

Only components of the type Salary are pay; equity, bonus and commission are not. A tier that states
on-target earnings counts only where no tier states base pay. Where the title of a tier names the
posting's first place, its range is the pay. Else the pay spans all tiers, as Ashby's own summary
does, if they agree in currency and interval and have no titles or those of levels. Tiers of other
places, or of titles that may be places, leave the pay unknown, with its words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from crawler.items import Pay, Period
from crawler.read.deferred import is_plausible
from crawler.read.pay_zones import named_in
from crawler.read.text import clean

PERIODS: dict[str | None, Period] = {
    "1 YEAR": "year",
    "1 MONTH": "month",
    "1 WEEK": "week",
    "1 DAY": "day",
    "1 HOUR": "hour",
}
_MOST = 1e10  # of any pay that is no slip
LONGEST_TEXT = 1_000  # characters of the words kept
_TOTAL = re.compile(
    r"\b(?:OTE|on[- ]target|total (?:target )?(?:cash|comp|compensation|earnings))\b", re.IGNORECASE
)
_BASE = re.compile(r"\bbase (?:salary|pay|range|compensation)\b", re.IGNORECASE)

_LEVEL = re.compile(
    r"levels?|grade|[leimpt]c?\d{1,2}|\d{1,2}|i{1,3}|iv|v|entry|intern|junior|jr|mid|middle|senior|sr|staff|principal|lead|associate|graduate"
)
_ROLE = re.compile(
    r"ai|analyst|and|applied|data|designer|developer|engineer|engineering|learning|machine|manager|member|ml|of|or|product|research"
    r"|researcher|scientist|software|technical"
)


class Component(msgspec.Struct, rename="camel"):
    """One component of a tier, such as a salary or equity."""

    compensation_type: str
    interval: str | None = None  # "1 YEAR", "0.5 MONTH", "NONE"
    currency_code: str | None = None
    min_value: float | None = None
    max_value: float | None = None
    summary: str | None = None


class Tier(msgspec.Struct, rename="camel"):
    """A pay zone or a level."""

    components: list[Component] = []
    title: str | None = None
    tier_summary: str | None = None


class Compensation(msgspec.Struct, rename="camel"):
    """The object `compensation` of a job.

    https://developers.ashbyhq.com/docs/public-job-posting-api
    """

    compensation_tiers: list[Tier] | None = None
    summary_components: list[Component] | None = None
    compensation_tier_summary: str | None = None


class Place(NamedTuple):
    """The first place of a posting: as the board writes it, and the parts of its address."""

    name: str
    address: tuple[str, ...] = ()


class _Range(NamedTuple):
    salary: Component
    title: str
    is_total: bool

    @property
    def unit(self) -> tuple[str | None, str | None]:
        return self.salary.currency_code, self.salary.interval


def tier_pay(stated: Compensation, place: Place) -> Pay | None:
    """Return the pay of a job's tiers.

    None when they state no salary, or numbers that make no sense.
    """
    tiers = stated.compensation_tiers or [
        Tier(stated.summary_components or [], None, stated.compensation_tier_summary)
    ]
    ranges = [each for tier in tiers for each in _ranges(tier)]
    ranges = [each for each in ranges if not each.is_total] or ranges
    if not ranges:
        return None
    words, block = _words(stated, tiers), _of_place(ranges, place)
    if len({each.unit for each in block}) != 1:
        return Pay(None, None, None, None, words) if words else None
    minimum, maximum = _span([each.salary for each in block])
    if not is_sane(minimum, maximum):
        return None
    currency, interval = block[0].unit
    pay = Pay(minimum or None, maximum, code_of(currency), PERIODS.get(interval), words)
    if _is_paid(pay):
        return pay
    return Pay(None, None, None, None, words) if words else None


def _is_paid(pay: Pay) -> bool:
    """Return whether somebody may be paid this much in the period: no $100,000 an hour."""
    ends = [end for end in (pay.minimum, pay.maximum) if end]
    return pay.period is None or all(is_plausible(end, pay.currency, pay.period) for end in ends)


def _of_place(ranges: list[_Range], place: Place) -> list[_Range]:
    """Return the ranges that hold for the posting's first place. Empty when it is not clear."""
    titles = [each.title for each in ranges]
    if len(ranges) == 1 or not any(titles):
        return ranges
    named = named_in(titles, place.name, place.address)
    if named or not all(map(_is_level, titles)):
        return [ranges[index] for index in named]
    return ranges


def _is_level(title: str) -> bool:
    """Return whether the title names a level, such as "Senior Engineer", and nothing else."""
    words = re.findall(r"\w+", title.casefold())
    return any(map(_LEVEL.fullmatch, words)) and all(
        _LEVEL.fullmatch(word) or _ROLE.fullmatch(word) for word in words
    )


def _ranges(tier: Tier) -> Iterator[_Range]:
    about = f"{tier.title or ''} {tier.tier_summary or ''}"
    for component in tier.components:
        if component.compensation_type == "Salary" and (
            component.min_value,
            component.max_value,
        ) != (None, None):
            own = component.summary or ""
            yield _Range(
                component,
                tier.title or "",
                _is_total(own if _BASE.search(own) else f"{own} {about}"),
            )


def _is_total(words: str) -> bool:
    return bool(_TOTAL.search(words)) and not _BASE.search(words)


def _span(salaries: list[Component]) -> tuple[float | None, float | None]:
    """Return the lowest minimum and the highest maximum. An open end of one range stays open."""
    lows = [salary.min_value for salary in salaries if salary.min_value is not None]
    highs = [salary.max_value for salary in salaries if salary.max_value is not None]
    whole = len(salaries)
    return (min(lows) if len(lows) == whole else None, max(highs) if len(highs) == whole else None)


def is_sane(minimum: float | None, maximum: float | None) -> bool:
    """Return whether a range is one that somebody may be paid."""
    low, high = minimum or 0.0, _MOST if maximum is None else maximum
    return (minimum or maximum or 0) > 0 and 0 <= low <= high <= _MOST


def code_of(currency: str | None) -> str | None:
    """Return the code if it has the form of ISO 4217."""
    return currency.upper() if currency and re.fullmatch(r"[A-Za-z]{3}", currency) else None


def _words(stated: Compensation, tiers: list[Tier]) -> str:
    """Return the words of every tier, each after its title where there are several."""
    lines = [(tier.title, tier.tier_summary) for tier in tiers if tier.tier_summary]
    if len(lines) <= 1:
        text = (lines[0][1] if lines else None) or stated.compensation_tier_summary or ""
    else:
        text = "; ".join(
            f"{title}: {summary}" if title else f"{summary}" for title, summary in lines
        )
    return clean(text)[:LONGEST_TEXT]
