"""Reminders of deadlines: one role in a few lines, many roles as a list."""

from __future__ import annotations

from monitor.message_parts import Reminder
from monitor.messages import ReminderMessage
from monitor.notify import wording
from monitor.notify.compose import facts, role_lines
from monitor.notify.compose.controls import view
from monitor.notify.compose.employers import tags
from monitor.notify.compose.events import mentions
from monitor.notify.compose.grouped import grey_rule, part_of, rules
from monitor.notify.compose.role_lines import Detail
from monitor.notify.compose.style import Style
from monitor.notify.document import (
    DOT,
    Composed,
    Controls,
    Document,
    Grey,
    Line,
    Span,
    Text,
    bold,
    emphasized,
    paragraph,
    rows,
    sign,
    text,
)


def reminder(message: ReminderMessage, style: Style) -> Composed:
    """Return the message about one near deadline or many, with the rules that asked for it."""
    if len(message.items) == 1:
        item = message.items[0]
        names = DOT.join(wording.sanitize(name, 100) for name in rules([item]))
        grey = text(wording.truncate(names, wording.VALUE_LIMIT))
        alone = _one(item, message)
        return Composed(alone.sentence, (*alone.document, *((Grey(grey),) if grey else ())))
    return Composed(
        _many_sentence(message),
        role_lines.first_that_fits(lambda detail: _many(message, detail), limited=style.limited),
    )


def reply(message: ReminderMessage, style: Style) -> Composed:
    """Return a reminder for the thread of a card, which names the rules."""
    if len(message.items) == 1:
        return _one(message.items[0], message)
    return reminder(message, style)


def _one(item: Reminder, message: ReminderMessage) -> Composed:
    role, left = item.role, wording.time_left(item.role, message.at)
    deadline, words = facts.deadline(role), wording.sanitize(role.deadline_text)
    head = (
        *sign("alarm_clock"),
        *text(f"{facts.company(role)}: {left} left to apply"),
        *mentions(item.mention),
    )
    by = (*text("Apply by "), *emphasized(deadline)) if deadline else ()
    open_ = view(role)
    sentence = (
        *text(f"{left} left to apply to {facts.company(role)}: {facts.title(role)}."),
        *((Span(" Apply by "), *deadline, Span(".")) if deadline else ()),
    )
    document = (
        paragraph(head, facts.title_line(role), by),
        *((Controls(open_),) if open_ else ()),
        *((Grey(text(f"The posting says “{words}”.")),) if item.ambiguous and words else ()),
    )
    return Composed(sentence, document)


def _many(message: ReminderMessage, detail: Detail) -> Document:
    items = _nearest_first(message)
    who = tuple(dict.fromkeys(user for item in items for user in item.mention))
    near = f"{len(items):,} deadlines are near{part_of(message.part, message.parts)}"
    head = (*sign("alarm_clock"), *bold(near), *mentions(who))
    names = rules(items)
    lines = [
        role_lines.deadline_line(item.role, detail, tags(rules([item])) if len(names) > 1 else ())
        for item in items
    ]
    return (paragraph(head), Text(rows(lines)), *grey_rule(names))


def _nearest_first(message: ReminderMessage) -> list[Reminder]:
    return sorted(
        message.items, key=lambda item: (item.role.deadline_at or message.at, item.role.posting)
    )


def _many_sentence(message: ReminderMessage) -> Line:
    first = _nearest_first(message)[0].role
    return (
        *text(f"{len(message.items):,} deadlines are near. The next: "),
        *text(f"{facts.title(first)} at {facts.company(first)}, "),
        *facts.deadline(first),
        Span("."),
    )
