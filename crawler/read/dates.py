"""Find dates in a text, as people write them.

Names of months and weekdays come from CLDR (`cldr.py`). `deadline.py` says why dateparser does
not serve.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

from crawler.read import time_zones
from crawler.read.cldr import tables

_DIGITS = re.compile(r"\d{1,4}")
_AFTER_DAY = re.compile(
    r"(?:st|nd|rd|th|er|[º°ª.])?[\s-](?:of\s|de\s|di\s|d['\u2019])?([^\W\d_]{3})|\s?[/.-]\s?\d|[年년]"
    r"|\.([^\W\d_]{3})",
    re.IGNORECASE,
)
_MAX_NUMBERS = 2_000  # in one line
_YEARS = ("y1", "s1", "y2", "y3", "y4", "y5", "y6", "y7")  # groups of `_phrase`


@lru_cache(maxsize=1)
def months() -> dict[str, int]:
    """Return the number of each month by its names in all languages, with and without accents."""
    return tables().months | {"sept": 9}


@lru_cache(maxsize=1)
def weekdays() -> dict[str, int]:
    """Return the number of each weekday by its names in all languages, Monday as 0."""
    return tables().weekdays | {"tues": 1, "thur": 3, "thurs": 3}


@lru_cache(maxsize=1)
def _phrase() -> re.Pattern[str]:
    month = (
        "(?:"
        + "|".join(sorted(map(re.escape, months()), key=len, reverse=True))
        + r")(?![^\W\d_])\.?"
    )
    weekday = "|".join(sorted(map(re.escape, weekdays()), key=len, reverse=True))
    nth = r"(?:st|nd|rd|th|er|[º°ª.])?"
    to = r"\s?(?:[-\u2013\u2014]|to|until|bis|au|al)\s?"
    year = r"(?:20\d\d)(?!\d)"
    zone = time_zones.pattern()
    clock = (
        rf"(?:(?:klo?|klokken|um|à|alle|ore|om|o\sgodz|a\slas|às|ora)\.?\s)?"
        rf"(?:(?:12\s)?(?:noon|midday)|midnight|(?:[01]?\d"
        rf"|2[0-4])[:.h][0-5]\d(?![./]?\d)(?::[0-5]\d)?(?:\s?[ap]\.?m\b\.?)?"
        rf"|\d{{1,2}}\s?[ap]\.?m\b\.?|\d{{1,2}}\s?(?:uhr|uur|h\b)|klo?\.?\s\d{{1,2}}(?![\d:.]))"
        rf"(?:\s(?:noon|midday|midnight|uhr|uur))?(?:,?\s?\(?{zone}\)?)?"
    )
    written = rf"""
        (?:\d{{1,2}}{nth}{to})?(?P<d1>\d{{1,2}}){nth}(?:\s(?:of\s|de\s|di\s|d['\u2019]\s?)?|-|(?<=\.))(?P<m1>{month})
            (?:,?\s?(?:de\s|del\s)?(?P<y1>{year})|-(?P<s1>20\d\d|\d\d)(?!\d))?
        |(?P<m2>{month})\s(?:\d{{1,2}}{nth}{to})?(?P<d2>\d{{1,2}}){nth}(?![\d:])(?:,?\s(?P<y2>{year}))?
        |(?P<y3>20\d\d)(?:\s?[-/.]\s?|年|년\s?)(?P<m3>\d{{1,2}})(?:\s?[-/.]\s?|月|월\s?)(?P<d3>\d{{1,2}})(?!\d)[日일]?
            (?:[T ](?P<iso>\d\d:\d\d(?::\d\d)?(?:\.\d{{1,9}})?\s?(?:Z|[+-]\d\d:?\d\d)))?
        |(?!24/7(?!\d|\s20\d\d))(?P<a>\d{{1,2}})(?:[/-]|\.\s?)(?P<b>\d{{1,2}})
            (?:/(?P<y4>20\d\d|\d\d)(?!\d)|-(?P<y5>20\d\d)(?!\d)|\.\s?(?P<y6>20\d\d|\d\d)(?!\d)
            |(?:(?<=/\d)|(?<=/\d\d))\s(?P<y7>20\d\d)(?!\d|\s?(?:h|hrs?|hours?|uhr|uur|[A-Z]{{1,3}}T|UTC)\b)
            |(?<!-\d)(?<!-\d\d)\.?(?![\d/%:]|\s?(?:[ap]\.?m\b|%|weeks|months|days|hours|inch|of|fte|uhr|uur|h\b)))
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
        if (after and not word) or (word and word.casefold() in _begins_ofmonths()):
            yield number.start()
        elif number.start() and line[number.start() - 1] == " ":
            before = line[max(0, number.start() - 14) : number.start()].split()
            if before and before[-1][:3].casefold() in _begins_ofmonths():
                yield number.start()


@lru_cache(maxsize=1)
def _begins_ofmonths() -> frozenset[str]:
    return frozenset(name[:3] for name in months())


def find_date(words: str, start: int = 0) -> re.Match[str] | None:
    """Return the first date in a text with single spaces, with the weekday and time next to it."""
    return _phrase().search(words, start)


def has_year(match: re.Match[str]) -> bool:
    """Return True if the date names its year."""
    return any(match[name] for name in _YEARS)


def is_span(match: re.Match[str]) -> bool:
    """Return True if the date ends a span of days: "4 to 22 January"."""
    day = match.start("d1") if match["d1"] else match.start("d2") if match["d2"] else -1
    return day > 0 and bool(
        re.search(r"\d\D{1,8}$", match.string[max(match.start(), day - 10) : day])
    )


def end_of_range(match: re.Match[str], words: str) -> re.Match[str] | None:
    """Return the date that ends the range of a first one: "4 January to 22 January". Else None."""
    joint = re.match(
        r",?\s?(?:[-\u2013\u2014]|to|until|till|through|and\s(?:will\s)?closes?(?:\son)?|and"
        r"|bis(?: zum)?|au|al|t/m|tot en met|do"
        r"|až)\s?(?:the\s)?",
        words[match.end() :],
    )
    second = find_date(words, match.end() + joint.end()) if joint else None
    return second if joint and second and second.start() == match.end() + joint.end() else None
