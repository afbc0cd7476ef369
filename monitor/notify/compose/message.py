"""Compose a message of any kind: one sentence, and a document that each channel renders."""

from __future__ import annotations

from monitor.messages import (
    BoardWideEdit,
    CardMessage,
    DigestMessage,
    FirstCheckSummary,
    GroupMessage,
    Message,
    OperatorMessage,
    QuietHoursMessage,
    ReminderMessage,
    RestMessage,
    RoleMessage,
)
from monitor.notify.compose import events, reminder, role, role_lines
from monitor.notify.compose.board_wide import board_wide_edit
from monitor.notify.compose.digest import digest
from monitor.notify.compose.first_summary import summary
from monitor.notify.compose.grouped import group
from monitor.notify.compose.night import night
from monitor.notify.compose.operator import operator, operator_reply
from monitor.notify.compose.rest import rest
from monitor.notify.compose.style import DEFAULT, Style
from monitor.notify.document import Composed

List = (
    GroupMessage
    | FirstCheckSummary
    | RestMessage
    | BoardWideEdit
    | DigestMessage
    | QuietHoursMessage
)


def compose(message: Message, style: Style) -> Composed:
    """Return the message as it stands alone in its channel."""
    match message:
        case RoleMessage():
            return role.new_card(message, style)
        case CardMessage():
            return role.current_card(message, style)
        case ReminderMessage():
            return reminder.reminder(message, style)
        case OperatorMessage():
            return operator(message)
        case _:
            return _list(message, style)


def _list(message: List, style: Style) -> Composed:
    match message:
        case GroupMessage():
            return group(message, style)
        case FirstCheckSummary():
            return summary(message, style)
        case RestMessage():
            return rest(message, style)
        case BoardWideEdit():
            return board_wide_edit(message, style)
        case DigestMessage():
            return digest(message, style)
        case QuietHoursMessage():
            return night(message, style)


def fits_one_message(message: Message) -> bool:
    """Return whether the message is within the limits of one Slack message."""
    return role_lines.fits(compose(message, DEFAULT).document)


def compose_reply(message: Message, style: Style) -> Composed:
    """Return the message for the thread of a card, without what the card shows."""
    match message:
        case RoleMessage():
            return role.reply(message, style)
        case ReminderMessage():
            return reminder.reply(message, style)
        case OperatorMessage():
            return operator_reply(message)
        case _:
            return compose(message, style)


def broadcasts(message: Message) -> bool:
    """Return whether a reply is also shown in the channel."""
    if isinstance(message, RoleMessage):
        return events.broadcasts(message)
    return isinstance(message, ReminderMessage)
