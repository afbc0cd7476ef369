"""Lines for a message of several changes: `Pay: A → **B**`."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from monitor.message_parts import FieldChange, Role
from monitor.notify import wording
from monitor.notify.compose import facts, values
from monitor.notify.compose.changes import ARROW, FIELDS, field_name, was
from monitor.notify.document import Line, emphasized, text

_LABELS: Final = FIELDS | {"deadline": "apply by"}


def labelled(change: FieldChange, role: Role, workplace: str | None, at: datetime) -> Line:
    """Return a line of its own for one of several changes: `Pay: A → **B**`.

    `workplace`: the former one, if it changed too. `at`: the time of the change.
    """
    if change.field == "title" and change.old != change.new:
        return was(change)
    label = _LABELS.get(change.field, field_name(change.field)).capitalize()
    if change.old == change.new:
        return text(f"{label}: changed and changed back")
    old, new = _sides(change, role, role.workplace if workplace is None else workplace, at)
    shift = wording.deadline_shift(change)
    shifted = text(f" ({shift})" if shift else "")
    if old and new:
        return (*text(f"{label}: "), *old, *ARROW, *emphasized(new), *shifted)
    if new:
        return (*text(f"{label}: "), *emphasized(new))
    ended = "changed" if change.new else "not stated"
    return (
        (*text(f"{label}: {ended} (was "), *old, *text(")")) if old else text(f"{label}: changed")
    )


def _sides(change: FieldChange, role: Role, workplace: str, at: datetime) -> tuple[Line, Line]:
    """Return both values as a reader of the role's facts knows them."""
    match change.field:
        case "location":
            old, new = values.places(change.old, workplace), facts.place(role)
            shown = values.move_sides(change, old, new) if change.old and change.new else (old, new)
            return text(shown[0] if change.old else ""), text(shown[1] if change.new else "")
        case "deadline":
            return values.deadline(change.old, role, at), values.deadline(change.new, role, at)
        case "pay":
            return values.pay(change.old), values.pay(change.new)
        case "url" | "description":
            return (), ()
        case "workplace":
            return text(values.workplace_name(change.old)), text(values.workplace_name(change.new))
        case _:
            return text(values.short(change.old)), text(values.short(change.new))
