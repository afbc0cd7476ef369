"""A role in four lines: headline, title, facts, and the rules in grey. Then its thread's replies.

A card shows the role as it is now. A role without a card yet gets one with the headline of what
happened to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from monitor.messages import SAMPLE, CardMessage, FieldChange, Role, RoleKind, RoleMessage, Why
from monitor.notify import wording
from monitor.notify.compose import changes, facts, passages
from monitor.notify.compose.controls import card_controls, diff_control
from monitor.notify.compose.style import Style
from monitor.notify.document import (
    DOT,
    Composed,
    Document,
    Grey,
    Line,
    Span,
    bold,
    joined,
    paragraph,
    sign,
    text,
)

SIGNS: Final[dict[RoleKind, str]] = {
    "opened": "new",
    "revised": "pencil2",
    "closed": "white_circle",
    "reopened": "arrows_counterclockwise",
}
# a change of these fields is also shown in the channel
IMPORTANT: Final = frozenset({"title", "location", "pay", "deadline"})
_SAMPLE_NOTE: Final = (
    "There is no such role: somebody ran `rolewatch alerts test`. Real alerts look like this."
)


def new_card(message: RoleMessage, style: Style) -> Composed:
    """Return the card that a message begins."""
    role = message.role
    if role.posting.startswith(SAMPLE):
        return _sample(message)
    line = _facts(message)
    document = (
        paragraph(
            _headline(SIGNS[message.kind], role, event_words(message), message),
            facts.title_line(role, strike=message.kind == "closed"),
            *_changed_lines(message),
            line,
        ),
        *_quotes(message),
        *card_controls(
            role,
            message.why,
            style,
            closed=message.kind == "closed",
            revised=bool(message.changes),
        ),
        *_grey(role, message.why),
    )
    return Composed(_sentence(message, line), document)


def reply(message: RoleMessage, style: Style) -> Composed:
    """Return a message for the thread of a card, without what the card shows."""
    role = message.role
    title = facts.title_line(role, strike=message.kind == "closed") if broadcasts(message) else ()
    described = any(change.field == "description" for change in message.changes)
    document = (
        paragraph(
            _headline(SIGNS[message.kind], role, event_words(message), message),
            title,
            *_changed_lines(message),
        ),
        *_quotes(message),
        *(diff_control(role, message.version, style) if described else ()),
    )
    known = _facts(message) if message.kind == "reopened" else ()
    return Composed(_sentence(message, known), document)


def broadcasts(message: RoleMessage) -> bool:
    """Return whether a reply is also shown in the channel."""
    return (
        message.kind in {"closed", "reopened"}
        or any(change.field in IMPORTANT for change in message.changes)
        or bool(wording.fit_change(message))
    )


def current_card(message: CardMessage, style: Style) -> Composed:
    """Return the card of a role as it is now."""
    role, closed = message.role, message.state == "closed"
    kind, words = _state(message)
    unfit = text(DOT) + bold("no longer fits") if _no_longer_fits(message) and not closed else ()
    line = (
        facts.closed_facts(role, wording.open_for(message.opened_at, message.closed_at))
        if closed
        else facts.facts(role, message.why, _reference(message), overdue=message.overdue)
    )
    head = (*sign(SIGNS[kind]), *text(f"{facts.company(role)} {words}"), *unfit)
    document = (
        paragraph((*head, *mentions(message.mention)), facts.title_line(role, strike=closed), line),
        *card_controls(role, message.why, style, closed=closed, revised=message.revised),
        *_grey(role, message.why),
    )
    return Composed(_card_sentence(message, words, line), document)


def _state(message: CardMessage) -> tuple[RoleKind, str]:
    """Return the sign's kind and the words of a card's headline."""
    if message.state == "closed":
        return "closed", "closed this role"
    if _no_longer_fits(message):
        return "revised", "renamed this role" if message.renamed_from else "changed this role"
    if message.changed_at or (message.began == "revised" and not message.reopened_at):
        return "revised", "changed this role"
    if message.reopened_at:
        return "reopened", "is hiring again"
    return "opened", _opened_words(message.role)


def _no_longer_fits(message: CardMessage) -> bool:
    return bool(message.why) and all(why.fit_change == "no longer fits" for why in message.why)


def _opened_words(role: Role) -> str:
    return "posted this role again" if role.repost_of else "is hiring"


def _reference(message: CardMessage) -> datetime | None:
    """Return the instant that a far date is counted from: the last change, or the first check."""
    return message.reopened_at or message.changed_at or message.role.first_seen_at


def event_words(message: RoleMessage) -> Line:
    """Return what the employer did: `raised pay: $141k–245k → **$150k–260k**`."""
    if message.kind == "opened":
        return text(_opened_words(message.role))
    if message.kind != "revised":
        return text(_ended_words(message))
    if len(message.changes) == 1:
        return changes.phrase(message.changes[0], message.role).headline
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


def _headline(of: str, role: Role, words: Line, message: RoleMessage) -> Line:
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


def _changed_lines(message: RoleMessage) -> list[Line]:
    """Return a line for each of several changes. One change is told by the headline."""
    if message.kind == "reopened":
        return [_differing_facts(message)]
    if message.kind != "revised":
        return []
    shown = changes.in_order(message.changes)
    if len(shown) == 1:
        return [changes.was(shown[0])] if _is_renaming(shown[0]) else []
    return [
        _described(message, change)
        if change.field == "description"
        else changes.labelled(change, message.role)
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


def _quotes(message: RoleMessage) -> Document:
    """Return the changed passages of the description."""
    described = [change for change in message.changes if change.field == "description"]
    if message.kind != "revised" or not described:
        return ()
    return passages.quotes(described[0], message).document


def _facts(message: RoleMessage) -> Line:
    if message.kind == "closed":
        return facts.closed_facts(message.role, wording.open_for(message.before_at, message.at))
    return facts.facts(message.role, message.why, message.at)


def _grey(role: Role, why: Sequence[Why]) -> Document:
    """Return the rules' names, and when the posting that this one repeats had closed."""
    several = len({each.fit_change for each in why}) > 1
    names = [
        wording.sanitize(each.rule, 100)
        + (f" ({each.fit_change})" if each.fit_change and several else "")
        for each in why
    ]
    rules = text(wording.truncate(DOT.join(dict.fromkeys(names)), wording.VALUE_LIMIT))
    repost = (
        (
            Span("· the earlier posting closed ", own=True),
            Span(at=role.repost_closed_at, shows="day"),
        )
        if role.repost_of and role.repost_closed_at
        else ()
    )
    return (Grey((*rules, *repost)),) if rules or repost else ()


def _sentence(message: RoleMessage, known: Line) -> Line:
    """Return the event for a phone: employer, verb, title, then the facts."""
    fit = wording.fit_change(message)
    words = (
        changes.phrase(message.changes[0], message.role).sentence
        if message.kind == "revised" and len(message.changes) == 1
        else event_words(message)
    )
    renamed = next((one.old for one in message.changes if _is_renaming(one)), "")
    was = f" (was {_short_title(renamed)})" if renamed else ""
    return (
        *text(f"{facts.company(message.role)} "),
        *words,
        *text(f", and it {fit}" if fit else ""),
        *text(f": {facts.title(message.role)}{was}."),
        *_after(message, known),
        *(_earlier(message.role) if message.kind == "opened" else ()),
    )


def _after(message: RoleMessage, known: Line) -> Line:
    """Return the facts of a notification: the changed ones if there are several."""
    if message.kind == "closed":
        return ()
    if message.kind != "revised":
        return _as_sentence(known)
    if len(message.changes) > 1:
        values = (_new_value(change, message.role) for change in changes.in_order(message.changes))
        return tuple(span for line in values for span in _as_sentence(line))
    if [change.field for change in message.changes] == ["description"]:
        count = passages.quotes(message.changes[0], message).count
        return text(f" {wording.count(count, 'passage')} changed." if count else "")
    return _as_sentence(known)


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


def _card_sentence(message: CardMessage, words: str, line: Line) -> Line:
    role = message.role
    if message.state == "closed":
        length = wording.open_for(message.opened_at, message.closed_at)
        rest = text(f" It was open {length}." if length else "")
        return (*text(f"{facts.company(role)} {words}: {facts.title(role)}."), *rest)
    if _no_longer_fits(message):
        was = f" (was {_short_title(message.renamed_from)})" if message.renamed_from else ""
        unfit = f"{words}, and it no longer fits: {facts.title(role)}{was}."
        return text(f"{facts.company(role)} {unfit}")
    return (
        *text(f"{facts.company(role)} {words}: {facts.title(role)}."),
        *_as_sentence(line),
        *_earlier(role),
    )


def _short_title(title: str) -> str:
    return wording.sanitize(title, 100)


def _as_sentence(line: Line) -> Line:
    return (Span(" "), *_with_commas(line), Span(".")) if line else ()


def _earlier(role: Role) -> Line:
    if not (role.repost_of and role.repost_closed_at):
        return ()
    return (
        Span(" The earlier posting closed "),
        Span(at=role.repost_closed_at, shows="day"),
        Span("."),
    )


def _sample(message: RoleMessage) -> Composed:
    role = message.role
    head = (*sign("test_tube"), *text(f"Sample: {facts.company(role)} is hiring"))
    sentence = (
        f"Sample: {facts.company(role)} is hiring."
        " There is no such role; somebody ran rolewatch alerts test."
    )
    document = (
        paragraph(head, bold(facts.title(role)), facts.facts(role, message.why, message.at)),
        Grey(code_spans(_SAMPLE_NOTE)),
    )
    return Composed(text(sentence), document)


def code_spans(value: str) -> Line:
    """Return text in which `backticks` mark a command to type."""
    pieces = value.split("`")
    if len(pieces) % 2 == 0:
        return text(value)
    return tuple(Span(piece, code=n % 2 == 1, own=True) for n, piece in enumerate(pieces) if piece)
