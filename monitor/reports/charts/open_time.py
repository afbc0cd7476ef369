"""Chart how long roles stay open: for each employer, the share still open by day. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor

from monitor.queries.stats_input import Facts, Spell
from monitor.reports.charts import words
from monitor.reports.charts.chart import Chart, Employers, LeftOut, Table
from monitor.reports.survival import Step, share_at, survival
from monitor.text.values import counted

FEWEST = 10  # openings that make a curve; fewer are an anecdote
_FEWEST_FOLLOWED = 5
_SHORTEST = 14.0  # days that a chart shows, if it has them
_MILESTONES = (365, 180, 90, 60, 30, 14, 7, 3, 1)  # days
_NAME = "how long roles stay open"


@dataclass(frozen=True, slots=True)
class Curve:
    """The share of an employer's roles that is still open by days. No company: of all employers."""

    company: str
    rank: int | None
    steps: tuple[Step, ...]
    end: float  # days
    openings: int
    closed: int
    half: float | None  # days until half have closed; None if more than half are open

    @property
    def label(self) -> str:
        who = words.label(self.company) if self.company else "All"
        return f"{who}: {half_words(self.half, self.end)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTimes(Chart):
    """The curves: that of all employers first."""

    curves: tuple[Curve, ...]

    @property
    def days(self) -> float:
        """The days to draw: twice the longest median, since what follows is a long thin tail."""
        end = max(1.0, *(one.end for one in self.curves))
        halves = [one.half for one in self.curves if one.half is not None]
        if len(halves) < len(self.curves):
            return end
        return min(end, max(2 * max(halves), _SHORTEST))


def open_times(facts: Facts, employers: Employers) -> OpenTimes | LeftOut:
    """Return the chart of how long roles stay open."""
    if len(facts.stays) < FEWEST:
        needed = f"needs {FEWEST} openings seen from their first day, so far {len(facts.stays)}"
        return LeftOut(_NAME, needed)
    everybody = curve("", None, [stay.spell for stay in facts.stays])
    if everybody.half is None and everybody.end < 1:
        return LeftOut(_NAME, "needs a day since the first openings")
    own = [
        curve(company, employers.rank(company), spells)
        for company in employers.named
        if len(spells := [stay.spell for stay in facts.stays if stay.company == company]) >= FEWEST
    ]
    alone = {stay.company for stay in facts.stays} == {one.company for one in own[:1]}
    curves = own if alone else [everybody, *own]
    return OpenTimes(
        headline=_headline(everybody, own, alone=alone),
        note=(
            "Share of roles still open, by days since they opened. At a line: days until half have"
            " closed."
            " Roles still open count for as long as they were followed (Kaplan–Meier)."
        ),
        table=_table(curves),
        curves=tuple(curves),
    )


def curve(company: str, rank: int | None, spells: Sequence[Spell]) -> Curve:
    """Estimate until fewer than five roles are followed. What comes then is chance."""
    end = sorted(spell.days for spell in spells)[-_FEWEST_FOLLOWED]
    steps = tuple(step for step in survival(spells) if step.days <= end)
    half = next((step.days for step in steps if step.share <= 1 / 2), None)
    closed = sum(spell.closed for spell in spells)
    return Curve(company, rank, steps, end, len(spells), closed, half)


def half_words(half: float | None, end: float) -> str:
    """Return `47 days`, or `over 60 days` if more than half are still open after 60 days."""
    if half is None:
        return f"over {counted(floor(end), 'day')}" if end >= 1 else "over a few hours"
    return days_words(half)


def days_words(days: float) -> str:
    """Return `47 days`, `1 day` or `under a day`."""
    return counted(round(days), "day") if days >= 1 else "under a day"


def _headline(everybody: Curve, own: Sequence[Curve], *, alone: bool) -> str:
    who = words.possessive(own[0].company) if alone else "the"
    whose = f"{who} roles"
    openings = counted(everybody.openings, "opening")
    if not everybody.closed:
        return f"None of {who} {everybody.openings} new roles has closed yet"
    if everybody.half is None:
        day = next(day for day in _MILESTONES if day <= everybody.end)
        share = words.percent(share_at(everybody.steps, day))
        return f"{share} of {whose} are still open after {counted(day, 'day')}, {openings}"
    when = f"within {days_words(everybody.half) if everybody.half >= 1 else 'a day'}"
    finding = f"Half of {whose} close {when}, {openings}"
    soonest = min(
        (one for one in own if one.half is not None),
        key=lambda one: (one.half, one.company),
        default=None,
    )
    if alone or soonest is None or len(own) == 1:
        return finding
    return f"{finding}; soonest at {words.name(soonest.company)}: {half_words(soonest.half, 0)}"


def _table(curves: Sequence[Curve]) -> Table:
    header = (
        "company",
        "openings seen",
        "half closed after",
        "open after 30 days",
        "after 90 days",
    )
    return Table(header, tuple(_row(one) for one in curves))


def _row(one: Curve) -> tuple[str, ...]:
    shares = (
        words.percent(share_at(one.steps, days)) if days <= one.end else "" for days in (30, 90)
    )
    company = words.name(one.company) if one.company else "all"
    return (company, f"{one.openings:,}", half_words(one.half, one.end), *shares)
