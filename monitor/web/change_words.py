"""A changed field as a page says it: a verb, the old and the new value, passages of an edit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any, Final

from monitor.message_parts import FieldChange, Role
from monitor.notify import wording
from monitor.notify.compose.changes import FIELDS, Phrase, phrase
from monitor.notify.document import Line
from monitor.text.dates import ends_a_day, format_day, format_moment, stated_day, states_time
from monitor.text.diff import DiffPassage, Piece, edited_passages, word_diff
from monitor.text.money import format_stored_pay
from monitor.text.values import shortened

_ORDER: Final = tuple(FIELDS)
_LONGEST: Final = 200  # characters of a value
_READ: Final = 1_000  # characters of a deadline's words
_ROLE: Final = Role(posting="", company="", title="", url="")  # no phrase used here reads it
_WHOLE: Final = 2_000  # characters of a description that was added or removed as a whole


@dataclass(frozen=True, slots=True)
class ChangeWords:
    """One changed field. Old and new are empty where the verb says it all."""

    field: str
    verb: str  # "Raised pay"
    old: str = ""
    new: str = ""
    note: str = ""  # "+6%"
    joins: str = ": "  # verb and value
    passages: tuple[DiffPassage, ...] = ()

    @property
    def is_edit(self) -> bool:
        """Return True for a description, whose values are texts."""
        return self.field == "description"


def in_order(words: Sequence[ChangeWords]) -> list[ChangeWords]:
    """Return the changes in the order in which a message tells them."""
    return sorted(words, key=lambda one: _ORDER.index(one.field) if one.field in _ORDER else 99)


def change_words(row: Mapping[str, Any], zone: tzinfo, now: datetime) -> ChangeWords:
    """Return the words for a row of `posting_changes` with a field, but for its passages."""
    field, old, new = str(row["field"]), str(row["old"] or ""), str(row["new"] or "")
    if field == "title":
        pieces = tuple(word_diff(old, new)) if old and new else ()
        return ChangeWords(field, "Renamed", _value(old), _value(new), passages=pieces)
    said = phrase(FieldChange(field, old, new), _ROLE) if old != new else Phrase("no change")
    verb = said.verb[:1].upper() + said.verb[1:]
    if field == "deadline":
        before, after = (_deadline(value, zone, now) for value in (old, new))
        return ChangeWords(field, verb, before, after)
    if field == "pay":
        return ChangeWords(field, verb, _pay(old), _pay(new), percent(row["pay_change_percent"]))
    if field == "url":
        return ChangeWords(field, verb, _value(old), _value(new))
    return ChangeWords(field, verb, _plain(said.old), _plain(said.new), joins=said.joins)


def percent(value: object) -> str:
    """Return `+6.4%`, or with a minus sign `-12%`. Empty for no value."""
    if value is None:
        return ""
    number = float(str(value))
    digits = 0 if abs(number) >= 10 or number == round(number) else 1  # noqa: PLR2004  # two digits
    return f"{number:+.{digits}f}%".replace("-", "\N{MINUS SIGN}")


def description_passages(old: str, new: str) -> tuple[DiffPassage, ...]:
    """Return the passages of an edit. A text that was added or removed as a whole is one."""
    if edited := edited_passages(old, new):
        return tuple(edited)
    if old.strip() and new.strip():
        return ()
    kept = shortened(old or new, _WHOLE)
    return ([Piece("old" if old.strip() else "new", kept)],) if kept else ()


def deadline_words(at: datetime, written: str, zone: tzinfo, now: datetime) -> str:
    """Return `Dec 18, 5 pm PST`, or `Dec 18` for a deadline that is only a day."""
    written = written[:_READ]
    if states_time(written) or (not written and not ends_a_day(at)):
        return format_moment(at, zone, with_year=at.astimezone(zone).year != now.year)
    return format_deadline_day(at, written, zone, now)


def format_deadline_day(at: datetime, written: str, zone: tzinfo, now: datetime) -> str:
    """Return `Dec 18`: a list has no space for the time. It is the day that the words state."""
    written = written[:_READ]
    day = at if states_time(written) else stated_day(at, written)
    return format_day(day, zone, with_year=day.astimezone(zone).year != now.year)


def _deadline(value: str, zone: tzinfo, now: datetime) -> str:
    at = wording.parse_instant(value)
    if at is not None:
        return deadline_words(at, "", zone, now)
    return f"“{_value(value)}”" if value else ""


def _pay(stored: str) -> str:
    return format_stored_pay(stored) or (f"“{_value(stored)}”" if stored else "")


def _value(text: str) -> str:
    return wording.sanitize(text, _LONGEST)


def _plain(line: Line) -> str:
    return "".join(span.text for span in line)
