"""Instants as people write them, in a time zone of their own: `Dec 18, 5 pm PST`. Pure."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

# farther away than this, a date needs its year
FAR: Final = timedelta(days=183)
_CLOCK_TIME: Final = re.compile(
    r"\d{1,2}\s*[:.h]\s*\d{2}(?!\d|[./-]\d)|\b\d{1,2}\s*(?:[ap]\.?m\b|uhr\b|h\b|o.clock)"
    r"|\bnoon\b|\bmidday\b|\bmidnight\b|\bclose of business\b|\bCOB\b|\bEOD\b",
    re.IGNORECASE,
)
# how an ATS's own timestamp writes a deadline that is only a day
_DAY_STAMP: Final = re.compile(
    r"\d{4}-\d\d-\d\d(?:[T ](?:00:00(?::00)?|23:59(?::59)?)(?:\.\d+)?\s*(?:Z|[+-]\d\d:?\d\d)?)?"
)
# a day ends one second before midnight of its place
_LAST_SECOND: Final = 59
# a place west of UTC if the day ends before this time of UTC, and east of it after the second one
_WEST_UNTIL: Final = time(9)
_EAST_FROM: Final = time(13)
# at this time of UTC it is the same day from Hawaii to New Zealand
_SAME_DAY: Final = time(10, 30, tzinfo=UTC)


def format_moment(at: datetime, zone: tzinfo, *, with_year: bool = False) -> str:
    """Return `Dec 18, 5 pm PST`, or `Dec 18, 2027, 9:02 am PST`."""
    return f"{format_day(at, zone, with_year=with_year)}, {format_time(at, zone)}"


def format_day(at: datetime, zone: tzinfo, *, with_year: bool = False) -> str:
    """Return `Dec 18`, or `Dec 18, 2027`."""
    local = at.astimezone(zone)
    return f"{local:%b} {local.day}" + (f", {local.year}" if with_year else "")


def format_time(at: datetime, zone: tzinfo) -> str:
    """Return `9:02 am PST`, or `5 pm PST` for a whole hour."""
    local = at.astimezone(zone)
    minutes = f":{local:%M}" if local.minute else ""
    half = "am" if local.hour < 12 else "pm"  # noqa: PLR2004  # noon
    return f"{local.hour % 12 or 12}{minutes} {half} {_zone_name(local)}"


def _zone_name(local: datetime) -> str:
    """Return `PST`, or `UTC+03` for a zone whose name is only its offset."""
    name = local.tzname() or "UTC"
    return f"UTC{name}" if name[0] in "+-" else name


def states_time(text: str) -> bool:
    """Return whether a deadline's words state a time of day, not only a date."""
    text = text.strip()
    return not _DAY_STAMP.fullmatch(text) and _CLOCK_TIME.search(text) is not None


def ends_a_day(at: datetime) -> bool:
    """Return whether a deadline is the end of a day, and no time that somebody wrote."""
    return at.second == _LAST_SECOND


def stated_day(at: datetime, text: str) -> datetime:
    """Return an instant that has the date which a deadline's words state, wherever it is read.

    The end of December 18 in California is December 19 in London.
    """
    day = _day_of(at.astimezone(UTC), text.strip())
    return at if day is None else datetime.combine(day, _SAME_DAY)


def day_only(at: datetime, text: str) -> date | None:
    """Return the day of a deadline that is a whole day. None if its words state a time."""
    return None if states_time(text) else _day_of(at.astimezone(UTC), text.strip())


def _day_of(at: datetime, text: str) -> date | None:
    if _DAY_STAMP.fullmatch(text):
        return date.fromisoformat(text[:10])
    if not ends_a_day(at):
        return None
    before = at.date() - timedelta(days=1)
    if at.time() >= _EAST_FROM:
        return at.date()
    is_before = at.time() < _WEST_UNTIL or str(at.day) not in re.findall(r"\d+", text)
    return before if is_before else at.date()
