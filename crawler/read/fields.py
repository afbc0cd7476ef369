"""Read values of an ATS's own fields."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from crawler.read.text import clean

LONGEST_LINE = 5_000  # characters of a title, a place, an address or the like
LONGEST_TEXT = 1_000_000  # characters of a description; the longest seen have some 50,000
# characters of a company's name, which every line of a listing shows; an index of PostgreSQL holds
# at most 2,704 bytes
_LONGEST_NAME = 200
# other years are placeholders such as 0001-01-01 and 9999-12-31, where some calendars end
_YEARS = range(1970, 2200)


def is_placeholder(written: str) -> bool:
    """Return whether a date has a year that stands for no date: "9999-12-31"."""
    year = re.match("([0-9]{4})-", written)
    return year is not None and int(year[1]) not in _YEARS


def parse_instant(written: object) -> datetime | None:
    """Return the UTC instant of an ISO 8601 text. None for anything else and for placeholder years.

    A posting with a broken date is still a posting.
    """
    moment = parse_time(written)
    if moment is None or moment.tzinfo is None:
        return moment and moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC)


def parse_time(written: object) -> datetime | None:
    """Return the time of an ISO 8601 text, without a zone if it names none. None as above."""
    try:
        moment = datetime.fromisoformat(written) if isinstance(written, str) else None
    except ValueError:
        return None
    return moment if moment is not None and moment.year in _YEARS else None


def line(text: str) -> str:
    """Return the text as one clean line.

    Raises ValueError for an absurdly long one, so that no board floods tables and messages.
    """
    if len(text) > LONGEST_LINE:
        raise ValueError(f"a line of {len(text)} characters")
    return clean(text)


def clean_text(value: object) -> str:
    """Return a text or number as one clean line. "" for anything else or a very long text."""
    if (
        isinstance(value, bool)
        or not isinstance(value, (str, int))
        or len(text := str(value)) > LONGEST_LINE
    ):
        return ""
    return clean(text)


def company_name(value: object) -> str | None:
    """Return a company's name as one clean line. None if there is none or it is too long."""
    written = clean_text(value)
    return written if written and len(written) <= _LONGEST_NAME else None


def texts(value: object) -> list[str]:
    """Return the texts in a list, or the one that stands alone. Empty for anything else."""
    values = value if isinstance(value, list) else [value]
    return [item for item in values if isinstance(item, str)]


def dicts(value: object) -> list[Mapping[str, Any]]:
    """Return the mappings in a list. Empty for anything else."""
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def custom_field(fields: object, names: Iterable[str]) -> str:
    """Return the text of the first custom field with one of these names, or "".

    Several values are joined by "; ".
    """
    allowed = set(names)
    for field in dicts(fields):
        value = field.get("value")
        if str(field.get("name")).casefold() in allowed and value:
            values = value if isinstance(value, list) else [value]
            return line("; ".join(item for item in values if isinstance(item, str)))
    return ""
