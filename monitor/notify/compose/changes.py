"""A changed field in words, in the three forms that messages need.

headline   raised pay: $141k–245k → **$150k–260k**
sentence   raised pay from $141k–245k to $150k–260k
list       raised pay to $150k–260k
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from monitor.message_parts import FieldChange, Role
from monitor.notify import wording
from monitor.notify.compose import values
from monitor.notify.document import Line, emphasized, joined, text
from monitor.text.money import format_stored_pay, read_stored_pay
from monitor.text.places import difference, split_places

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
ARROW: Final = text(" → ")


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
            return (*text(f"{self.verb}: "), *self.old, *ARROW, *emphasized(self.new))
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


def phrase(change: FieldChange, role: Role, at: datetime | None = None) -> Phrase:
    """Return the words for a change of a role, seen `at` that time."""
    if change.old == change.new:
        return Phrase(f"changed the {FIELDS.get(change.field, change.field)} and changed it back")
    if change.field == "deadline":
        return _deadline(change, role, at)
    make = _PHRASES.get(change.field)
    return make(change, role) if make else Phrase(f"changed the {field_name(change.field)}")


def field_name(of: str) -> str:
    return FIELDS.get(of) or wording.sanitize(of.replace("_", " "), 40)


def in_order(changes: Sequence[FieldChange]) -> list[FieldChange]:
    """Return the changes in the order of messages."""
    order = list(FIELDS)
    return sorted(changes, key=lambda one: order.index(one.field) if one.field in FIELDS else 99)


def named_fields(changes: Sequence[FieldChange]) -> str:
    """Return `pay, deadline, and description`."""
    return wording.listed([field_name(change.field) for change in in_order(changes)])


def _title(change: FieldChange, _role: Role) -> Phrase:
    return Phrase("renamed this role", listed=f"renamed, was “{values.short(change.old, 100)}”")


def _location(change: FieldChange, _role: Role) -> Phrase:
    old, new = values.places(change.old, ""), values.places(change.new, "")
    if not old or not new:
        return _one_sided_location(old, new)
    dropped, added = difference(split_places(change.old), split_places(change.new))
    if added and not dropped:
        return Phrase("added", new=text(values.listed(added)), joins=" ")
    if dropped and not added:
        return Phrase(f"dropped {values.listed(dropped)}")
    before, after = values.move_sides(change, old, new)
    return Phrase("moved this role", text(before), text(after), listed="moved")


def _one_sided_location(old: str, new: str) -> Phrase:
    if new:
        return Phrase("set the location", new=text(new))
    return Phrase("dropped the location", text(old)) if old else Phrase("changed the location")


def _workplace(change: FieldChange, _role: Role) -> Phrase:
    if not change.new:
        return Phrase(f"no longer calls this role {values.workplace_name(change.old)}")
    name = values.workplace_name(change.new)
    return Phrase(f"made this role {name}", listed=f"made it {name}")


def _employment(change: FieldChange, _role: Role) -> Phrase:
    return Phrase(
        "changed employment", text(values.short(change.old)), text(values.short(change.new))
    )


def _department(change: FieldChange, _role: Role) -> Phrase:
    return Phrase(
        "changed the department", text(values.short(change.old)), text(values.short(change.new))
    )


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


def _deadline(change: FieldChange, role: Role, at: datetime | None) -> Phrase:
    old, new = values.deadline(change.old, role, at), values.deadline(change.new, role, at)
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
    "url": _url,
    "description": _description,
}


def was(change: FieldChange) -> Line:
    """Return `Was “old title”`."""
    return text(f"Was “{values.short(change.old, wording.TITLE_LIMIT)}”")


def listing(changes: Sequence[FieldChange], role: Role, at: datetime | None = None) -> Line:
    """Return the changes as a list says them: `raised pay to B, added London`."""
    shown = [change for change in in_order(changes) if change.old != change.new]
    return joined((phrase(change, role, at).listing for change in shown), ", ")
