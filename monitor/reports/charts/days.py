"""An employer's days, and what they say when like is compared with like. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import takewhile
from typing import NamedTuple

from monitor.queries.stats_input import Day
from monitor.reports.stats import total


class Known(NamedTuple):
    """A day whose number of open roles is known."""

    day: date
    open: int


@dataclass(frozen=True, slots=True)
class Point:
    """An employer's day, with its boards added up."""

    day: date
    open: int | None  # at the day's end; None if unknown
    boards: frozenset[str]


@dataclass(frozen=True, slots=True)
class Change:
    """An employer's open roles then and now, counted on the same boards."""

    company: str
    first: Known
    last: Known

    @property
    def difference(self) -> int:
        return self.last.open - self.first.open

    @property
    def days(self) -> int:
        return (self.last.day - self.first.day).days


def points(days: Sequence[Day]) -> tuple[Point, ...]:
    """Return an employer's days in order."""
    by_day: defaultdict[date, list[Day]] = defaultdict(list)
    for day in days:
        by_day[day.day].append(day)
    return tuple(
        Point(
            each,
            total(day.open for day in by_day[each]),
            frozenset(day.board for day in by_day[each]),
        )
        for each in sorted(by_day)
    )


def last_known(series: Sequence[Point]) -> Known | None:
    """Return the last day whose number is known."""
    known = (Known(point.day, point.open) for point in reversed(series) if point.open is not None)
    return next(known, None)


def compare(company: str, series: Sequence[Point]) -> Change | None:
    """Compare the last known day with the first on which the employer's boards were the same.

    So a board that was added later is no growth. None if there are no two such days.
    """
    until = [point for point in series if point.open is not None]
    if not until:
        return None
    same = list(takewhile(lambda point: point.boards == until[-1].boards, reversed(until)))
    first, last = (Known(point.day, point.open or 0) for point in (same[-1], same[0]))
    return Change(company, first, last) if first.day < last.day else None


def unknown_stretches(days: Sequence[Day]) -> list[tuple[date, date]]:
    """Return the stretches [from, to) of days on which most boards were not known."""
    boards: defaultdict[date, list[bool]] = defaultdict(list)
    for day in days:
        boards[day.day].append(day.open is not None)
    stretches: list[tuple[date, date]] = []
    for each in sorted(boards):
        if sum(boards[each]) * 2 >= len(boards[each]):
            continue
        following = each + timedelta(days=1)
        if stretches and stretches[-1][1] == each:
            stretches[-1] = (stretches[-1][0], following)
        else:
            stretches.append((each, following))
    return stretches
