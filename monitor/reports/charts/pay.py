"""Stated pay: a band for each currency and period, in which each employer has a row. Pure.

A role's pay is the middle of its range. Nothing is converted.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from monitor.queries.stats_input import Facts, Role
from monitor.reports.charts import words
from monitor.reports.charts.chart import Chart, Employers, LeftOut, Table
from monitor.text.money import format_amount, format_pay
from monitor.text.values import counted

_FEWEST = 5  # roles of an employer that it is compared by
_ROWS = {1: (9,), 2: (6, 3), 3: (5, 2, 2)}  # of each band, by the number of bands
_BANDS = max(_ROWS)
_NO_CENTS_FROM = 1_000

_ADVERBS = {
    "year": "yearly",
    "month": "monthly",
    "week": "weekly",
    "day": "daily",
    "hour": "hourly",
}

Kind = tuple[str, str]  # currency and period


@dataclass(frozen=True, slots=True)
class PayRow:
    """The pay of an employer's roles. Several companies: those that share the gray row."""

    label: str
    rank: int | None
    roles: int
    lowest: float
    median: float
    highest: float


@dataclass(frozen=True, slots=True)
class Band:
    """The rows of one currency and period, the best paid first."""

    currency: str
    period: str
    roles: int
    rows: tuple[PayRow, ...]

    @property
    def title(self) -> str:
        return f"{kind_words(self.currency, self.period)}, {counted(self.roles, 'role')}"

    def median_words(self, row: PayRow) -> str:
        """Return `$140,000` or `€44.75/hour`."""
        return _written(row.median, (self.currency, self.period))

    def range_words(self, row: PayRow) -> str:
        """Return `$44k–482k` or `€18–91/hour`."""
        return format_pay(row.lowest, row.highest, self.currency, self.period)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pay(Chart):
    """The bands, the most common kind of pay first."""

    bands: tuple[Band, ...]


def pay(facts: Facts, employers: Employers) -> Pay | LeftOut:
    """Return the chart of stated pay."""
    roles: defaultdict[Kind, list[Role]] = defaultdict(list)
    for role in facts.roles:
        if role.discloses and role.pay_currency and role.pay_period:
            roles[role.pay_currency, role.pay_period].append(role)
    if not roles:
        seen = counted(len(facts.roles), "role")
        return LeftOut("pay", f"none of {seen} states it with a currency and a period")
    ranked = sorted(roles, key=lambda kind: (-len(roles[kind]), kind))
    shown = ranked[:_BANDS]
    bands = [
        _band(kind, roles[kind], employers, most)
        for kind, most in zip(shown, _ROWS[len(shown)], strict=True)
    ]
    return Pay(
        headline=_headline(shown[0], roles[shown[0]], alone=len(employers.every) == 1),
        note=_note(facts.roles, sum(band.roles for band in bands)),
        table=_table(bands),
        bands=tuple(bands),
    )


def _band(kind: Kind, roles: Sequence[Role], employers: Employers, most: int) -> Band:
    counts = Counter(role.company for role in roles)
    ranked = sorted(counts, key=lambda company: (-counts[company], company))
    named = ranked if len(ranked) <= most + 1 else _shown(ranked, best_paid(roles), most)
    rows = []
    for company in named:
        own = [role for role in roles if role.company == company]
        rows.append(_row(words.label(company), employers.rank(company), own))
    rows.sort(key=lambda row: (-row.median, row.label))
    others = [company for company in ranked if company not in named]
    if others:
        rest = [role for role in roles if role.company not in named]
        rows.append(_row(words.others(others), None, rest))
    return Band(*kind, len(roles), tuple(rows))


def _shown(ranked: Sequence[str], best: str | None, most: int) -> Sequence[str]:
    """Return the employers with most roles, and the one that the headline names."""
    shown = ranked[:most]
    return shown if best is None or best in shown else [*shown[:-1], best]


def _row(label: str, rank: int | None, roles: Sequence[Role]) -> PayRow:
    spans = [span(role) for role in roles]
    return PayRow(
        label,
        rank,
        len(roles),
        min(low for low, _ in spans),
        _median(roles),
        max(high for _, high in spans),
    )


def span(role: Role) -> tuple[float, float]:
    """Return the ends of a role's range. One that is not known is the other."""
    known = [amount for amount in (role.pay_min, role.pay_max) if amount is not None]
    return min(known), max(known)


def _median(roles: Sequence[Role]) -> float:
    return median(sum(span(role)) / 2 for role in roles)


def _headline(kind: Kind, roles: Sequence[Role], *, alone: bool) -> str:
    """Name the employer that pays most in the most common kind, or else what half of them pay."""
    currency, period = kind
    stated = f"{_ADVERBS[period]} pay in {currency}"
    if len(roles) < _FEWEST:
        return _few(kind, roles, stated)
    best = best_paid(roles)
    if best:
        own = [role for role in roles if role.company == best]
        amount, number = _written(_median(own), kind), counted(len(own), "role")
        return f"{words.name(best)} states the highest {stated}: {amount} at the median, {number}"
    who = words.possessive(roles[0].company) if alone else "the"
    amount = _written(_median(roles), kind)
    return f"Half of {who} {len(roles):,} roles with {stated} offer {amount} or more"


def best_paid(roles: Sequence[Role]) -> str | None:
    """Return the employer with the highest median. None if there are no two to compare."""
    by_company: defaultdict[str, list[Role]] = defaultdict(list)
    for role in roles:
        by_company[role.company].append(role)
    medians = {name: _median(own) for name, own in by_company.items() if len(own) >= _FEWEST}
    return max(sorted(medians), key=lambda name: medians[name]) if len(medians) > 1 else None


def _few(kind: Kind, roles: Sequence[Role], stated: str) -> str:
    spans = [span(role) for role in roles]
    amounts = format_pay(min(low for low, _ in spans), max(high for _, high in spans), *kind)
    verb = "states" if len(roles) == 1 else "state"
    return f"{counted(len(roles), 'role')} {verb} {stated}: {amounts}"


def _written(amount: float, kind: Kind) -> str:
    """Return an amount with its period, without cents that a median would make up."""
    whole = float(round(amount)) if amount >= _NO_CENTS_FROM else amount
    return format_pay(whole, whole, *kind)


def _note(roles: Sequence[Role], shown: int) -> str:
    hidden = sum(role.discloses for role in roles) - shown
    more = f" Not shown: {counted(hidden, 'role')} with other pay." if hidden else ""
    return (
        f"{_share(roles)}. Line: lowest to highest. Dot: the median, by the middle of each"
        f" role’s range.{more}"
    )


def _share(roles: Sequence[Role]) -> str:
    """Return `31 of 57 roles (54%) state pay`."""
    stated = sum(role.discloses for role in roles)
    share = f" ({words.percent(stated / len(roles))})" if stated else ""
    verb = "states" if stated == 1 else "state"
    return f"{stated:,} of {counted(len(roles), 'role')}{share} {verb} pay"


def kind_words(currency: str, period: str) -> str:
    """Return `USD a year` or `EUR an hour`."""
    return f"{currency} {'an' if period == 'hour' else 'a'} {period}"


def _table(bands: Sequence[Band]) -> Table:
    header = ("pay in", "company", "roles", "lowest", "median", "highest")
    rows = [
        (kind_words(band.currency, band.period), row.label, f"{row.roles:,}", *_amounts(band, row))
        for band in bands
        for row in band.rows
    ]
    return Table(header, tuple(rows))


def _amounts(band: Band, row: PayRow) -> tuple[str, ...]:
    ends = (row.lowest, row.median, row.highest)
    return tuple(format_amount(amount, band.currency) for amount in ends)
