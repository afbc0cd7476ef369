"""The old and new values of a changed field, as people write them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from monitor.message_parts import FieldChange, Role
from monitor.notify import wording
from monitor.notify.compose import facts
from monitor.notify.document import Line, text
from monitor.text.dates import ends_a_day
from monitor.text.money import format_stored_pay
from monitor.text.places import difference, format_places, split_places

_VALUE_LIMIT: Final = 80  # UTF-16 units
_WORKPLACES: Final = {"onsite": "on-site"}


def move_sides(change: FieldChange, old: str, new: str) -> tuple[str, str]:
    """Return both sides of a move. Where they do not show what differs, only that."""
    dropped, added = difference(split_places(change.old), split_places(change.new))
    if all(name in old for name in dropped) and all(name in new for name in added) and old != new:
        return old, new
    if dropped and added:
        return listed(dropped), listed(added)
    return short(change.old), short(change.new)


def listed(names: Sequence[str]) -> str:
    return short(", ".join(dict.fromkeys(names)))


def places(location: str, workplace: str) -> str:
    return short(format_places(split_places(location), workplace))


def short(value: str, limit: int = _VALUE_LIMIT) -> str:
    return wording.sanitize(value, limit)


def workplace_name(workplace: str) -> str:
    return _WORKPLACES.get(workplace, short(workplace, 20))


def deadline(value: str, role: Role, reference: datetime | None = None) -> Line:
    """Return one side of a changed deadline. Only the role's own has its words.

    `reference`: the time of the change. A date over six months after it has its year.
    """
    at = wording.parse_instant(value)
    if at is not None:
        written = role.deadline_text if at == role.deadline_at or not ends_a_day(at) else ""
        return (facts.instant(at, written, reference),)
    words = short(value)
    return text(f"“{words}”" if words else "")


def pay(stored: str) -> Line:
    return text(format_stored_pay(stored) or "")
