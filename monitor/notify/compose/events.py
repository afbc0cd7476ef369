"""Put an event of a role into words: the headline, the lines below it, and one sentence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from monitor.message_parts import FieldChange, Role, RoleKind
from monitor.messages import RoleMessage
from monitor.notify import wording
from monitor.notify.compose import changes, facts, passages
from monitor.notify.compose.labelled import labelled
from monitor.notify.document import DOT, Document, Line, Span, bold, joined, sign, text

SIGNS: Final[dict[RoleKind, str]] = {
    "opened": "new",
    "revised": "pencil2",
    "closed": "white_circle",
    "reopened": "arrows_counterclockwise",
}
# a change of these fields is also shown in the channel
IMPORTANT: Final = frozenset({"title", "location", "pay", "deadline"})


def broadcasts(message: RoleMessage) -> bool:
    """Return whether a reply is also shown in the channel."""
    return (
        message.kind in {"closed", "reopened"}
        or any(change.field in IMPORTANT for change in message.changes)
        or bool(wording.fit_change(message))
    )


def opened_words(role: Role) -> str:
    return "posted this role again" if role.repost_of else "is hiring"


def event_words(message: RoleMessage) -> Line:
    """Return what the employer did: `raised pay: $141k–245k → **$150k–260k**`."""
    if message.kind == "opened":
        return text(opened_words(message.role))
    if message.kind != "revised":
        return text(_ended_words(message))
    if len(message.changes) == 1:
        return changes.phrase(message.changes[0], message.role, message.at).headline
    return text(
        f"changed {changes.named_fields(message.changes)}"
        if message.changes
        else "changed this role"
    )


def _ended_words(message: RoleMessage) -> str:
    """Return `closed this role after 23 days` or `is hiring again after 19 days`."""
    words = "closed this role" if message.kind == "closed" else "is hiring again"
    length = wording.open_for(message.before_at, message.at)
    return f"{words} after {length}" if length else words


def headline(of: str, role: Role, words: Line, message: RoleMessage) -> Line:
    fit = wording.fit_change(message)
    return (
        *sign(of),
        *text(f"{facts.company(role)} "),
        *words,
        *((*text(DOT), *bold(fit)) if fit else ()),
        *mentions(message.mention),
    )


def mentions(users: Sequence[str]) -> Line:
    return tuple(span for user in users for span in (Span(" "), Span(user=user)))


def changed_lines(message: RoleMessage) -> list[Line]:
    """Return a line for each of several changes. The headline has a single change."""
    if message.kind == "reopened":
        return [_differing_facts(message)]
    if message.kind != "revised":
        return []
    shown = changes.in_order(message.changes)
    if len(shown) == 1:
        return [changes.was(shown[0])] if _is_renaming(shown[0]) else []
    workplace = next((one.old for one in shown if one.field == "workplace"), None)
    return [
        _described(message, change)
        if change.field == "description"
        else labelled(change, message.role, workplace, message.at)
        for change in shown
    ]


def _is_renaming(change: FieldChange) -> bool:
    return change.field == "title" and change.old != change.new


def _described(message: RoleMessage, change: FieldChange) -> Line:
    quoted = passages.quotes(change, message).shown
    return text("Description:" if quoted else "Description: edited")


def _differing_facts(message: RoleMessage) -> Line:
    """Return the facts of a reopened role that differ from before."""
    role, fields = message.role, {change.field for change in message.changes}
    line = joined(
        [
            text(facts.place(role) if fields & {"location", "workplace"} else ""),
            text(facts.employment(role) if "employment_type" in fields else ""),
            text(facts.pay(role) if "pay" in fields else ""),
            facts.apply_by(role, message.at) if "deadline" in fields else (),
        ]
    )
    return _capitalized(line)


def _capitalized(line: Line) -> Line:
    first = line[0].text if line else ""
    return (Span(first[:1].upper() + first[1:]), *line[1:]) if first else line


def quotes(message: RoleMessage) -> Document:
    """Return the changed passages of the description."""
    described = [change for change in message.changes if change.field == "description"]
    if message.kind != "revised" or not described:
        return ()
    return passages.quotes(described[0], message).document


def sentence(message: RoleMessage, known: Line) -> Line:
    """Return the event for a phone: employer, verb, title, then the facts."""
    fit = wording.fit_change(message)
    words = (
        changes.phrase(message.changes[0], message.role, message.at).sentence
        if message.kind == "revised" and len(message.changes) == 1
        else event_words(message)
    )
    renamed = next((one.old for one in message.changes if _is_renaming(one)), "")
    was = f" (was {short_title(renamed)})" if renamed else ""
    return (
        *text(f"{facts.company(message.role)} "),
        *words,
        *text(f", and it {fit}" if fit else ""),
        *text(f": {facts.title(message.role)}{was}."),
        *_after(message, known),
        *(earlier_posting(message.role) if message.kind == "opened" else ()),
    )


def _after(message: RoleMessage, known: Line) -> Line:
    """Return the facts of a notification: the changed ones if there are several."""
    if message.kind == "closed":
        return ()
    if message.kind != "revised":
        return as_sentence(known)
    if len(message.changes) > 1:
        values = (_new_value(change, message.role) for change in changes.in_order(message.changes))
        return tuple(span for line in values for span in as_sentence(line))
    if [change.field for change in message.changes] == ["description"]:
        count = passages.quotes(message.changes[0], message).count
        return text(f" {wording.count(count, 'passage')} changed." if count else "")
    return as_sentence(known)


def _with_commas(line: Line) -> Line:
    return tuple(Span(", ") if span == Span(DOT) else span for span in line)


def _new_value(change: FieldChange, role: Role) -> Line:
    """Return `Location: Mountain View, New York` or `Apply by Dec 22, 5 pm PST`."""
    match change.field:
        case "location":
            return text(f"Location: {facts.place(role)}")
        case "pay":
            return text(f"Pay: {facts.pay(role)}" if facts.pay(role) else "")
        case "deadline":
            return _capitalized(facts.apply_by(role))
        case _:
            return ()


def short_title(title: str) -> str:
    return wording.sanitize(title, 100)


def as_sentence(line: Line) -> Line:
    return (Span(" "), *_with_commas(line), Span(".")) if line else ()


def earlier_posting(role: Role) -> Line:
    if not (role.repost_of and role.repost_closed_at):
        return ()
    return (
        Span(" The earlier posting closed "),
        Span(at=role.repost_closed_at, shows="day"),
        Span("."),
    )
