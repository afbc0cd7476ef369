"""Instants as people write them, in a time zone of their own: `Dec 18, 5 pm PST`. Pure."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, tzinfo
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
