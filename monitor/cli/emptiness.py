"""Sentences for a listing without rows, in the words of the question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


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
