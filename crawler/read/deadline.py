"""The last moment to apply, where a text names one.

A date without a time is the end of that day where the job is, or in UTC where the place's zone is not known; of two readings the
earlier instant is taken, since a reminder that comes early helps and one that comes late does not.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from crawler.items import Deadline

_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december")
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>20\d\d)"
_DATES = (
    re.compile(rf"\b{_DAY}(?:\s+of)?\s+{_MONTH}(?:,?\s+{_YEAR})?\b", re.IGNORECASE),
    re.compile(rf"\b{_MONTH}\s+{_DAY}(?:,?\s+{_YEAR})?\b", re.IGNORECASE),
    re.compile(rf"\b{_YEAR}-(?P<number>\d\d)-(?P<day>\d\d)\b"),
    re.compile(r"\b(?P<first>\d{1,2})/(?P<second>\d{1,2})/(?P<short>\d{4}|\d{2})\b"),
)
_TIME = re.compile(
    r"\b(?:(?P<noon>noon|midday)|(?P<midnight>midnight)|(?P<hour>\d{1,2})(?:[:.](?P<minute>[0-5]\d)(?::[0-5]\d)?)?\s?(?P<half>[ap]\.?m\b\.?)?)"
    r"(?:\s?\(?(?P<zone>P[SD]?T|E[SD]?T|C[SD]?T|M[SD]?T|GMT|BST|UTC|CES?T|AoE)\b)?",
    re.IGNORECASE,
)
_ZONES = {"p": "America/Los_Angeles", "e": "America/New_York", "c": "America/Chicago", "m": "America/Denver"}
_OFFSETS = {  # hours from UTC of a zone's name taken at its word
    "pst": -8, "pdt": -7, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6,
    "gmt": 0, "utc": 0, "bst": 1, "cet": 1, "cest": 2, "aoe": -12,
}  # fmt: skip
_LOCAL = {"gmt": "Europe/London", "bst": "Europe/London", "cet": "Europe/Paris", "cest": "Europe/Paris"}
_PLACES = {
    "America/Los_Angeles": r"california|mountain view|san francisco|palo alto|los angeles|seattle|, ca\b|, wa\b",
    "America/New_York": r"new york|boston|washington, d|atlanta|toronto|montreal|, ny\b|, ma\b",
    "America/Chicago": r"chicago|austin|texas|, tx\b|, il\b",
    "Europe/London": r"london|united kingdom|\buk\b|cambridge|oxford|edinburgh",
    "Europe/Zurich": r"zurich|zürich|switzerland",
    "Europe/Paris": r"paris|france|berlin|munich|germany|amsterdam",
    "Asia/Tokyo": r"tokyo|japan",
    "Asia/Singapore": r"singapore",
    "Asia/Kolkata": r"bangalore|bengaluru|india\b|hyderabad",
}
_AMERICA = re.compile(r"\b(?:us|usa|united states)\b|, [A-Z]{2}\b|california|new york|mountain view", re.IGNORECASE)
_CUE = re.compile(
    r"(?:application|applications|apply|submission)s?\s+(?:deadline|close[sd]?\b|closing date|window|due date)"
    r"|deadline\s+(?:to|for)\s+(?:apply|submit\w*|applications?|applying)"
    r"|closing\s+date|apply\s+(?:by|before|until|no later than)"
    r"|applications?\s+(?:will\s+be\s+accepted\s+until|(?:will\s+)?close|must be (?:received|submitted) by|are due)"
    r"|(?:posting|application window|applications?|job)\b[^.\n]{0,60}?\b(?:to\s+close|will\s+close|closes)\b",
    re.IGNORECASE,
)
_HINTS = ("deadline", "clos", "apply ", "due", "accepted until", "must be")  # one of them is in every cue
_AFTER_CUE = 120  # characters after the cue in which its date stands
_LEAD = re.compile(
    r"^\s*(?:information\b|\(?(?:MM/DD/YYYY|DD/MM/YYYY)\)?|is\b|are\b|on\b|by\b|before\b|until\b|expected to close\b|[:\-\u2013\s\[])*",
    re.IGNORECASE,
)


def read_deadline(text: str, *, published: datetime | None, place: str) -> Deadline | None:
    """The deadline that a description names, None when it names none ("rolling basis"); `published` gives a year that is not written."""
    lines = text.split("\n")
    for number, line in enumerate(lines):
        lowered = line.lower()
        if any(hint in lowered for hint in _HINTS):  # most texts have none, and the whole pattern takes half a millisecond
            found = _in_line(line, "\n".join(lines[number : number + 3]), published, place)
            if found:
                return found
    return None


def _in_line(line: str, text: str, published: datetime | None, place: str) -> Deadline | None:
    """The deadline whose cue is in `line`, with which `text` begins."""
    for cue in _CUE.finditer(line):
        after = text[cue.end() : cue.end() + _AFTER_CUE]
        sentence = re.split(r"(?<=[a-z\d)\]])\.\s|\n(?=\s*\S.{40})", after, maxsplit=1)[0]
        found = _date(sentence)
        if found:
            return _deadline(sentence, found, published, place)
    return None


def _date(sentence: str) -> re.Match[str] | None:
    matches = [match for pattern in _DATES if (match := pattern.search(sentence))]
    return min(matches, key=lambda match: (match.start(), -match.end()), default=None)


def _deadline(sentence: str, found: re.Match[str], published: datetime | None, place: str) -> Deadline:
    before, after = sentence[: found.start()], sentence[found.end() : found.end() + 30]
    clock = _clock(before, last=True) or _clock(after, last=False)
    end = found.end() + (clock.end() if clock and clock.string is after else 0)
    words = _LEAD.sub("", " ".join(sentence[:end].split())).strip(" ]")
    days = _days(found, published, place)
    instants = [instant for day in days for instant in _instants(day, clock, place)]
    return Deadline(min(instants) if instants else None, words)


def _clock(words: str, *, last: bool) -> re.Match[str] | None:
    """The time of day in these words: one that has minutes, a half of the day, or a name."""
    times = [match for match in _TIME.finditer(words) if match["noon"] or match["midnight"] or match["half"] or match["minute"]]
    return times[-1 if last else 0] if times else None


def _days(found: re.Match[str], published: datetime | None, place: str) -> list[date]:
    part = found.groupdict()
    if part.get("first"):
        return _numeric(int(part["first"]), int(part["second"]), int(part["short"]) % 100 + 2000, place)
    month = (
        int(part["number"])
        if part.get("number")
        else next(n for n, name in enumerate(_MONTHS, 1) if name.startswith(part["month"][:3].lower()))
    )
    if part["year"]:
        return _valid(int(part["year"]), month, int(part["day"]))
    if published is None:
        return []
    this_year = _valid(published.year, month, int(part["day"]))
    return this_year if this_year and this_year[0] >= published.date() else _valid(published.year + 1, month, int(part["day"]))


def _month(name: str) -> int:
    return next(number for number, month in enumerate(_MONTHS, 1) if month.startswith(name[:3].lower()))


def _numeric(first: int, second: int, year: int, place: str) -> list[date]:
    """Both readings of 03/04/2026, unless the place or the numbers say which."""
    if _AMERICA.search(place):
        return _valid(year, first, second) or _valid(year, second, first)
    return _valid(year, first, second) + _valid(year, second, first)


def _valid(year: int, month: int, day: int) -> list[date]:
    try:
        return [date(year, month, day)]
    except ValueError:
        return []


def _instants(day: date, clock: re.Match[str] | None, place: str) -> list[datetime]:
    """Every instant that the words may mean."""
    moment = datetime.combine(day, _time(clock))
    if clock and clock["midnight"]:
        moment = datetime.combine(day, time())
    zone = (clock["zone"] or "").lower() if clock else ""
    if not zone:
        return [moment.replace(tzinfo=_zone_of(place)).astimezone(UTC)]
    local = _LOCAL.get(zone) or (_ZONES.get(zone[0]) if zone not in {"utc", "aoe"} else None)
    readings = [moment.replace(tzinfo=ZoneInfo(local)).astimezone(UTC)] if local else []
    if zone in _OFFSETS:
        readings.append((moment - timedelta(hours=_OFFSETS[zone])).replace(tzinfo=UTC))
    return readings


def _time(clock: re.Match[str] | None) -> time:
    if clock is None:
        return time(23, 59, 59)
    if clock["noon"] or clock["midnight"]:
        return time(12)
    hour, minute = int(clock["hour"]), int(clock["minute"] or 0)
    half = (clock["half"] or "").lower()[:1]
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    return time(hour, minute) if hour < 24 else time(23, 59, 59)  # noqa: PLR2004  # hours of a day


def _zone_of(place: str) -> ZoneInfo:
    """The zone of a place that lies in one; the easternmost of several, whose day ends first."""
    zones = [zone for zone, names in _PLACES.items() if re.search(names, place, re.IGNORECASE)]
    now = datetime(2000, 1, 1)  # noqa: DTZ001  # to compare offsets only
    return max((ZoneInfo(zone) for zone in zones), key=lambda zone: zone.utcoffset(now) or timedelta(), default=ZoneInfo("UTC"))
