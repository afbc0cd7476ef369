"""Compose a message of any kind: one sentence, and a document that each channel renders."""

from __future__ import annotations

from monitor.messages import CardMessage, Message, ReminderMessage, RoleMessage
from monitor.notify.compose import role
from monitor.notify.compose.reminder import reminder
from monitor.notify.compose.style import Style
from monitor.notify.document import Composed

Ported = RoleMessage | CardMessage | ReminderMessage


def compose(message: Ported, style: Style) -> Composed:
    """Return the message as it stands alone in its channel."""
    match message:
        case RoleMessage():
            return role.new_card(message, style)
        case CardMessage():
            return role.current_card(message, style)
        case ReminderMessage():
            return reminder(message)


def compose_reply(message: Ported, style: Style) -> Composed:
    """Return the message for the thread of a card, without what the card shows."""
    return (
        role.reply(message, style) if isinstance(message, RoleMessage) else compose(message, style)
    )


def broadcasts(message: Message) -> bool:
    """Return whether a reply is also shown in the channel."""
    if isinstance(message, RoleMessage):
        return role.broadcasts(message)
    return isinstance(message, ReminderMessage)
