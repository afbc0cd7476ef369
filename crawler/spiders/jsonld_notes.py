"""Notes of a board about its pages and their deadlines, kept between checks.

`validThrough` is a deadline once two readings days apart have the same. A page is read a second
time for that.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")
_APART = 2 * 86_400.0  # seconds between two readings of a deadline
_THROUGH = "through"  # the note of each `validThrough`, by the key of its posting


class Noted(msgspec.Struct, array_like=True):
    """A page as it was when it was read."""

    key: str  # of its posting; "" for none
    lastmod: str
    at: float = 0.0  # seconds since 1970
    is_daily: bool = False  # read again in a day: missing, broken, or without a job the first time


class Through(msgspec.Struct, array_like=True):
    """`validThrough` of a posting."""

    written: str
    at: float  # when it was first read, in seconds since 1970
    is_settled: bool = False  # it was read a second time: it is a deadline, or it moved


class Deadlines:
    """Recognizes a `validThrough` that a site computes for each request: it is no deadline."""

    def __init__(self, notes: dict[str, Any]) -> None:
        """Take the board's own notes."""
        self._through = as_noted(notes.get(_THROUGH, {}), dict[str, Through])
        self._notes = notes

    def proved(self, key: str, written: str, now: float) -> bool:
        """Return whether `validThrough` was the same at a reading days before this one."""
        if not written:
            self._through.pop(key, None)
            return False
        before = self._through.get(key)
        if before is None or before.written != written:
            self._through[key] = Through(written, now, is_settled=before is not None)
            return False
        is_apart = now - before.at >= _APART
        before.is_settled |= is_apart
        return is_apart

    def needs_reading(self, key: str, age: float) -> bool:
        """Return whether a page that was read so many seconds ago is read again for this."""
        through = self._through.get(key)
        return bool(through and not through.is_settled and age >= _APART)

    def are_settled(self) -> bool:
        """Return whether no page has to be read again."""
        return all(one.is_settled for one in self._through.values())

    def note(self, keys: AbstractSet[str]) -> None:
        """Note what the next check needs, for the postings with these keys."""
        self._notes[_THROUGH] = {
            key: msgspec.to_builtins(self._through[key]) for key in self._through.keys() & keys
        }


def as_noted(noted: object, form: type[dict[str, T]]) -> dict[str, T]:
    """Return a note; an empty one where it has another form. The next check then reads it all."""
    try:
        return msgspec.convert(noted, form)
    except msgspec.ValidationError:
        return {}
