"""Return the UTC instants that a date in a text may mean, at the job's place.

The order of day and month in each country comes from CLDR through Babel.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from crawler.read import time_zones
from crawler.read.cldr import tables
from crawler.read.countries import countries_of, time_zones_of
from crawler.read.dates import months, weekdays

_END_OF_DAY = time(23, 59, 59)
_TIME = re.compile(
    r"(?<!\d)(?:(?P<hour>\d{1,2})(?:[:.h](?P<minute>\d\d)(?::(?P<second>\d\d))?)?)?\D{0,6}?"
    r"(?P<half>[ap])\.?m\b"
    r"|(?<!\d)(?P<h24>\d{1,2})(?:[:.h](?P<min24>\d\d)(?::(?P<sec24>\d\d))?|\s?h\b)",
    re.IGNORECASE,
)
_WHOLE_HOUR = re.compile(
    r"(?<![\d:.])(\d{1,2})\s?(?:uhr|uur|h|hod|hs)\b|\bklo?\.?\s(\d{1,2})(?![\d:.])", re.IGNORECASE
)
_HOURS = 24


def possible_instants(
    match: re.Match[str],
    *,
    published: datetime | None,
    place: str,
    month_first: bool | None,
    day_before: bool,
) -> list[datetime]:
    """Return the UTC instants that a date may mean. Empty without such a day or a year.

    A date without a time means the end of the day at the job's place, or in UTC if the place is
    unknown. `day_before` makes it the end of the day before. A missing year is the first one after
    `published`.
    """
    if match["iso"]:
        day = f"{match['y3']}-{int(match['m3']):02}-{int(match['d3']):02}"
        clock = match["iso"].replace(" ", "")
        return [datetime.fromisoformat(f"{day}T{clock}").astimezone(UTC)]
    clock = match["before"] or match["after"]
    is_stated = month_first is not None
    order = month_first if is_stated else _month_first(place)
    days = _days(match, published, month_first=order, is_stated=is_stated)
    if match["weekday"] and days:
        days = [
            candidate
            for day in days
            for candidate in (day, _nearest(day, weekdays()[match["weekday"].casefold()]))
        ]
    if clock is None and day_before:
        days = [day - timedelta(days=1) for day in days]
    zone = (_zone_in(clock) if clock else None) or match["zone"]
    return [
        instant
        for day in days
        for instant in _instants_in_zone(datetime.combine(day, _time_of(clock)), zone, place)
    ]


@lru_cache(maxsize=1)
def _zone() -> re.Pattern[str]:
    return re.compile(time_zones.pattern(), re.IGNORECASE)


def _zone_in(clock: str) -> str | None:
    match = _zone().search(clock)
    return match[0] if match else None


@lru_cache(maxsize=1024)  # postings share few places
def _month_first(place: str) -> bool | None:
    """Return True if 03/04 is March 4 in the place's countries. None if unknown or they differ."""
    known = tables().month_first
    orders = {known[country] for country in countries_of(place) if country in known}
    return orders.pop() if len(orders) == 1 else None


def _days(
    match: re.Match[str], published: datetime | None, *, month_first: bool | None, is_stated: bool
) -> list[date]:
    part = match.groupdict()
    if part["a"]:
        return _numeric_readings(match, published, month_first=month_first, is_stated=is_stated)
    if part["y3"]:
        return _valid(int(part["y3"]), int(part["m3"]), int(part["d3"]))
    month = months()[(part["m1"] or part["m2"]).rstrip(".").casefold()]
    day, year = int(part["d1"] or part["d2"]), part["y1"] or part["s1"] or part["y2"]
    return (
        _valid(int(year) % 100 + 2000, month, day)
        if year
        else _next_occurrence(month, day, published)
    )


def _next_occurrence(month: int, day: int, published: datetime | None) -> list[date]:
    """Return the first such day on or after the publication."""
    if published is None:
        return []
    return [
        written
        for ahead in range(2)
        for written in _valid(published.year + ahead, month, day)
        if written >= published.date()
    ][:1]


def _numeric_readings(
    match: re.Match[str], published: datetime | None, *, month_first: bool | None, is_stated: bool
) -> list[date]:
    """Return the readings of 03/04/2026.

    With points the day is first. Else the stated format or the country decides. If the day is first
    in the country, and only the American reading is on or after the publication, that one counts.
    In an unknown country both readings on or after the publication count.
    """
    first = int(match["a"])
    second = int(match["b"])
    year = match["y4"] or match["y5"] or match["y6"] or match["y7"]
    if "." in match[0][match.start("a") - match.start() : match.end("b") - match.start()]:
        month_first, is_stated = False, True
    us, other = (
        (_valid(int(year) % 100 + 2000, *order) if year else _next_occurrence(*order, published))
        for order in ((first, second), (second, first))
    )
    if month_first is not None:
        likely, unlikely = (us, other) if month_first else (other, us)
        is_american = (
            published is not None
            and not (month_first or is_stated)
            and bool(likely and unlikely)
            and likely[0] < published.date() <= unlikely[0]
        )
        return unlikely if is_american else likely or unlikely
    after = [day for day in us + other if published is None or day >= published.date()]
    return after or us + other


def _valid(year: int, month: int, day: int) -> list[date]:
    try:
        return [date(year, month, day)]
    except ValueError:
        return []


def _nearest(day: date, weekday: int) -> date:
    """Return the nearest day with this weekday: the same day, unless date and weekday disagree."""
    return day + timedelta(days=(weekday - day.weekday() + 3) % 7 - 3)


def _time_of(clock: str | None) -> time:
    """Return the time of day: noon for "12pm", 0:00 for midnight, the end of the day for None.

    0:00 is the earlier reading of midnight.
    """
    if clock is None:
        return _END_OF_DAY
    if "midnight" in clock.lower():
        return time()
    if whole := _WHOLE_HOUR.search(clock):
        hour = int(whole[1] or whole[2])
        return time(hour) if hour < _HOURS else _END_OF_DAY
    read = _TIME.search(clock)
    if read is None:
        return time(12)
    if read["half"] and read["hour"]:
        hour = int(read["hour"]) % 12 + (12 if read["half"].lower() == "p" else 0)
        minute, second = int(read["minute"] or 0), int(read["second"] or 0)
    else:
        hour = int(read["h24"] or 12)
        minute = int(read["min24"] or 0)
        second = int(read["sec24"] or 0)
    try:
        return time(hour, minute, second)
    except ValueError:
        return _END_OF_DAY  # an impossible time counts as none


def _instants_in_zone(local: datetime, zone: str | None, place: str) -> list[datetime]:
    named = time_zones.instants(local, zone, place) if zone else []
    return named or [at_place(local, place)]


def at_place(local: datetime, place: str) -> datetime:
    """Return the UTC instant of a local time at a place: the earliest one of several zones.

    In UTC if the place is unknown.
    """
    return min(
        local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
        for zone in time_zones_of(place) or ("UTC",)
    )
