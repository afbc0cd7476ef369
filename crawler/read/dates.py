"""Find dates as people write them, and return the UTC instants that each may mean.

Names of months and weekdays, and the order of day and month in each country, come from CLDR through
Babel. `deadline.py` says why dateparser does not serve.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import islice
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError

from crawler.read import time_zones
from crawler.read.countries import LANGUAGES, countries_of, time_zones_of
from crawler.read.letters import fold_letters

_END_OF_DAY = time(23, 59, 59)
_TIME = re.compile(
    r"(?<!\d)(?:(?P<hour>\d{1,2})(?:[:.h](?P<minute>\d\d)(?::(?P<second>\d\d))?)?)?\D{0,6}?"
    r"(?P<half>[ap])\.?m\b"
    r"|(?<!\d)(?P<h24>\d{1,2})(?:[:.h](?P<min24>\d\d)(?::(?P<sec24>\d\d))?|\s?h\b)",
    re.IGNORECASE,
)
_WHOLE_HOUR = re.compile(r"(?<![\d:.])(\d{1,2})\s?(?:uhr|uur|h|hod|hs)\b", re.IGNORECASE)
_DIGITS = re.compile(r"\d{1,4}")
_AFTER_DAY = re.compile(
    r"(?:st|nd|rd|th|er|[º°ª.])?[\s-](?:of\s|de\s|di\s|d['\u2019])?([^\W\d_]{3})|\s?[/.-]\s?\d|年"
    r"|\.([^\W\d_]{3})",
    re.IGNORECASE,
)
_SHORTEST_NAME = 3  # letters of a month or weekday
_HOURS = 24
_MAX_NUMBERS = 2_000  # in one line


@lru_cache(maxsize=1)
def _months() -> dict[str, int]:
    """Return the number of each month by its names in all languages, with and without accents."""
    numbers: dict[str, int] = {"sept": 9}
    for language in LANGUAGES:
        for form in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in Locale(language).months[form][width].items():
                    for written in (
                        name.rstrip(".").casefold(),
                        fold_letters(name.rstrip(".")),
                    ):
                        if len(written) >= _SHORTEST_NAME:
                            numbers.setdefault(written, number)
    return numbers


@lru_cache(maxsize=1)
def _weekdays() -> dict[str, int]:
    numbers: dict[str, int] = {}
    for language in LANGUAGES:
        for width in ("wide", "abbreviated"):
            for number, name in Locale(language).days["format"][width].items():
                if len(name.rstrip(".")) >= _SHORTEST_NAME and name.isascii() == (
                    language == "en" or name.isascii()
                ):
                    numbers.setdefault(name.rstrip(".").casefold(), number)
    return numbers | {"tues": 1, "thur": 3, "thurs": 3}


@lru_cache(maxsize=1)
def _phrase() -> re.Pattern[str]:
    month = (
        "(?:"
        + "|".join(sorted(map(re.escape, _months()), key=len, reverse=True))
        + r")(?![^\W\d_])\.?"
    )
    weekday = "|".join(sorted(map(re.escape, _weekdays()), key=len, reverse=True))
    nth = r"(?:st|nd|rd|th|er|[º°ª.])?"
    to = r"\s?(?:[-\u2013\u2014]|to|until|bis|au|al)\s?"
    year = r"(?:20\d\d)(?!\d)"
    zone = time_zones.pattern()
    clock = (
        rf"(?:(?:kl|klokken|um|à|alle|ore|om|o\sgodz|a\slas|às|ora)\.?\s)?"
        rf"(?:(?:12\s)?noon|midday|midnight|(?:[01]?\d"
        rf"|2[0-4])[:.h][0-5]\d(?![./]?\d)(?::[0-5]\d)?(?:\s?[ap]\.?m\b\.?)?"
        rf"|\d{{1,2}}\s?[ap]\.?m\b\.?|\d{{1,2}}\s?(?:uhr|uur|h\b))"
        rf"(?:\s(?:noon|midnight|uhr|uur))?(?:,?\s?\(?{zone}\)?)?"
    )
    written = rf"""
        (?:\d{{1,2}}{nth}{to})?(?P<d1>\d{{1,2}}){nth}(?:\s(?:of\s|de\s|di\s|d['\u2019]\s?)?|-|(?<=\.))(?P<m1>{month})
            (?:,?\s?(?:de\s|del\s)?(?P<y1>{year})|-(?P<s1>20\d\d|\d\d)(?!\d))?
        |(?P<m2>{month})\s(?:\d{{1,2}}{nth}{to})?(?P<d2>\d{{1,2}}){nth}(?![\d:])(?:,?\s(?P<y2>{year}))?
        |(?P<y3>20\d\d)(?:\s?[-/.]\s?|年)(?P<m3>\d{{1,2}})(?:\s?[-/.]\s?|月)(?P<d3>\d{{1,2}})(?!\d)日?
            (?:[T ](?P<iso>\d\d:\d\d(?::\d\d)?(?:\.\d{{1,9}})?\s?(?:Z|[+-]\d\d:?\d\d)))?
        |(?P<a>\d{{1,2}})(?:[/-]|\.\s?)(?P<b>\d{{1,2}})
            (?:/(?P<y4>20\d\d|\d\d)(?!\d)|-(?P<y5>20\d\d)(?!\d)|\.\s?(?P<y6>20\d\d|\d\d)(?!\d)
            |(?<!-\d)(?<!-\d\d)\.?(?![\d/%:]|\s?(?:[ap]\.?m\b|%|weeks|months|days|hours|uhr|uur|h\b)))
    """
    return re.compile(
        rf"""
        (?<![\w/.-])
        (?:(?P<before>{clock}),?\s(?:on\s|am\s|den\s)?(?:the\s)?)?
        (?:(?P<weekday>{weekday})\.?,?\s(?:the\s|den\s|dem\s|der\s|le\s)?)?
        (?:{written.strip()})
        (?:,?\s?(?:-\s|\(|(?:at|by|@|before|um|à|alle|ore|om|kl\.?|a\slas|às|o\sgodz\.?)\s)?(?P<after>(?<!\d){clock})\)?
            |,?\s?\(?(?P<zone>{zone})\)?)?
        """,
        re.VERBOSE | re.IGNORECASE,
    )


def date_positions(line: str) -> Iterator[int]:
    """Yield the positions at which the line may hold a date. Quick, to skip most lines."""
    for number in islice(_DIGITS.finditer(line), _MAX_NUMBERS):
        after = _AFTER_DAY.match(line, number.end())
        word = after and (after[1] or after[2])
        if (after and not word) or (word and word.casefold() in _begins_of_months()):
            yield number.start()
        elif number.start() and line[number.start() - 1] == " ":
            before = line[max(0, number.start() - 14) : number.start()].split()
            if before and before[-1][:3].casefold() in _begins_of_months():
                yield number.start()


@lru_cache(maxsize=1)
def _begins_of_months() -> frozenset[str]:
    return frozenset(name[:3] for name in _months())


def find_date(words: str, start: int = 0) -> re.Match[str] | None:
    """Return the first date in a text with single spaces, with the weekday and time next to it."""
    return _phrase().search(words, start)


def is_span(found: re.Match[str]) -> bool:
    """Return True if the date ends a span of days: "4 to 22 January"."""
    day = found.start("d1") if found["d1"] else found.start("d2") if found["d2"] else -1
    return day > 0 and bool(
        re.search(r"\d\D{1,8}$", found.string[max(found.start(), day - 10) : day])
    )


def end_of_range(found: re.Match[str], words: str) -> re.Match[str] | None:
    """Return the date that ends the range of a first one: "4 January to 22 January". Else None."""
    joint = re.match(
        r",?\s?(?:[-\u2013\u2014]|to|until|till|through|and\s(?:will\s)?closes?(?:\son)?|and"
        r"|bis(?: zum)?|au|al|t/m|tot en met|do"
        r"|až)\s?(?:the\s)?",
        words[found.end() :],
    )
    second = find_date(words, found.end() + joint.end()) if joint else None
    return second if joint and second and second.start() == found.end() + joint.end() else None


def instants(
    found: re.Match[str],
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
    if found["iso"]:
        day = f"{found['y3']}-{int(found['m3']):02}-{int(found['d3']):02}"
        clock = found["iso"].replace(" ", "")
        return [datetime.fromisoformat(f"{day}T{clock}").astimezone(UTC)]
    clock = found["before"] or found["after"]
    days = _days(
        found, published, month_first=_month_first(place) if month_first is None else month_first
    )
    if found["weekday"] and days:
        days = [
            candidate
            for day in days
            for candidate in (day, _nearest(day, _weekdays()[found["weekday"].casefold()]))
        ]
    if clock is None and day_before:
        days = [day - timedelta(days=1) for day in days]
    zone = (_zone_in(clock) if clock else None) or found["zone"]
    return [
        instant
        for day in days
        for instant in _instants_in_zone(datetime.combine(day, _time_of(clock)), zone, place)
    ]


@lru_cache(maxsize=1)
def _zone() -> re.Pattern[str]:
    return re.compile(time_zones.pattern(), re.IGNORECASE)


def _zone_in(clock: str) -> str | None:
    found = _zone().search(clock)
    return found[0] if found else None


@lru_cache(maxsize=1024)
def _month_first(place: str) -> bool | None:
    """Return True if 03/04 is March 4 in the place's countries. None if unknown or they differ."""
    orders = set()
    for country in countries_of(place):
        try:
            pattern = str(Locale.parse(f"und_{country}").date_formats["short"].pattern)
        except (UnknownLocaleError, ValueError):
            continue
        orders.add(None if pattern.startswith("y") else pattern.index("M") < pattern.index("d"))
    return orders.pop() if len(orders) == 1 else None


def _days(
    found: re.Match[str], published: datetime | None, *, month_first: bool | None
) -> list[date]:
    part = found.groupdict()
    if part["a"]:
        return _numeric_readings(found, published, month_first=month_first)
    if part["y3"]:
        return _valid(int(part["y3"]), int(part["m3"]), int(part["d3"]))
    month = _months()[(part["m1"] or part["m2"]).rstrip(".").casefold()]
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
    found: re.Match[str], published: datetime | None, *, month_first: bool | None
) -> list[date]:
    """Return the readings of 03/04/2026.

    With points the day is first. Else the stated format or the country decides. Else both readings
    on or after the publication count.
    """
    first, second, year = (
        int(found["a"]),
        int(found["b"]),
        found["y4"] or found["y5"] or found["y6"],
    )
    if "." in found[0][found.start("a") - found.start() : found.end("b") - found.start()]:
        month_first = False
    us, other = (
        (_valid(int(year) % 100 + 2000, *order) if year else _next_occurrence(*order, published))
        for order in ((first, second), (second, first))
    )
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
        return time(int(whole[1])) if int(whole[1]) < _HOURS else _END_OF_DAY
    read = _TIME.search(clock)
    if read is None:
        return time(12)
    if read["half"] and read["hour"]:
        hour = int(read["hour"]) % 12 + (12 if read["half"].lower() == "p" else 0)
        minute, second = int(read["minute"] or 0), int(read["second"] or 0)
    else:
        hour, minute, second = (
            int(read["h24"] or 12),
            int(read["min24"] or 0),
            int(read["sec24"] or 0),
        )
    try:
        return time(hour, minute, second)
    except ValueError:
        return _END_OF_DAY  # an impossible time counts as none


def _instants_in_zone(local: datetime, zone: str | None, place: str) -> list[datetime]:
    named = time_zones.instants(local, zone, place) if zone else []
    return named or [
        min(
            local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
            for zone in time_zones_of(place) or ("UTC",)
        )
    ]
