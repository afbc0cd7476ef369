"""A date with or without a time, as people write it, and the UTC instants that it may mean where the job is.

Names of months and weekdays, and the order of day and month in each country, are CLDR's by way of
Babel. dateparser 1.5 does not serve: of 321 cases of deadlines it has 152 right and 165 wrong. It
gives a date for 92 of 93 texts without a deadline, one reading where the words allow two, takes
what is missing from a clock, and needs 9 ms a text (`docs/accuracy.md`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import islice
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError

from crawler.read import zone_names
from crawler.read.territory import LANGUAGES, territories, zones

_END_OF_DAY = time(23, 59, 59)
_TIME = re.compile(
    r"(?<!\d)(?:(?P<hour>\d{1,2})(?:[:.h](?P<minute>\d\d)(?::(?P<second>\d\d))?)?)?\D{0,6}?(?P<half>[ap])\.?m\b"
    r"|(?<!\d)(?P<h24>\d{1,2})(?:[:.h](?P<min24>\d\d)(?::(?P<sec24>\d\d))?|\s?h\b)",
    re.IGNORECASE,
)
_WHOLE_HOUR = re.compile(r"(?<![\d:.])(\d{1,2})\s?(?:uhr|uur|h|hod|hs)\b", re.IGNORECASE)
_DIGITS = re.compile(r"\d{1,4}")
_BEHIND_DAY = re.compile(
    r"(?:st|nd|rd|th|er|[º°ª.])?[\s-](?:of\s|de\s|di\s|d['\u2019])?([^\W\d_]{3})|\s?[/.-]\s?\d|年|\.([^\W\d_]{3})",
    re.IGNORECASE,
)
_MOST_NUMBERS = 2_000  # in one line


@lru_cache(maxsize=1)
def _months() -> dict[str, int]:
    """The number of each month by its names in all languages, with and without accents, in small letters."""
    found: dict[str, int] = {"sept": 9}
    for language in LANGUAGES:
        for form in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in Locale(language).months[form][width].items():
                    for written in (
                        name.rstrip(".").casefold(),
                        _plain(name.rstrip(".").casefold()),
                    ):
                        if len(written) > 2:  # noqa: PLR2004
                            found.setdefault(written, number)
    return found


@lru_cache(maxsize=1)
def _weekdays() -> dict[str, int]:
    found: dict[str, int] = {}
    for language in LANGUAGES:
        for width in ("wide", "abbreviated"):
            for number, name in Locale(language).days["format"][width].items():
                if len(name.rstrip(".")) > 2 and name.isascii() == (  # noqa: PLR2004
                    language == "en" or name.isascii()
                ):
                    found.setdefault(name.rstrip(".").casefold(), number)
    return found | {"tues": 1, "thur": 3, "thurs": 3}


def _plain(name: str) -> str:
    return "".join(
        letter
        for letter in unicodedata.normalize("NFKD", name.replace("ł", "l"))
        if not unicodedata.combining(letter)
    )


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
    zone = zone_names.pattern()
    clock = (
        rf"(?:(?:kl|klokken|um|à|alle|ore|om|o\sgodz|a\slas|às|ora)\.?\s)?"
        rf"(?:(?:12\s)?noon|midday|midnight|(?:[01]?\d|2[0-4])[:.h][0-5]\d(?![./]?\d)(?::[0-5]\d)?(?:\s?[ap]\.?m\b\.?)?"
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


def places_of_dates(line: str) -> Iterator[int]:
    """Where the line may hold a date: a quick look that most lines with digits in them end with."""
    for number in islice(_DIGITS.finditer(line), _MOST_NUMBERS):
        behind = _BEHIND_DAY.match(line, number.end())
        word = behind and (behind[1] or behind[2])
        if (behind and not word) or (word and word.casefold() in _begins_of_months()):
            yield number.start()
        elif number.start() and line[number.start() - 1] == " ":
            before = line[max(0, number.start() - 14) : number.start()].split()
            if before and before[-1][:3].casefold() in _begins_of_months():
                yield number.start()


@lru_cache(maxsize=1)
def _begins_of_months() -> frozenset[str]:
    return frozenset(name[:3] for name in _months())


def find_dates(words: str, start: int = 0) -> re.Match[str] | None:
    """The first date in the words, with its weekday and its time where they stand beside it. White space is single spaces."""
    return _phrase().search(words, start)


def is_span(found: re.Match[str]) -> bool:
    """Whether the found date ends a span of days: "4 to 22 January"."""
    day = found.start("d1") if found["d1"] else found.start("d2") if found["d2"] else -1
    return day > 0 and bool(
        re.search(r"\d\D{1,8}$", found.string[max(found.start(), day - 10) : day])
    )


def follows(found: re.Match[str], words: str) -> re.Match[str] | None:
    """The date that ends the range which the found one begins: "4 January to 22 January"; None when it begins none."""
    joint = re.match(
        r",?\s?(?:[-\u2013\u2014]|to|until|till|through|and\s(?:will\s)?closes?(?:\son)?|and|bis(?: zum)?|au|al|t/m|tot en met|do"
        r"|až)\s?(?:the\s)?",
        words[found.end() :],
    )
    second = find_dates(words, found.end() + joint.end()) if joint else None
    return second if joint and second and second.start() == found.end() + joint.end() else None


def instants(
    found: re.Match[str],
    *,
    published: datetime | None,
    place: str,
    month_first: bool | None,
    day_before: bool,
) -> list[datetime]:
    """The UTC instants that a found date may mean; empty when there is no such day, or no year to be had.

    A date without a time is the end of that day where the job is, in UTC where that is not known;
    `day_before` makes it the end of the day before. A year that is not written is the first one
    that lies after `published`.
    """
    if found["iso"]:
        written = f"{found['y3']}-{int(found['m3']):02}-{int(found['d3']):02}T{found['iso'].replace(' ', '')}"
        return [datetime.fromisoformat(written).astimezone(UTC)]
    clock = found["before"] or found["after"]
    days = _days(
        found, published, month_first=_month_first(place) if month_first is None else month_first
    )
    if found["weekday"] and days:
        days = [
            near
            for day in days
            for near in (day, _nearest(day, _weekdays()[found["weekday"].casefold()]))
        ]
    if clock is None and day_before:
        days = [day - timedelta(days=1) for day in days]
    zone = (_zone_in(clock) if clock else None) or found["zone"]
    return [
        moment
        for day in days
        for moment in _moments(datetime.combine(day, _time_of(clock)), zone, place)
    ]


@lru_cache(maxsize=1)
def _zone() -> re.Pattern[str]:
    return re.compile(zone_names.pattern(), re.IGNORECASE)


def _zone_in(clock: str) -> str | None:
    found = _zone().search(clock)
    return found[0] if found else None


@lru_cache(maxsize=1024)
def _month_first(place: str) -> bool | None:
    """Whether 03/04 is the fourth of March in the place's countries, by CLDR; None where they differ or none is known."""
    orders = set()
    for country in territories(place):
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
        return _numeric(found, published, month_first=month_first)
    if part["y3"]:
        return _valid(int(part["y3"]), int(part["m3"]), int(part["d3"]))
    month = _months()[(part["m1"] or part["m2"]).rstrip(".").casefold()]
    day, year = int(part["d1"] or part["d2"]), part["y1"] or part["s1"] or part["y2"]
    return _valid(int(year) % 100 + 2000, month, day) if year else _coming(month, day, published)


def _coming(month: int, day: int, published: datetime | None) -> list[date]:
    """The first such day on or after the publication."""
    if published is None:
        return []
    return [
        written
        for ahead in range(2)
        for written in _valid(published.year + ahead, month, day)
        if written >= published.date()
    ][:1]


def _numeric(
    found: re.Match[str], published: datetime | None, *, month_first: bool | None
) -> list[date]:
    """The readings of 03/04/2026: with points the day is first, else as the format or the country says, else both after the publication."""
    first, second, year = (
        int(found["a"]),
        int(found["b"]),
        found["y4"] or found["y5"] or found["y6"],
    )
    if "." in found[0][found.start("a") - found.start() : found.end("b") - found.start()]:
        month_first = False
    us, other = (
        (_valid(int(year) % 100 + 2000, *order) if year else _coming(*order, published))
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
    """The day of this weekday nearest to a date: the same day, unless the two disagree."""
    return day + timedelta(days=(weekday - day.weekday() + 3) % 7 - 3)


def _time_of(clock: str | None) -> time:
    """Noon for "12pm", the day's begin for midnight, which is the earlier reading; its end without a time."""
    if clock is None:
        return _END_OF_DAY
    if "midnight" in clock.lower():
        return time()
    if whole := _WHOLE_HOUR.search(clock):
        return time(int(whole[1])) if int(whole[1]) < 24 else _END_OF_DAY  # noqa: PLR2004
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
    # a day's hours
    return time(hour, minute, second) if hour < 24 and minute < 60 and second < 60 else _END_OF_DAY  # noqa: PLR2004


def _moments(local: datetime, zone: str | None, place: str) -> list[datetime]:
    named = zone_names.instants(local, zone, place) if zone else []
    return named or [
        min(
            local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
            for zone in zones(place) or ("UTC",)
        )
    ]
