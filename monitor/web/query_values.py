"""The values of an address's query, within limits: strangers can write any address."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from monitor.errors import UserError

_MOST: Final = 100  # values
_LONGEST: Final = 500  # characters of a value


def query_values(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Return the values by their names. Raise UserError for too many, or for one too long."""
    found: dict[str, list[str]] = {}
    for number, (name, value) in enumerate(pairs):
        if number == _MOST:
            raise UserError(f"An address has at most {_MOST} values. Leave some out.")
        if len(name) > _LONGEST or len(value) > _LONGEST:
            raise UserError(f"{name[:40]}: use at most {_LONGEST} characters.")
        found.setdefault(name, []).append(value)
    return found
