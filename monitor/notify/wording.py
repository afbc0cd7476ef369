"""Text for messages: board text made harmless, and values as people write them. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from monitor.message_parts import FieldChange, Role
from monitor.messages import RoleMessage

TITLE_LIMIT: Final = 150  # UTF-16 units; the longest real one seen has 140
VALUE_LIMIT: Final = 300  # UTF-16 units of one fact
_MINUTE: Final = 60  # seconds
# A reminder is sent a little late: so much less than 2 days or 2 hours rounds up.
_LATE: Final = (
    (timedelta(days=2), timedelta(hours=1)),
    (timedelta(hours=2), timedelta(minutes=10)),
)
_HALF_A_DAY: Final = timedelta(hours=12)
_TWO_DAYS: Final = timedelta(days=2)
_URL: Final = 3000  # Slack's limit
_READ: Final = 4  # characters read for each one kept: whitespace collapses

# Characters that change the direction of the text around them, so that "exe.txt" reads as another
# name. Joiners stay: emoji need them.
_DIRECTION: Final = re.compile(
    "[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb]"
)
_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def utf16_length(text: str) -> int:
    """Return the length in UTF-16 units, which Slack counts."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def sanitize(text: str, limit: int = VALUE_LIMIT) -> str:
    """Return the text in one line of at most `limit` UTF-16 units.

    Control characters, escapes, direction marks and lone surrogates are removed.
    """
    head = text[: limit * _READ]
    line = " ".join(_SURROGATE.sub("\ufffd", _CONTROL.sub(" ", _DIRECTION.sub("", head))).split())
    return truncate(line if len(head) == len(text) else line + "…", limit)


def truncate(text: str, limit: int) -> str:
    """Return the text, cut with "…" if it is longer than `limit` UTF-16 units."""
    if utf16_length(text) <= limit:
        return text
    kept = text[: max(0, limit - 1)]
    over = utf16_length(kept) - (limit - 1)
    while kept and over > 0:
        over -= utf16_length(kept[-1])
        kept = kept[:-1]
    return kept.rstrip(" \u200d") + "…"


def safe_url(url: str) -> str | None:
    """Return the URL if it may be linked, else None.

    It must be http or https, have a host, contain no blanks and be within Slack's length.
    """
    if (
        utf16_length(url) > _URL
        or not url.isprintable()
        or any(character.isspace() or character in "<>|" for character in url)
    ):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in {"http", "https"} and parts.netloc else None


def time_left(role: Role, at: datetime) -> str:
    """Return the time left to apply. A reminder sent a little late still says "3 days"."""
    if role.deadline_at is None:
        return "some time"
    length = role.deadline_at - at
    late = next((late for least, late in _LATE if length >= least - late), timedelta(0))
    return span(length + late)


def span(length: timedelta) -> str:
    """Return a length of time in one unit: "20 days", "5 hours", "less than a minute"."""
    seconds = max(0, int(length.total_seconds()))
    if seconds < _MINUTE:
        return "less than a minute"
    unit, size = next(
        ((unit, size) for unit, size in (("day", 86400), ("hour", 3600)) if seconds >= 2 * size),
        ("minute", _MINUTE),
    )
    number = seconds // size
    return f"{number} {unit}" + ("s" if number > 1 else "")


def parse_instant(text: str) -> datetime | None:
    """Return the instant of an ISO timestamp with a time zone, else None."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else None


def fit_change(message: RoleMessage) -> str:
    """Return "now fits" or "no longer fits" if it holds for all rules, else an empty text."""
    changes = {why.fit_change for why in message.why}
    return changes.pop() if len(changes) == 1 else ""


def open_for(first: datetime | None, last: datetime | None) -> str:
    """Return the time between two instants, rounded to days.

    Empty if one is unknown, or if less than a minute lies between them.
    """
    if not first or not last or last - first < timedelta(minutes=1):
        return ""
    return _rounded_span(last - first)


def _rounded_span(length: timedelta) -> str:
    """Return a length of time, from a day and a half on in the nearest number of days."""
    return span(length + _HALF_A_DAY if length >= _TWO_DAYS - _HALF_A_DAY else length)


def deadline_shift(change: FieldChange) -> str:
    """Return "7 days later" for a moved deadline. Empty for other fields and unclear times.

    In days as they are counted: those between two zones, or as clocks change, are not 24 hours.
    """
    old, new = parse_instant(change.old), parse_instant(change.new)
    if change.field != "deadline" or old is None or new is None:
        return ""
    length = new - old
    return f"{_rounded_span(abs(length))} {'later' if length > timedelta(0) else 'earlier'}"


def count(number: int, noun: str) -> str:
    """Return `1 open role` or `57 open roles`."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def listed(names: Sequence[str]) -> str:
    """Return `A and B`, or `A, B, and C`."""
    if len(names) < 3:  # noqa: PLR2004  # from the third on, commas
        return " and ".join(names)
    return ", ".join(names[:-1]) + f", and {names[-1]}"
