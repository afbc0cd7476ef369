"""All charts of a history: those that can be drawn, and why the others are left out. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from monitor.queries.stats_input import Facts
from monitor.reports.charts import words
from monitor.reports.charts.chart import Chart, Employers, LeftOut
from monitor.reports.charts.open_roles import OpenRoles, open_roles
from monitor.reports.charts.open_time import open_times
from monitor.reports.charts.pay import pay
from monitor.reports.charts.turnover import turnover


@dataclass(frozen=True, slots=True)
class Page:
    """The charts under one title."""

    title: str
    period: str
    charts: tuple[Chart, ...]
    left_out: str  # which charts are left out, and why; empty if none is
    reasons: tuple[LeftOut, ...] = ()  # the same, each alone


def page_of(facts: Facts) -> Page:
    """Return the charts of these facts."""
    facts = _until_known(facts)
    employers = Employers.of(facts)
    found = (
        open_roles(facts, employers),
        turnover(facts),
        open_times(facts, employers),
        pay(facts, employers),
    )
    every = employers.every
    reasons = tuple(one for one in found if isinstance(one, LeftOut))
    left_out = [str(one) for one in reasons]
    return Page(
        f"Hiring at {words.name(every[0]) if len(every) == 1 else f'{len(every)} employers'}",
        words.period(facts.days[0].day, facts.days[-1].day) if facts.days else "",
        tuple(one for one in found if isinstance(one, Chart)),
        f"Not drawn: {'; '.join(left_out)}." if left_out else "",
        reasons,
    )


def board_chart(facts: Facts) -> OpenRoles | LeftOut:
    """Return the open roles over time of one board's facts."""
    known = _until_known(facts)
    return open_roles(known, Employers.of(known))


def _until_known(facts: Facts) -> Facts:
    """Return the facts without trailing days of unknown state, which would be blank paper."""
    last = max((day.day for day in facts.days if day.open is not None), default=date.max)
    return replace(facts, days=[day for day in facts.days if day.day <= last])
