"""A deadline that is near, and many of them: https://docs.slack.dev/reference/block-kit"""

from __future__ import annotations

from typing import Final

from monitor.messages import Reminder, ReminderMessage, Role
from monitor.notify import wording
from monitor.notify.slack import blockkit, role_card, role_lines
from monitor.notify.slack.blockkit import Part, Parts
from monitor.notify.slack.buttons import row

_MENTIONS: Final = 20
_NAMED: Final = 5  # titles in one sentence


def reminder(message: ReminderMessage, *, interactive: bool) -> Parts:
    """One deadline as a message of its own, many as a list."""
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


def sentence(message: ReminderMessage) -> str:
    """The message in one line."""
    if len(message.items) != 1:
        titles = "; ".join(wording.title(item.role) for item in message.items[:_NAMED])
        return f"{wording.count(len(message.items), 'deadline')} near: {titles}"
    role = message.items[0].role
    return f"Deadline in {wording.time_left(role, message.at)}: {wording.title(role)} at {wording.company(role)}, apply by {wording.deadline(role)}"


def _title(role: Role) -> Part:
    company = blockkit.text(blockkit.DOT + wording.company(role))
    by = (
        [blockkit.text("\nApply by "), blockkit.date(role.deadline_at, bold=True)]
        if role.deadline_at
        else []
    )
    return blockkit.section(blockkit.link(role.url, wording.title(role), bold=True), company, *by)


def _foot(item: Reminder) -> Parts:
    written = wording.written(item.role)
    said = (
        f"The posting says “{written}”. Where that can be read in two ways, the earlier one counts here."
        if written
        else ""
    )
    return [
        *([blockkit.context(blockkit.plain_text(said))] if said else []),
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
    """A line a role: when, and what."""
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
    return tuple(dict.fromkeys(who for item in message.items for who in item.mention))[:_MENTIONS]
