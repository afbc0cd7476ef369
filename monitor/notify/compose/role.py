"""A role in four lines: headline, title, facts, and the rules in grey. Then its thread's replies.

A card shows the role as it is now. A role without a card yet gets one with the headline of what
happened to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from monitor.message_parts import Role, RoleKind, Why
from monitor.messages import SAMPLE, CardMessage, RoleMessage
from monitor.notify import wording
from monitor.notify.compose import facts
from monitor.notify.compose.controls import card_controls, diff_control
from monitor.notify.compose.events import (
    SIGNS,
    as_sentence,
    broadcasts,
    changed_lines,
    earlier_posting,
    event_words,
    headline,
    mentions,
    opened_words,
    quotes,
    sentence,
    short_title,
)
from monitor.notify.compose.style import Style
from monitor.notify.document import (
    DOT,
    Composed,
    Document,
    Grey,
    Line,
    Span,
    bold,
    paragraph,
    sign,
    text,
    typed,
)

_SAMPLE_NOTE: Final = (
    "There is no such role: somebody ran `rolewatch alerts test`. Real alerts look like this."
)


def new_card(message: RoleMessage, style: Style) -> Composed:
    """Return the card that a message begins."""
    role = message.role
    if role.posting.startswith(SAMPLE):
        return _sample(message)
    line, lines = _facts(message), changed_lines(message)
    document = (
        paragraph(
            headline(SIGNS[message.kind], role, event_words(message), message),
            facts.title_line(role, strike=message.kind == "closed"),
            # several changes end in "Description:", and its passages follow
            *((line, *lines) if len(lines) > 1 else (*lines, line)),
        ),
        *quotes(message),
        *card_controls(
            role,
            message.why,
            style,
            closed=message.kind == "closed",
            revised=bool(message.changes),
        ),
        *_grey(role, message.why),
    )
    return Composed(sentence(message, line), document)


def reply(message: RoleMessage, style: Style) -> Composed:
    """Return a message for the thread of a card, without what the card shows."""
    role = message.role
    title = facts.title_line(role, strike=message.kind == "closed") if broadcasts(message) else ()
    described = any(change.field == "description" for change in message.changes)
    document = (
        paragraph(
            headline(SIGNS[message.kind], role, event_words(message), message),
            title,
            *changed_lines(message),
        ),
        *quotes(message),
        *(diff_control(role, message.version, style) if described else ()),
        *(_grey(role, message.why) if _fits_differ(message.why) else ()),
    )
    known = _facts(message) if message.kind == "reopened" else ()
    return Composed(sentence(message, known), document)


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
    return "opened", opened_words(message.role)


def _no_longer_fits(message: CardMessage) -> bool:
    return bool(message.why) and all(why.fit_change == "no longer fits" for why in message.why)


def _reference(message: CardMessage) -> datetime | None:
    """Return the instant that a far date is counted from: the last change, or the first check."""
    return message.reopened_at or message.changed_at or message.role.first_seen_at


def _facts(message: RoleMessage) -> Line:
    if message.kind == "closed":  # its headline says how long it was open
        return facts.closed_facts(message.role, "")
    return facts.facts(message.role, message.why, message.at)


def _fits_differ(why: Sequence[Why]) -> bool:
    """Return whether the change makes some rules fit, or not fit, and others stay."""
    return len({each.fit_change for each in why}) > 1


def _grey(role: Role, why: Sequence[Why]) -> Document:
    """Return the rules' names, and when the posting that this one repeats had closed."""
    several = _fits_differ(why)
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


def _card_sentence(message: CardMessage, words: str, line: Line) -> Line:
    role = message.role
    if message.state == "closed":
        length = wording.open_for(message.opened_at, message.closed_at)
        rest = text(f" It was open {length}." if length else "")
        return (*text(f"{facts.company(role)} {words}: {facts.title(role)}."), *rest)
    if _no_longer_fits(message):
        was = f" (was {short_title(message.renamed_from)})" if message.renamed_from else ""
        unfit = f"{words}, and it no longer fits: {facts.title(role)}{was}."
        return text(f"{facts.company(role)} {unfit}")
    return (
        *text(f"{facts.company(role)} {words}: {facts.title(role)}."),
        *as_sentence(line),
        *earlier_posting(role),
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
        Grey(typed(_SAMPLE_NOTE)),
    )
    return Composed(text(sentence), document)
