"""Times of day in a person's zone as instants, on days that have an hour twice or not at all as on others: pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_A_DAY = timedelta(days=1)


def to_instant(day: date, at: time, zone: ZoneInfo, *, last: bool = False) -> datetime:
    """When the clocks show `at` on that day: the first time, or the last, where they do twice; where they skip it, an hour later."""
    shown = [datetime.combine(day, at, zone).replace(fold=fold).astimezone(UTC) for fold in (0, 1)]
    return max(shown) if last else shown[0]


def latest_instant(at: time, zone: ZoneInfo, now: datetime) -> datetime:
    """The last moment up to now at which a day's `at` came."""
    today = now.astimezone(zone).date()
    moment = to_instant(today, at, zone)
    return moment if moment <= now else to_instant(today - _A_DAY, at, zone)


def next_instant(at: time, zone: ZoneInfo, now: datetime, *, last: bool = False) -> datetime:
    """Return the next moment after now at which a day's `at` comes; `last` as in `instant`."""
    today = now.astimezone(zone).date()
    moments = (to_instant(today + _A_DAY * days, at, zone, last=last) for days in (-1, 0, 1, 2))
    return next(moment for moment in moments if moment > now)


def end_of(hours: tuple[time, time], zone: ZoneInfo, now: datetime) -> datetime | None:
    """When the daily span between two times of day, such as 22:00 and 07:00, is over; None when it is not that time."""
    today = now.astimezone(zone).date()
    for day in (today - _A_DAY, today):
        until = day if hours[0] < hours[1] else day + _A_DAY
        end = to_instant(until, hours[1], zone, last=True)
        if to_instant(day, hours[0], zone) <= now < end:
            return end
    return None
