"""A date with or without a time, as people write it, and the UTC instants that it may mean where the job is."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_ORDINAL = r"(?:st|nd|rd|th)?"
_DATE = rf"""
    (?P<d1>\d{{1,2}}){_ORDINAL}(?:\s(?:of\s)?|-)(?P<m1>{_MONTH})(?:,?\s?(?P<y1>20\d\d)(?!\d)|-(?P<s1>20\d\d|\d\d)(?!\d))?
    |(?P<m2>{_MONTH})\s(?P<d2>\d{{1,2}}){_ORDINAL}(?![\d:])(?:,?\s(?P<y2>20\d\d)(?!\d))?
    |(?P<y3>20\d\d)(?:\s?[-/.]\s?|年)(?P<m3>\d{{1,2}})(?:\s?[-/.]\s?|月)(?P<d3>\d{{1,2}})(?!\d)日?
    |(?P<a>\d{{1,2}})[/.](?P<b>\d{{1,2}})[/.](?P<y4>20\d\d|\d\d)(?!\d)
"""
_ZONE = (
    r"(?P<zone>(?:P[SD]?T|E[SD]?T|C[SD]?T|M[SD]?T|GMT|BST|UTC|CES?T|AoE"
    r"|(?:Pacific|Eastern|Central|Mountain)(?:\s(?:standard|daylight))?(?:\stime)?)\b)"
)
_UNNAMED_ZONE = _ZONE.replace("?P<zone>", "?:")
_CLOCK = (
    rf"(?:noon|midday|midnight|\d{{1,2}}[:.][0-5]\d(?::[0-5]\d)?(?:\s?[ap]\.?m\b\.?)?|\d{{1,2}}\s?[ap]\.?m\b\.?)"
    rf"(?:\s(?:noon|midnight))?(?:\s?\(?{_UNNAMED_ZONE}\)?)?"
)
_PHRASE = re.compile(
    rf"""
    (?<![\w/.-])
    (?:(?P<before>{_CLOCK}),?\s(?:on\s)?(?:the\s)?)?
    (?:(?P<weekday>{"|".join(_WEEKDAYS)})[a-z]{{0,6}}\.?,?\s(?:the\s)?)?
    (?:{_DATE})
    (?:,?\s?(?:-\s|\(|(?:at|by|@|before)\s)?(?P<after>(?<!\d){_CLOCK})\)?)?
    """,
    re.VERBOSE | re.IGNORECASE,
)
_TIME = re.compile(
    r"(?:(?P<hour>\d{1,2})(?:[:.](?P<minute>\d\d))?)?\D{0,6}?(?P<half>[ap])\.?m\b|(?P<h24>\d{1,2})[:.](?P<min24>\d\d)", re.IGNORECASE
)
_ZONE_NAME = re.compile(_ZONE, re.IGNORECASE)
_OFFSETS = {  # hours from UTC of a zone's name taken at its word
    "pst": -8, "pdt": -7, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6,
    "gmt": 0, "utc": 0, "bst": 1, "cet": 1, "cest": 2, "aoe": -12,
}  # fmt: skip
_EUROPE = {"gmt": "Europe/London", "bst": "Europe/London", "cet": "Europe/Paris", "cest": "Europe/Paris"}
_AMERICA = {"p": "America/Los_Angeles", "e": "America/New_York", "c": "America/Chicago", "m": "America/Denver"}
_PLACES = {
    "America/Los_Angeles": r"california|mountain view|san francisco|palo alto|los angeles|seattle|, ca\b|, wa\b",
    "America/New_York": r"new york|boston|washington, d|atlanta|toronto|montreal|, ny\b|, ma\b",
    "America/Chicago": r"chicago|austin|texas|, tx\b|, il\b",
    "Europe/London": r"london|united kingdom|\buk\b|cambridge, u|oxford|edinburgh|manchester",
    "Europe/Paris": r"paris|france|berlin|munich|germany|amsterdam|netherlands|zurich|zürich|switzerland|spain|madrid|italy",
    "Asia/Tokyo": r"tokyo|japan",
    "Asia/Singapore": r"singapore",
    "Asia/Kolkata": r"bangalore|bengaluru|\bindia\b|hyderabad",
}
_MONTH_FIRST = re.compile(
    r"\bUSA?\b|\bU\.S\.|\bUnited States\b|\bCalifornia\b|\bNew York\b|\bSan Francisco\b|\bMountain View\b"
    r"|, (?:CA|NY|WA|TX|MA|IL|CO|DC|NJ|PA|VA|GA|FL|NC|OR|UT|AZ|OH|MI|MN)\b"
)
_END_OF_DAY = time(23, 59, 59)


def find(words: str) -> re.Match[str] | None:
    """The first date in the words, with its weekday and its time where they stand beside it. White space is single spaces."""
    return _PHRASE.search(words)


def instants(found: re.Match[str], *, published: datetime | None, place: str, month_first: bool | None, day_before: bool) -> list[datetime]:
    """The UTC instants that a found date may mean; empty when there is no such day, or no year to be had.

    A date without a time is the end of that day where the job is, in UTC where that is not known; `day_before` makes it the end of
    the day before. A year that is not written is the first one that lies after `published`.
    """
    clock = found["before"] or found["after"]
    days = _days(found, published, month_first=month_first if month_first is not None else bool(_MONTH_FIRST.search(place)) or None)
    if found["weekday"] and days:
        days = [near for day in days for near in (day, _nearest(day, _WEEKDAYS.index(found["weekday"].lower())))]
    if clock is None and day_before:
        days = [day - timedelta(days=1) for day in days]
    return [moment for day in days for moment in _moments(datetime.combine(day, _time_of(clock)), clock or "", place)]


def _days(found: re.Match[str], published: datetime | None, *, month_first: bool | None) -> list[date]:
    part = found.groupdict()
    if part["a"]:
        return _numeric(int(part["a"]), int(part["b"]), int(part["y4"]) % 100 + 2000, published, month_first=month_first)
    if part["y3"]:
        return _valid(int(part["y3"]), int(part["m3"]), int(part["d3"]))
    month = _MONTHS.index((part["m1"] or part["m2"])[:3].lower()) + 1
    day, year = int(part["d1"] or part["d2"]), part["y1"] or part["s1"] or part["y2"]
    if year:
        return _valid(int(year) % 100 + 2000, month, day)
    if published is None:
        return []
    coming = [written for ahead in range(2) for written in _valid(published.year + ahead, month, day) if written >= published.date()]
    return coming[:1]


def _numeric(first: int, second: int, year: int, published: datetime | None, *, month_first: bool | None) -> list[date]:
    """The readings of 03/04/2026: the American one in America or as a format says, else both that lie after the publication."""
    us, other = _valid(year, first, second), _valid(year, second, first)
    if month_first is not None:
        return (us or other) if month_first else (other or us)
    after = [day for day in us + other if published is None or day >= published.date()]
    return after or us + other


def _valid(year: int, month: int, day: int) -> list[date]:
    try:
        return [date(year, month, day)]
    except ValueError:
        return []


def _nearest(day: date, weekday: int) -> date:
    """The day of this weekday nearest to a date: the same day, unless the two disagree."""
    return day + timedelta(days=(weekday - day.weekday() + 3) % 7 - 3)


def _time_of(clock: str | None) -> time:
    """Noon for "12pm", the day's begin for midnight, which is the earlier reading; its end without a time."""
    if clock is None:
        return _END_OF_DAY
    if "midnight" in clock.lower():
        return time()
    read = _TIME.search(clock)
    if read is None:
        return time(12)
    if read["half"] and read["hour"]:
        hour, minute = int(read["hour"]) % 12 + (12 if read["half"].lower() == "p" else 0), int(read["minute"] or 0)
    else:
        hour, minute = int(read["h24"] or 12), int(read["min24"] or 0)
    return time(hour, minute) if hour < 24 and minute < 60 else _END_OF_DAY  # noqa: PLR2004  # a day's hours, an hour's minutes


def _moments(local: datetime, clock: str, place: str) -> list[datetime]:
    """In May "12pm PST" is both: noon in California, on daylight time then, and noon by the letter of PST."""
    named = _ZONE_NAME.search(clock)
    if named is None:
        return [local.replace(tzinfo=_zone_of(place)).astimezone(UTC)]
    name = named["zone"].lower()
    home = _EUROPE.get(name) or (None if name in {"utc", "aoe"} else _AMERICA.get(name[0]))
    readings = [local.replace(tzinfo=ZoneInfo(home)).astimezone(UTC)] if home else []
    if name in _OFFSETS:
        readings.append((local - timedelta(hours=_OFFSETS[name])).replace(tzinfo=UTC))
    return readings


def _zone_of(place: str) -> ZoneInfo:
    """The zone of a place that lies in one; the easternmost of several, whose day ends first."""
    zones = [zone for zone, names in _PLACES.items() if re.search(names, place, re.IGNORECASE)]
    return ZoneInfo(zones[-1] if zones else "UTC")  # `_PLACES` goes from west to east
