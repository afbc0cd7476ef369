"""Values of the ats's own fields."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from crawler.read.text import clean


def instant(written: str | None) -> datetime | None:
    """The UTC instant of an ISO 8601 text; None for None. Raises ValueError."""
    if written is None:
        return None
    read = datetime.fromisoformat(written)
    return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)


def choice(fields: Iterable[Mapping[str, Any]] | None, names: Iterable[str]) -> str:
    """The text of the first custom field that has one of these names; several choices joined by "; ", "" for none."""
    wanted = set(names)
    for field in fields or ():
        value = field.get("value")
        if str(field.get("name")).casefold() in wanted and value:
            values = value if isinstance(value, list) else [value]
            return "; ".join(clean(one) for one in values if isinstance(one, str))
    return ""
