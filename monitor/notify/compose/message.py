"""Compose a message of any kind: one sentence, and a document that each channel renders."""

from __future__ import annotations

from monitor.messages import CardMessage, Message, OperatorMessage, ReminderMessage, RoleMessage
from monitor.notify.compose import events, role
from monitor.notify.compose.operator import operator, operator_reply
from monitor.notify.compose.reminder import reminder
from monitor.notify.compose.style import Style
from monitor.notify.document import Composed

Ported = RoleMessage | CardMessage | ReminderMessage | OperatorMessage


def compose(message: Ported, style: Style) -> Composed:
    """Return the message as it stands alone in its channel."""
    match message:
        case RoleMessage():
            return role.new_card(message, style)
        case CardMessage():
            return role.current_card(message, style)
        case ReminderMessage():
            return reminder(message)
        case OperatorMessage():
            return operator(message)


def compose_reply(message: Ported, style: Style) -> Composed:
    """Return the message for the thread of a card, without what the card shows."""
    match message:
        case RoleMessage():
            return role.reply(message, style)
        case OperatorMessage():
            return operator_reply(message)
        case _:
            return compose(message, style)


def broadcasts(message: Message) -> bool:
    """Return whether a reply is also shown in the channel."""
    if isinstance(message, RoleMessage):
        return events.broadcasts(message)
    return isinstance(message, ReminderMessage)
