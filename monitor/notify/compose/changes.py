"""A changed field in words, in the three forms that messages need.

headline   raised pay: $141k–245k → **$150k–260k**
sentence   raised pay from $141k–245k to $150k–260k
list       raised pay to $150k–260k
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from monitor.messages import FieldChange, Role
from monitor.notify import wording
from monitor.notify.compose import facts
from monitor.notify.document import Line, emphasized, joined, text
from monitor.text.dates import ends_a_day
from monitor.text.money import format_stored_pay, read_stored_pay
from monitor.text.places import difference, format_places, split_places

# every field in the order of messages, with its name there
FIELDS: Final = {
    "title": "title",
    "location": "location",
    "workplace": "workplace",
    "employment_type": "employment",
    "department": "department",
    "pay": "pay",
    "deadline": "deadline",
    "url": "link",
    "description": "description",
}
_LABELS: Final = FIELDS | {"deadline": "apply by"}
_ARROW: Final = text(" → ")
_VALUE_LIMIT: Final = 80  # UTF-16 units
_WORKPLACES: Final = {"onsite": "on-site"}


@dataclass(frozen=True, slots=True)
class Phrase:
    """A change in words: a verb, and the values that it takes."""

    verb: str  # "raised pay"
    old: Line = ()
    new: Line = ()
    # the verb within a list, where the role stands in front: "moved" for "moved this role"
    listed: str = ""
    joins: Literal[": ", " "] = ": "  # verb and new value, without an old one

    @property
    def headline(self) -> Line:
        if self.old and self.new:
            return (*text(f"{self.verb}: "), *self.old, *_ARROW, *emphasized(self.new))
        if self.new:
            return (*text(self.verb + self.joins), *emphasized(self.new))
        return self._ended(self.verb)

    @property
    def sentence(self) -> Line:
        if self.old and self.new:
            return (*text(f"{self.verb} from "), *self.old, *text(" to "), *self.new)
        return (*text(self.verb + self.joins), *self.new) if self.new else self._ended(self.verb)

    @property
    def listing(self) -> Line:
        verb = self.listed or self.verb
        if self.old and self.new:
            before = (*text(" from "), *self.old) if self.listed == "moved" else ()
            return (*text(verb), *before, *text(" to "), *self.new)
        return (*text(verb + self.joins), *self.new) if self.new else self._ended(verb)

    def _ended(self, verb: str) -> Line:
        return (*text(f"{verb} (was "), *self.old, *text(")")) if self.old else text(verb)


def phrase(change: FieldChange, role: Role) -> Phrase:
    """Return the words for a change of a role."""
    if change.old == change.new:
        return Phrase(f"changed the {FIELDS.get(change.field, change.field)} and changed it back")
    make = _PHRASES.get(change.field)
    return make(change, role) if make else Phrase(f"changed the {_name(change.field)}")


def _name(of: str) -> str:
    return FIELDS.get(of) or wording.sanitize(of.replace("_", " "), 40)


def in_order(changes: Sequence[FieldChange]) -> list[FieldChange]:
    """Return the changes in the order of messages."""
    order = list(FIELDS)
    return sorted(changes, key=lambda one: order.index(one.field) if one.field in FIELDS else 99)


def named_fields(changes: Sequence[FieldChange]) -> str:
    """Return `pay, deadline, and description`."""
    return wording.listed([_name(change.field) for change in in_order(changes)])


def _title(change: FieldChange, _role: Role) -> Phrase:
    return Phrase("renamed this role", listed=f"renamed, was “{_short(change.old, 100)}”")


def _location(change: FieldChange, _role: Role) -> Phrase:
    old, new = _places(change.old, ""), _places(change.new, "")
    if not old or not new:
        return _one_sided_location(old, new)
    dropped, added = difference(split_places(change.old), split_places(change.new))
    if added and not dropped:
        return Phrase("added", new=text(_listed(added)), joins=" ")
    if dropped and not added:
        return Phrase(f"dropped {_listed(dropped)}")
    before, after = _telling(change, old, new)
    return Phrase("moved this role", text(before), text(after), listed="moved")


def _telling(change: FieldChange, old: str, new: str) -> tuple[str, str]:
    """Return both sides of a move. Where they do not show what differs, only that."""
    dropped, added = difference(split_places(change.old), split_places(change.new))
    if all(name in old for name in dropped) and all(name in new for name in added) and old != new:
        return old, new
    if dropped and added:
        return _listed(dropped), _listed(added)
    return _short(change.old), _short(change.new)


def _one_sided_location(old: str, new: str) -> Phrase:
    if new:
        return Phrase("set the location", new=text(new))
    return Phrase("dropped the location", text(old)) if old else Phrase("changed the location")


def _listed(places: Sequence[str]) -> str:
    return _short(", ".join(dict.fromkeys(places)))


def _places(location: str, workplace: str) -> str:
    return _short(format_places(split_places(location), workplace))


def _short(value: str, limit: int = _VALUE_LIMIT) -> str:
    return wording.sanitize(value, limit)


def _workplace(change: FieldChange, _role: Role) -> Phrase:
    if not change.new:
        return Phrase(f"no longer calls this role {_workplace_name(change.old)}")
    name = _workplace_name(change.new)
    return Phrase(f"made this role {name}", listed=f"made it {name}")


def _workplace_name(workplace: str) -> str:
    return _WORKPLACES.get(workplace, _short(workplace, 20))


def _employment(change: FieldChange, _role: Role) -> Phrase:
    return Phrase("changed employment", text(_short(change.old)), text(_short(change.new)))


def _department(change: FieldChange, _role: Role) -> Phrase:
    return Phrase("changed the department", text(_short(change.old)), text(_short(change.new)))


def _pay(change: FieldChange, _role: Role) -> Phrase:
    old, new = (format_stored_pay(value) or "" for value in (change.old, change.new))
    if old and new:
        return Phrase(f"{_pay_verb(change)} pay", text(old), text(new))
    if change.old and change.new:  # one side is a posting's own words, which are not shown
        return Phrase("changed pay", text(old), text(new))
    return Phrase("now states pay" if new else "no longer states pay", text(old), text(new))


def _pay_verb(change: FieldChange) -> str:
    """Return `raised` if no end of the range is lower, `lowered` if none is higher."""
    old, new = read_stored_pay(change.old), read_stored_pay(change.new)
    if old is None or new is None or old.unit != new.unit:
        return "changed"
    ends = [(old.minimum, new.minimum), (old.maximum, new.maximum)]
    if any((before is None) != (after is None) for before, after in ends):
        return "changed"
    moves = [after - before for before, after in ends if before is not None and after is not None]
    if all(move >= 0 for move in moves):
        return "raised"
    return "lowered" if all(move <= 0 for move in moves) else "changed"


def _deadline(change: FieldChange, role: Role) -> Phrase:
    old, new = _deadline_value(change.old, role), _deadline_value(change.new, role)
    if not old:
        return Phrase("set a deadline", new=new)
    if not new:
        return Phrase("dropped the deadline", old)
    before, after = wording.parse_instant(change.old), wording.parse_instant(change.new)
    if before is None or after is None:
        return Phrase("changed the deadline", old, new)
    if after > before:
        return Phrase("extended the deadline", old, new)
    return Phrase("set an earlier deadline", old, new, listed="moved the deadline")


def _deadline_value(value: str, role: Role) -> Line:
    """Return one side of a changed deadline. Only the role's own has its words."""
    at = wording.parse_instant(value)
    if at is not None:
        written = role.deadline_text if at == role.deadline_at or not ends_a_day(at) else ""
        return (facts.instant(at, written),)
    words = _short(value)
    return text(f"“{words}”" if words else "")


def _url(_change: FieldChange, _role: Role) -> Phrase:
    return Phrase("changed the link")


def _description(_change: FieldChange, _role: Role) -> Phrase:
    return Phrase("edited the description")


_PHRASES: Final[dict[str, Callable[[FieldChange, Role], Phrase]]] = {
    "title": _title,
    "location": _location,
    "workplace": _workplace,
    "employment_type": _employment,
    "department": _department,
    "pay": _pay,
    "deadline": _deadline,
    "url": _url,
    "description": _description,
}


def labelled(change: FieldChange, role: Role, workplace: str | None = None) -> Line:
    """Return a line of its own for one of several changes: `Pay: A → **B**`.

    `workplace`: the former one, if it changed too.
    """
    if change.field == "title" and change.old != change.new:
        return was(change)
    label = _LABELS.get(change.field, _name(change.field)).capitalize()
    if change.old == change.new:
        return text(f"{label}: changed and changed back")
    old, new = _sides(change, role, role.workplace if workplace is None else workplace)
    shift = wording.deadline_shift(change)
    shifted = text(f" ({shift})" if shift else "")
    if old and new:
        return (*text(f"{label}: "), *old, *_ARROW, *emphasized(new), *shifted)
    if new:
        return (*text(f"{label}: "), *emphasized(new))
    ended = "changed" if change.new else "not stated"
    return (
        (*text(f"{label}: {ended} (was "), *old, *text(")")) if old else text(f"{label}: changed")
    )


def _sides(change: FieldChange, role: Role, workplace: str) -> tuple[Line, Line]:
    """Return both values as a reader of the role's facts knows them."""
    match change.field:
        case "location":
            old, new = _places(change.old, workplace), facts.place(role)
            shown = _telling(change, old, new) if change.old and change.new else (old, new)
            return text(shown[0] if change.old else ""), text(shown[1] if change.new else "")
        case "deadline":
            return _deadline_value(change.old, role), _deadline_value(change.new, role)
        case "pay":
            return _pay_text(change.old), _pay_text(change.new)
        case "url" | "description":
            return (), ()
        case "workplace":
            return text(_workplace_name(change.old)), text(_workplace_name(change.new))
        case _:
            return text(_short(change.old)), text(_short(change.new))


def _pay_text(stored: str) -> Line:
    return text(format_stored_pay(stored) or "")


def was(change: FieldChange) -> Line:
    """Return `Was “old title”`."""
    return text(f"Was “{_short(change.old, wording.TITLE_LIMIT)}”")


def listing(changes: Sequence[FieldChange], role: Role) -> Line:
    """Return the changes as a list says them: `raised pay to B, added London`."""
    told = [change for change in in_order(changes) if change.old != change.new]
    return joined((phrase(change, role).listing for change in told), ", ")
