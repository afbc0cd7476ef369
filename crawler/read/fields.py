"""Values of the ats's own fields."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from crawler.read.text import clean

LONGEST_LINE = 5_000  # characters of a title, a place, an address or the like
LONGEST_TEXT = 1_000_000  # characters of a description; the longest seen have some 50,000
# characters of a company's name, which stands in every line of a listing; PostgreSQL's index has
# room for 2,704 bytes
_LONGEST_NAME = 200
# others are placeholders, 0001-01-01 and 9999-12-31 among them, and some calendars end there
_YEARS = range(1970, 2200)


def parse_instant(written: object) -> datetime | None:
    """The UTC instant of an ISO 8601 text; None for anything else, and far from today: a role is worth more than the date beside it."""
    if not isinstance(written, str):
        return None
    try:
        read = datetime.fromisoformat(written)
    except ValueError:
        return None
    if read.year not in _YEARS:
        return None
    return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)


def line(text: str) -> str:
    """A text as one clean line. Raises ValueError when it is longer than any is, so that no board fills our tables and messages."""
    if len(text) > LONGEST_LINE:
        raise ValueError(f"a line of {len(text)} characters")
    return clean(text)


def clean_text(value: object) -> str:
    """A text or a number as one clean line; "" for anything else, and for one that is too long."""
    if (
        isinstance(value, bool)
        or not isinstance(value, (str, int))
        or len(text := str(value)) > LONGEST_LINE
    ):
        return ""
    return clean(text)


def company_name(value: object) -> str | None:
    """A company's name as one clean line; None for anything else, and for one that is too long."""
    written = clean_text(value)
    return written if written and len(written) <= _LONGEST_NAME else None


def dicts(value: object) -> list[Mapping[str, Any]]:
    """The tables of a list; empty for anything else."""
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def custom_field(fields: object, names: Iterable[str]) -> str:
    """The text of the first custom field that has one of these names; several choices joined by "; ", "" for none."""
    wanted = set(names)
    for field in dicts(fields):
        value = field.get("value")
        if str(field.get("name")).casefold() in wanted and value:
            values = value if isinstance(value, list) else [value]
            return line("; ".join(one for one in values if isinstance(one, str)))
    return ""
