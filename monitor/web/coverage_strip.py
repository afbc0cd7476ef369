"""The last 30 days of a board as a strip of cells: when its state was known. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from itertools import pairwise
from typing import Final, Literal, NamedTuple

from monitor.text.dates import format_day
from monitor.text.values import counted

DAYS: Final = 30
Kind = Literal["known", "part", "unknown", "none"]
_WHOLE: Final = 0.99  # a gap of minutes leaves a day known


class Stretch(NamedTuple):
    """A row of the view `coverage`."""

    from_at: datetime
    to_at: datetime | None  # None: still going on
    known: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """One day. `none`: the board was not watched."""

    kind: Kind
    title: str  # `Nov 12: known 92% of the day`; empty if known


@dataclass(frozen=True, slots=True)
class Strip:
    """The cells, oldest first, and the same as a sentence."""

    cells: tuple[Cell, ...]
    sentence: str


def since(now: datetime, zone: tzinfo) -> datetime:
    """Return the beginning of the strip's first day."""
    first = now.astimezone(zone).date() - timedelta(days=DAYS - 1)
    return datetime.combine(first, time(), zone)


def strip_of(stretches: Iterable[Stretch], now: datetime, zone: tzinfo) -> Strip:
    """Return the strip of one board's stretches. The last day ends now."""
    rows = list(stretches)
    first = now.astimezone(zone).date() - timedelta(days=DAYS - 1)
    days = [first + timedelta(days=number) for number in range(DAYS + 1)]
    edges = [datetime.combine(day, time(), zone) for day in days]
    edges[-1] = now
    cells = [_cell(rows, start, end, format_day(start, zone)) for start, end in pairwise(edges)]
    return Strip(tuple(cells), _sentence(rows, cells, edges[0], now))


def _cell(rows: Sequence[Stretch], start: datetime, end: datetime, day: str) -> Cell:
    known, watched = _overlap(rows, start, end, known=True), _overlap(rows, start, end)
    if not watched:
        return Cell("none", f"{day}: not watched")
    share = known / watched
    if share >= _WHOLE:
        return Cell("known", "")
    if not known:
        return Cell("unknown", f"{day}: not known")
    return Cell("part", f"{day}: known {_percent(share)} of the day")


def _overlap(
    rows: Sequence[Stretch], start: datetime, end: datetime, *, known: bool = False
) -> timedelta:
    """Return how long the board was watched between two instants, or how long it was known."""
    nothing = timedelta(0)
    lengths = (
        min(row.to_at or end, end) - max(row.from_at, start)
        for row in rows
        if row.known or not known
    )
    return sum((max(nothing, length) for length in lengths), nothing)


def _percent(share: float) -> str:
    """Return `92%`. What is not all is never `100%`."""
    return f"{min(max(round(share * 100), 1), 99)}%" if 0 < share < 1 else f"{share:.0%}"


def _sentence(
    rows: Sequence[Stretch], cells: Sequence[Cell], start: datetime, now: datetime
) -> str:
    watched = _overlap(rows, start, now)
    days = sum(cell.kind != "none" for cell in cells)
    if not days:  # one check that no other followed is no stretch of time
        return f"Not known at any time in the last {DAYS} days."
    within = f"the last {counted(days, 'day')}"
    if days < DAYS:
        within = f"the {counted(days, 'day')} that it was watched" if days > 1 else "one day"
    share = _overlap(rows, start, now, known=True) / watched
    partly = sum(cell.kind in {"part", "unknown"} for cell in cells)
    if not partly:
        return f"Known all the time in {within}."
    gaps = f"with gaps on {counted(partly, 'day')}" if share else "at no time"
    return f"Known {_percent(share)} of {within}, {gaps}." if share else f"Not known in {within}."
