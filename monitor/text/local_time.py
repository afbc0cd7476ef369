"""Convert times of day in a time zone to instants. Pure.

Days on which the clocks change have an hour twice, or skip one.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_A_DAY = timedelta(days=1)


def to_instant(day: date, at: time, zone: ZoneInfo, *, last: bool = False) -> datetime:
    """Return the instant at which the clocks show `at` on that day.

    If they show it twice, it is the first instant, or the last with `last`. If they skip it, it is
    an hour later.
    """
    instants = [
        datetime.combine(day, at, zone).replace(fold=fold).astimezone(UTC) for fold in (0, 1)
    ]
    return max(instants) if last else instants[0]


def latest_instant(at: time, zone: ZoneInfo, now: datetime) -> datetime:
    """Return the latest instant, now or before, at which the clocks showed `at`."""
    today = now.astimezone(zone).date()
    instant = to_instant(today, at, zone)
    return instant if instant <= now else to_instant(today - _A_DAY, at, zone)


def next_instant(at: time, zone: ZoneInfo, now: datetime) -> datetime:
    """Return the next instant after now at which the clocks show `at`."""
    today = now.astimezone(zone).date()
    instants = (to_instant(today + _A_DAY * days, at, zone) for days in (-1, 0, 1, 2))
    return next(instant for instant in instants if instant > now)


def end_of_span(hours: tuple[time, time], zone: ZoneInfo, now: datetime) -> datetime | None:
    """Return the end of the daily span, such as 22:00 to 07:00, if it includes now. Else None."""
    today = now.astimezone(zone).date()
    for day in (today - _A_DAY, today):
        last_day = day if hours[0] < hours[1] else day + _A_DAY
        end = to_instant(last_day, hours[1], zone, last=True)
        if to_instant(day, hours[0], zone) <= now < end:
            return end
    return None
