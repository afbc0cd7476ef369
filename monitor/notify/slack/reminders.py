"""Reminders of deadlines: one as a card, many as a list."""

from __future__ import annotations

from typing import Final

from monitor.messages import Reminder, ReminderMessage, Role
from monitor.notify import wording
from monitor.notify.slack import blockkit, role_card, role_lines
from monitor.notify.slack.blockkit import Part, Parts
from monitor.notify.slack.buttons import row

_MENTIONS: Final = 20


def reminder(message: ReminderMessage, *, interactive: bool) -> Parts:
    if len(message.items) != 1:
        return role_lines.first_that_fits(_many(message, detail) for detail in role_lines.LAYOUTS)
    (item,) = message.items
    body = blockkit.block(_title(item.role), *role_card.mentions(item.mention))
    head = blockkit.context(
        blockkit.mrkdwn_text(
            f":alarm_clock: *Deadline in {wording.time_left(item.role, message.at)}*"
        )
    )
    return [
        head,
        body,
        *row(item.role, (), closed=False, revised=False, interactive=interactive),
        *_foot(item),
    ]


def _title(role: Role) -> Part:
    company = blockkit.text(blockkit.DOT + wording.company(role))
    by = (
        [blockkit.text("\nApply by "), blockkit.date(role.deadline_at, bold=True)]
        if role.deadline_at
        else []
    )
    return blockkit.section(blockkit.link(role.url, wording.title(role), bold=True), company, *by)


def _foot(item: Reminder) -> Parts:
    written = wording.deadline_as_written(item.role)
    note = f"The posting says “{written}”. If this is ambiguous, the earlier time is used here."
    return [
        *([blockkit.context(blockkit.plain_text(note))] if written else []),
        *role_card.reasons(item.why),
    ]


def _many(message: ReminderMessage, detail: role_lines.Detail) -> Parts:
    items = sorted(
        message.items, key=lambda item: (item.role.deadline_at or message.at, item.role.posting)
    )
    head = blockkit.context(
        blockkit.mrkdwn_text(f":alarm_clock: *{wording.count(len(items), 'deadline')} near*")
    )
    body = blockkit.block(
        role_lines.bullets(deadlines([item.role for item in items], detail), detail),
        *role_card.mentions(_mentions(message)),
    )
    return [
        head,
        body,
        *role_card.reasons(tuple(dict.fromkeys(why for item in items for why in item.why))),
    ]


def deadlines(near: list[Role], detail: role_lines.Detail) -> list[Parts]:
    """Return a line for each role: its deadline, then the role."""
    return [
        [
            blockkit.date(role.deadline_at),
            blockkit.text(blockkit.DOT),
            *role_lines.role_line(role, detail, named=True, facts=""),
        ]
        for role in near
        if role.deadline_at
    ]


def _mentions(message: ReminderMessage) -> tuple[str, ...]:
    return tuple(dict.fromkeys(user for item in message.items for user in item.mention))[:_MENTIONS]
