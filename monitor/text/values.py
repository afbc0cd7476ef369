"""Values as text: cleaned of escape sequences, shortened, counted, named in a sentence. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from math import isfinite

from monitor.text.money import format_stored_pay

_ESCAPE = re.compile(
    r"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|\x1b[ -/]*[0-~]"
)
# with what turns the direction of writing
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_INSTANT = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d):\d\d\.\d{6}Z")


def clean(text: str) -> str:
    """Return the text without escape sequences and control characters. Line breaks stay."""
    return _CONTROL.sub("", _ESCAPE.sub("", text))


def short(value: object) -> str:
    """Return a value as a table shows it: instants to the minute, `133000`, nothing for null."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%MZ")
    if isinstance(value, str) and (instant := _INSTANT.fullmatch(value)):
        return f"{instant[1]} {instant[2]}Z"
    return as_text(value)


def field_value(field: str, value: object) -> str:
    """Return a field's value as a person reads it: pay as money, all else as `short` has it."""
    stored = short(value)
    return (format_stored_pay(stored) or stored) if field == "pay" else stored


def age(since: object, now: datetime) -> str:
    """Return how long ago an instant was, in one unit: `12m`, `5h`, `9d`, `4mo`, `2y`."""
    if since is None:
        return ""
    instant = since if isinstance(since, datetime) else datetime.fromisoformat(str(since))
    minutes = max(0, int((now - instant).total_seconds() // 60))
    for size, unit, most in ((1, "m", 60), (60, "h", 48), (1440, "d", 100), (43_200, "mo", 24)):
        if minutes < size * most:
            return f"{minutes // size}{unit}"
    return f"{minutes // 525_600}y"


def counted(number: int, word: str) -> str:
    """Return `1 posting` or `1,057 postings`.

    `notify.wording.count` does the same, and would load Slack's library into every command.
    """
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def plain(value: object) -> object:
    """Return a database value as JSON has it: ISO instants, numbers, null."""
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, (Decimal, float)):
        return _number(value)
    return value if value is None or isinstance(value, (bool, int, str)) else _words(value)


def _words(value: object) -> str:
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value).hex()
    return value.isoformat() if isinstance(value, date) else str(value)


def _number(value: Decimal | float) -> int | float | None:
    if not isfinite(value):
        return None
    return int(value) if value == int(value) else float(value)


def as_text(value: object) -> str:
    """Return a value as CSV has it: "" for null, lists joined by `; `, no control characters."""
    found = plain(value)
    if found is None:
        return ""
    if isinstance(found, list) and not any(isinstance(item, (list, dict)) for item in found):
        return "; ".join(map(as_text, found))
    if isinstance(found, (bool, list, dict)):
        return json.dumps(found, ensure_ascii=False, default=str)
    return clean(str(found))


def shortened(text: str, length: int) -> str:
    """Return the text on one line, cut to that many characters with `…`."""
    line = " ".join(clean(text).split())
    return line if len(line) <= length else line[: length - 1] + "…"


def no_match(
    what: str, wanted: Mapping[str, Sequence[str] | str | None], near: str | None = None
) -> str:
    """Return `No open role matches “zzz”`.

    `wanted` has the values asked for by their verb, such as `matches` or `is on`.
    """
    asked = [f"{verb} {_named(values)}" for verb, values in wanted.items() if values]
    line = f"No {what} {_joined(asked)}" if asked else f"No {what} yet"
    return f"{line}. Did you mean “{near}”?" if near else line


def _named(values: Sequence[str] | str) -> str:
    return values if isinstance(values, str) else " and ".join(f"“{value}”" for value in values)


def _joined(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
