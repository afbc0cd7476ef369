"""Open roles over time: one line for each employer. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from monitor.queries.stats_input import Day, Facts
from monitor.reports.charts import words
from monitor.reports.charts.chart import Chart, Employers, LeftOut, Table
from monitor.reports.charts.days import (
    Change,
    Known,
    Point,
    compare,
    last_known,
    points,
    unknown_stretches,
)
from monitor.text.values import counted


@dataclass(frozen=True, slots=True)
class Line:
    """An employer's open roles. The rank decides the color, and None is gray."""

    company: str
    rank: int | None
    points: tuple[Point, ...]
    last: Known
    stale: bool  # True if later days of other employers are known

    @property
    def label(self) -> str:
        until = f" on {words.day(self.last.day)}" if self.stale else ""
        return f"{words.label(self.company)} {self.last.open:,}{until}"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRoles(Chart):
    """The lines, the largest employer first."""

    lines: tuple[Line, ...]
    gray_label: str  # of all gray lines together; empty if there is none
    unknown: tuple[tuple[date, date], ...]  # stretches [from, to)


def open_roles(facts: Facts, employers: Employers) -> OpenRoles | LeftOut:
    """Return the chart of open roles over time."""
    lines = _lines(facts.days, employers)
    changes = [change for line in lines if (change := compare(line.company, line.points))]
    if not changes:
        return LeftOut("open roles over time", "needs two days with regular checks")
    return OpenRoles(
        headline=_headline(lines, changes),
        note=_note(lines),
        table=_table(lines, changes),
        lines=tuple(lines),
        gray_label=_gray_label([line for line in lines if line.rank is None]),
        unknown=tuple(unknown_stretches(facts.days)),
    )


def _lines(days: Sequence[Day], employers: Employers) -> list[Line]:
    by_company: defaultdict[str, list[Day]] = defaultdict(list)
    for day in days:
        by_company[day.company].append(day)
    series = {company: points(by_company[company]) for company in employers.every}
    lasts = {company: last for company in series if (last := last_known(series[company]))}
    end = max((last.day for last in lasts.values()), default=date.min)
    return [
        Line(company, employers.rank(company), series[company], last, stale=last.day < end)
        for company, last in lasts.items()
    ]


def _headline(lines: Sequence[Line], changes: Sequence[Change]) -> str:
    """Compare the sums of all, if all were watched equally long, or else name who moved most."""
    periods = {(change.first.day, change.last.day) for change in changes}
    if 1 < len(changes) == len(lines) and len(periods) == 1:
        return _of_all(changes)
    current = {line.company: line.last.open for line in lines if not line.stale}
    moved = [change for change in changes if change.company in current]
    if len(current) == 1 and moved:
        return _moved(f"{words.possessive(moved[0].company)} openings", moved[0])
    return _of_some(current, moved)


def _of_all(changes: Sequence[Change]) -> str:
    """Say the sum, and who moved it most. All changes have the same days."""
    first, last = (
        Known(ends[0].day, sum(end.open for end in ends))
        for ends in zip(*((change.first, change.last) for change in changes), strict=True)
    )
    whole = Change("", first, last)
    finding = _moved(f"Openings at {len(changes)} employers", whole)
    if not whole.difference:
        return finding
    sign = 1 if whole.difference > 0 else -1
    most = max(changes, key=lambda change: sign * change.difference)
    return (
        f"{finding}, most at {words.name(most.company)}: {most.first.open:,} to {most.last.open:,}"
    )


def _of_some(current: Mapping[str, int], changes: Sequence[Change]) -> str:
    employers, openings = counted(len(current), "employer"), sum(current.values())
    verb = "has" if len(current) == 1 else "have"
    finding = f"{employers} {verb} {counted(openings, 'opening')}"
    most = max(changes, key=lambda change: abs(change.difference), default=None)
    if most is None or not most.difference:
        return finding
    return f"{finding}; {_moved(words.possessive(most.company), most, ' most,')}"


def _moved(whose: str, change: Change, most: str = "") -> str:
    before, now, days = change.first.open, change.last.open, words.length(change.days)
    if before == now:
        return f"{whose} number {now:,}, as many as {days} ago"
    way = ("grew" if before < now else "fell") + most
    return f"{whose} {way} from {before:,} to {now:,} in {days}"


def _note(lines: Sequence[Line]) -> str:
    gaps = any(point.open is None for line in lines for point in line.points)
    return "Open roles at the end of each day." + (
        " A gap: the board was not checked, or could not be read." if gaps else ""
    )


def _gray_label(gray: Sequence[Line]) -> str:
    if len(gray) == 1:
        return gray[0].label
    number = sum(line.last.open for line in gray if not line.stale)
    return f"{len(gray)} others {number:,}" if gray else ""


def _table(lines: Sequence[Line], changes: Sequence[Change]) -> Table:
    found = {change.company: change for change in changes}
    header = ("company", "open", "on", "open before", "on", "difference")
    return Table(header, tuple(_row(line, found.get(line.company)) for line in lines))


def _row(line: Line, change: Change | None) -> tuple[str, ...]:
    now = (words.name(line.company), f"{line.last.open:,}", line.last.day.isoformat())
    if change is None:
        return (*now, "", "", "")
    first = change.first
    return (*now, f"{first.open:,}", first.day.isoformat(), f"{change.difference:+,}")
