"""A TIME as people type it, read into an instant."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta

from monitor.errors import UserError

_SPAN = re.compile(r"(\d+)\s*([smhdw])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def parse_time(text: str, now: datetime) -> datetime:
    """The UTC instant that `text` names: `7d` before `now`, a date (its midnight in UTC) or an ISO instant (UTC unless it says otherwise).

    Raises UserError for anything else.
    """
    words = text.strip()
    try:
        if span := _SPAN.fullmatch(words):
            return now - timedelta(**{_UNITS[span[2]]: int(span[1])})
        if len(words) == len("2026-03-01"):
            return datetime.combine(date.fromisoformat(words), time(), UTC)
        instant = datetime.fromisoformat(words)
        return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise UserError(f"{text!r} is no time: give one like 7d, 90m, 2026-03-01 or 2026-03-01T12:00:00Z") from error


def optional_time(text: str | None, now: datetime) -> datetime | None:
    """As `parse_time`; None for an option that was not given."""
    return None if text is None else parse_time(text, now)
