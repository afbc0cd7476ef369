"""Read values of an ATS's own fields."""

from __future__ import annotations

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


def parse_instant(written: object) -> datetime | None:
    """Return the UTC instant of an ISO 8601 text. None for anything else and for placeholder years.

    A posting with a broken date is still a posting.
    """
    if not isinstance(written, str):
        return None
    try:
        instant = datetime.fromisoformat(written)
    except ValueError:
        return None
    if instant.year not in _YEARS:
        return None
    return instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)


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
