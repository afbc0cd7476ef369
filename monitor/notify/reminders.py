"""A deadline that is near, and many of them: https://docs.slack.dev/reference/block-kit"""

from __future__ import annotations

from typing import Final

from monitor.messages import Reminder, ReminderMessage, Role
from monitor.notify import lines, rich, roles, words
from monitor.notify.buttons import row
from monitor.notify.rich import Part, Parts

_MENTIONS: Final = 20
_NAMED: Final = 5  # titles in one sentence


def reminder(message: ReminderMessage, *, interactive: bool) -> Parts:
    """One deadline as a message of its own, many as a list."""
    if len(message.items) != 1:
        return lines.fitting(_many(message, detail) for detail in lines.DETAILS)
    (item,) = message.items
    body = rich.block(_title(item.role), *roles.mentions(item.mention))
    head = rich.context(rich.ours(f":alarm_clock: *Deadline in {words.left(item.role, message.at)}*"))
    return [head, body, *row(item.role, (), closed=False, revised=False, interactive=interactive), *_foot(item)]


def sentence(message: ReminderMessage) -> str:
    """The message in one line."""
    if len(message.items) != 1:
        titles = "; ".join(words.title(item.role) for item in message.items[:_NAMED])
        return f"{words.count(len(message.items), 'deadline')} near: {titles}"
    role = message.items[0].role
    return f"Deadline in {words.left(role, message.at)}: {words.title(role)} at {words.company(role)}, apply by {words.deadline(role)}"


def _title(role: Role) -> Part:
    company = rich.text(rich.DOT + words.company(role))
    by = [rich.text("\nApply by "), rich.date(role.deadline_at, bold=True)] if role.deadline_at else []
    return rich.section(rich.link(role.url, words.title(role), bold=True), company, *by)


def _foot(item: Reminder) -> Parts:
    written = words.written(item.role)
    said = f"The posting says “{written}”. Where that can be read in two ways, the earlier one counts here." if written else ""
    return [*([rich.context(rich.plain(said))] if said else []), *roles.reasons(item.why)]


def _many(message: ReminderMessage, detail: lines.Detail) -> Parts:
    items = sorted(message.items, key=lambda item: (item.role.deadline_at or message.at, item.role.posting))
    head = rich.context(rich.ours(f":alarm_clock: *{words.count(len(items), 'deadline')} near*"))
    body = rich.block(lines.bullets(deadlines([item.role for item in items], detail), detail), *roles.mentions(_mentions(message)))
    return [head, body, *roles.reasons(tuple(dict.fromkeys(why for item in items for why in item.why)))]


def deadlines(near: list[Role], detail: lines.Detail) -> list[Parts]:
    """A line a role: when, and what."""
    return [
        [rich.date(role.deadline_at), rich.text(rich.DOT), *lines.role_line(role, detail, named=True, facts="")]
        for role in near
        if role.deadline_at
    ]


def _mentions(message: ReminderMessage) -> tuple[str, ...]:
    return tuple(dict.fromkeys(who for item in message.items for who in item.mention))[:_MENTIONS]
