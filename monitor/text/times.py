"""Read a TIME that people type into an instant.

dateutil does not serve: it reads `7` as a day of this month, and guesses which number of 01/02/2026
is the month.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from monitor.errors import UserError
from monitor.text.local_time import latest_instant

_SPAN = re.compile(
    r"(?:(\d+)\s*([smhdw])|(\d+|an?|last)\s+(sec(?=s?\b)|second|min(?=s?\b)|minute|hr|hour|day|wk|week|mo|month|yr|year)s?)(?:\s+ago)?"
)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_DAYS = {"month": 30, "year": 365}
_SHORT = {"sec": "second", "min": "minute", "hr": "hour", "wk": "week", "mo": "month", "yr": "year"}
_CLOCK = re.compile(
    r"(?:^|[\s,]+)(?:at\s+)?(?:(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d))?"
    r"|(?P<hour12>\d{1,2})(?::(?P<minute12>\d\d))?\s*(?P<half>[ap])\.?m\.?)(?:\s*(?:utc|gmt|z))?$"
)
_NAMED = {"today": timedelta(0), "yesterday": timedelta(days=1)}
_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WEEKDAYS = {"tues": 1, "weds": 2, "thur": 3, "thurs": 3} | {
    written: number for number, name in enumerate(_NAMES) for written in (name, name[:3])
}
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th)\b|,|\bof\b")
_FORMS = (
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%d.%m.%Y",
    "%d %b %Y",
    "%d %B %Y",
    "%d-%b-%Y",
    "%b %d %Y",
    "%B %d %Y",
    "%b %Y",
    "%B %Y",
    "%Y-%m",
)
_WITHOUT_YEAR = ("%d %b", "%d %B", "%b %d", "%B %d", "%b", "%B")
_LONGEST = 100  # characters: a search for a clock takes time by their square
_YEARS = 9  # between two of the 29th of February, at most
_ACCEPTED = (
    "7d, 2 weeks ago, yesterday 09:00, last friday, 1 Nov 2026, 2026-03-01 or 2026-03-01T12:00:00Z"
)


def parse_time(text: str, now: datetime) -> datetime:
    """Return the UTC instant that `text` names.

    It is `7d` or `2 weeks ago` before `now`; a day such as `yesterday`, `friday`, `1 Nov 2026` or
    `Nov 1`, with or without a clock (its midnight in UTC); a clock alone; or an ISO instant (UTC
    unless it says otherwise). A weekday, a clock or a date without a year is the last one up to
    now. Raises UserError for anything else.
    """
    words = " ".join(text.casefold().split())
    if len(words) > _LONGEST:
        raise UserError(f"a text of {len(words)} characters is no time: give one like {_ACCEPTED}")
    try:
        if span := _SPAN.fullmatch(words):
            return now - _span(*span.groups())
        if words == "now":
            return now
        return _day_and_clock(words, now.astimezone(UTC)) or _iso(text.strip().upper())
    except (ValueError, OverflowError) as error:
        raise UserError(f"{text!r} is no time: give one like {_ACCEPTED}") from error


def since_words(text: str) -> str:
    """Return `in the last 7 days` for `7d` and `7 days`, and `since yesterday` for `yesterday`."""
    words = " ".join(text.casefold().split())
    found = _SPAN.fullmatch(words)
    if found is None or words.endswith("ago"):
        return f"since {text}"
    if found[1] is None:
        return f"in the last {words if found[3].isdigit() else found[4]}"
    unit = _UNITS[found[2]]
    return f"in the last {found[1]} {unit.removesuffix('s') if found[1] == '1' else unit}"


def _span(short: str | None, letter: str | None, long: str | None, unit: str | None) -> timedelta:
    """Return the duration of `7d` or `2 weeks`."""
    if short is not None and letter is not None:
        return timedelta(**{_UNITS[letter]: int(short)})
    unit = _SHORT.get(unit or "", unit)
    number = int(long) if long is not None and long.isdigit() else 1
    return (
        timedelta(days=number * _DAYS[unit]) if unit in _DAYS else timedelta(**{f"{unit}s": number})
    )


def _iso(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).astimezone(UTC)


def _day_and_clock(words: str, now: datetime) -> datetime | None:
    """Return the time of `yesterday 09:00`, `1 nov` or `9am`, or None if it begins with no day."""
    clock = _CLOCK.search(words)
    at = _clock(clock) if clock else time()
    if clock and not clock.start():
        return latest_instant(at, ZoneInfo("UTC"), now)
    day = _day(words[: clock.start()] if clock else words, now.date())
    return None if day is None else datetime.combine(day, at, UTC)


def _clock(read: re.Match[str]) -> time:
    """Return the clock time. Raises ValueError for an impossible one."""
    if read["hour"] is not None:
        return time(int(read["hour"]), int(read["minute"]), int(read["second"] or 0))
    hour = int(read["hour12"])
    if not 1 <= hour <= 12:  # noqa: PLR2004
        raise ValueError(read[0])
    return time(hour % 12 + (12 if read["half"] == "p" else 0), int(read["minute12"] or 0))


def _day(words: str, today: date) -> date | None:
    return (
        today - _NAMED[words] if words in _NAMED else _weekday(words, today) or _date(words, today)
    )


def _weekday(words: str, today: date) -> date | None:
    """Return the day of `friday`, today included, or of `last friday`, before today."""
    which, _, name = words.rpartition(" ")
    if name not in _WEEKDAYS or which not in {"", "on", "last"}:
        return None
    days = (today.weekday() - _WEEKDAYS[name]) % 7
    return today - timedelta(days=7 if which == "last" and not days else days)


def _date(words: str, today: date) -> date | None:
    """Return the date of `1 nov 2026`, `november 1st`, `nov 2026` or `fri 20 nov 2026`.

    Raises ValueError if the weekday is wrong.
    """
    first, *rest = _ORDINAL.sub(" ", words).split()
    weekday = _WEEKDAYS.get(first) if rest else None
    bare = " ".join(rest if weekday is not None else [first, *rest])
    found = _among(bare, _FORMS) or _last(bare, today)
    if found is not None and weekday not in {None, found.weekday()}:
        raise ValueError(words)
    return found


def _last(words: str, today: date) -> date | None:
    """Return the last such day of a year, up to today."""
    forms = [f"{form} %Y" for form in _WITHOUT_YEAR]
    days = (_among(f"{words} {year}", forms) for year in range(today.year, today.year - _YEARS, -1))
    return next((day for day in days if day is not None and day <= today), None)


def _among(words: str, forms: tuple[str, ...] | list[str]) -> date | None:
    for form in forms:
        try:
            return datetime.strptime(words, form).replace(tzinfo=UTC).date()
        except ValueError:
            continue
    return None


def optional_time(text: str | None, now: datetime) -> datetime | None:
    """Return the time that `parse_time` reads, or None for an option that was not given."""
    return None if text is None else parse_time(text, now)
