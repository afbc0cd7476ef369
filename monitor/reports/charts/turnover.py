"""Chart openings and closings by week, or by day in a short history. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from monitor.queries.stats_input import Day, Facts
from monitor.reports.charts import words
from monitor.reports.charts.chart import Chart, LeftOut, Table
from monitor.reports.charts.days import unknown_stretches
from monitor.reports.stats import week_of
from monitor.text.values import counted

_NAME = "what opened and closed"
_DAILY_UNTIL = 21  # days of history


@dataclass(frozen=True, slots=True)
class Bar:
    """The changes of one week, or one day. Closed roles may be counted again when they reopen."""

    first: date
    opened: int
    closed: int
    part: str  # why only a part of it was seen; empty if it was seen whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Turnover(Chart):
    """The bars in order, and the days on which no board was known."""

    unit: str  # `week` or `day`
    bars: tuple[Bar, ...]
    unknown: tuple[tuple[date, date], ...]  # stretches [from, to)

    @property
    def days(self) -> int:
        """The number of days of a bar."""
        return 7 if self.unit == "week" else 1


def turnover(facts: Facts) -> Turnover | LeftOut:
    """Return the chart of what opened and closed, of all employers together."""
    known = [day.day for day in facts.days if day.open is not None]
    if not known or min(known) == max(known):
        return LeftOut(_NAME, "needs two days with regular checks")
    earliest, latest = min(known), max(known)
    days = [day for day in facts.days if day.day <= latest]
    unit = "day" if (latest - earliest).days < _DAILY_UNTIL else "week"
    bars = _bars(days, unit)
    if not any(bar.opened or bar.closed for bar in bars):
        return LeftOut(_NAME, "nothing opened or closed yet")
    unknown = unknown_stretches(days)
    return Turnover(
        headline=_headline(bars, unit),
        note=_note(bars, unit, unknown=bool(unknown)),
        table=_table(bars, unit),
        unit=unit,
        bars=tuple(bars),
        unknown=tuple(unknown),
    )


def _bars(days: Sequence[Day], unit: str) -> list[Bar]:
    """Return a bar for each week or day. The last is not over, and the first may begin late."""
    begin = week_of if unit == "week" else _same
    first, last = (begin(end([day.day for day in days])) for end in (min, max))
    parts = {last: "so far"}
    earliest = min(day.day for day in days)
    if unit == "day" or earliest > first:
        parts.setdefault(first, f"from {words.day(earliest)}")
    step = timedelta(days=7 if unit == "week" else 1)
    opened = dict.fromkeys((first + step * n for n in range((last - first) // step + 1)), 0)
    closed = dict(opened)
    for day in days:
        opened[begin(day.day)] += day.opened + day.reopened
        closed[begin(day.day)] += day.closed
    return [Bar(at, opened[at], closed[at], parts.get(at, "")) for at in opened]


def _same(day: date) -> date:
    return day


def _headline(bars: Sequence[Bar], unit: str) -> str:
    """Compare what opened with what closed in whole weeks or days, or else in what there is."""
    whole = [bar for bar in bars if not bar.part]
    opened = sum(bar.opened for bar in whole or bars)
    closed = sum(bar.closed for bar in whole or bars)
    within = f"in {counted(len(whole), f'full {unit}')}" if whole else "so far"
    if not opened and not closed:
        return f"No role opened or closed {within}"
    if not closed:
        return f"{counted(opened, 'role')} opened and none closed {within}"
    if not opened:
        return f"{counted(closed, 'role')} closed and none opened {within}"
    if opened == closed:
        return f"As many roles opened as closed {within}: {opened:,}"
    more, less = ("opened", "closed") if opened > closed else ("closed", "opened")
    numbers = f"{max(opened, closed):,} to {min(opened, closed):,}"
    return f"More roles {more} than {less} {within}: {numbers}"


def _note(bars: Sequence[Bar], unit: str, *, unknown: bool) -> str:
    both = unit == "week" and bars[0].part and len(bars) > 1
    parts = "the first and the last week, seen in part" if both else f"the last {unit}, so far"
    return f"Hatched: {parts}." + (" Gray: days that were not checked." if unknown else "")


def _table(bars: Sequence[Bar], unit: str) -> Table:
    rows = ((bar.first.isoformat(), f"{bar.opened:,}", f"{bar.closed:,}", bar.part) for bar in bars)
    return Table((unit, "opened", "closed", "note"), tuple(rows))
