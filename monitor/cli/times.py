"""A TIME as people type it, read into an instant."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta

from monitor.errors import UserError

_SPAN = re.compile(
    r"(?:(\d+)\s*([smhdw])|(\d+|an?|last)\s+(sec(?=s?\b)|second|min(?=s?\b)|minute|hr|hour|day|wk|week|mo|month|yr|year)s?)(?:\s+ago)?"
)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_DAYS = {"month": 30, "year": 365}
_SHORT = {"sec": "second", "min": "minute", "hr": "hour", "wk": "week", "mo": "month", "yr": "year"}


def parse_time(text: str, now: datetime) -> datetime:
    """Return the UTC instant that `text` names.

    It is `7d` or `2 weeks ago` before `now`, `yesterday` or a date (its midnight in UTC), or an ISO instant (UTC unless it says
    otherwise). Raises UserError for anything else.
    """
    words = text.strip()
    try:
        if span := _SPAN.fullmatch(words.casefold()):
            return now - _span(*span.groups())
        if words.casefold() in _NAMED:
            return datetime.combine(now.astimezone(UTC).date(), time(), UTC) - _NAMED[words.casefold()]
        if words.casefold() == "now":
            return now
        if len(words) == len("2026-03-01"):
            return datetime.combine(date.fromisoformat(words), time(), UTC)
        instant = datetime.fromisoformat(words)
        return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise UserError(f"{text!r} is no time: give one like 7d, 2 weeks ago, yesterday, 2026-03-01 or 2026-03-01T12:00:00Z") from error


_NAMED = {"today": timedelta(0), "yesterday": timedelta(days=1)}


def _span(short: str | None, letter: str | None, long: str | None, unit: str | None) -> timedelta:
    """The time of `7d`, or of `2 weeks`."""
    if short is not None and letter is not None:
        return timedelta(**{_UNITS[letter]: int(short)})
    unit = _SHORT.get(unit or "", unit)
    number = int(long) if long is not None and long.isdigit() else 1
    return timedelta(days=number * _DAYS[unit]) if unit in _DAYS else timedelta(**{f"{unit}s": number})


def optional_time(text: str | None, now: datetime) -> datetime | None:
    """As `parse_time`; None for an option that was not given."""
    return None if text is None else parse_time(text, now)
