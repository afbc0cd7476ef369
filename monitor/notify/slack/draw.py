"""Draw a message for Slack: a grey line, a linked bold title, facts, buttons, and the reasons.

Drawing is pure, and its blocks are always within Slack's limits:
https://docs.slack.dev/reference/block-kit/blocks
"""

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
    RoleMessage,
)
from monitor.notify.compose.message import Ported, compose, compose_reply
from monitor.notify.compose.style import DEFAULT, Style
from monitor.notify.document import Composed
from monitor.notify.plain import notification_text
from monitor.notify.slack import blockkit
from monitor.notify.slack.blockkit import Parts
from monitor.notify.slack.digest import digest
from monitor.notify.slack.render import render, render_sentence
from monitor.notify.slack.role_card import EMOJI
from monitor.notify.slack.role_lists import board_wide_edit, group, summary


def draw(message: Message, style: Style = DEFAULT) -> tuple[str, Parts]:
    """Return the text of the notification, escaped for Slack, and the blocks."""
    if isinstance(message, Ported):
        return _rendered(compose(message, style), style)
    return notification_text(message), _blocks(message, style)


def _rendered(composed: Composed, style: Style) -> tuple[str, Parts]:
    return render_sentence(composed.sentence, style.zone), render(composed.document, style.zone)


def has_room(message: Message) -> bool:
    """Return whether the drawn message is within Slack's limits."""
    drawn = _blocks(message, DEFAULT)
    return blockkit.size(drawn) <= blockkit.ROOM and len(drawn) <= blockkit.BLOCKS


def _blocks(message: Message, style: Style) -> Parts:
    match message:
        case RoleMessage() | CardMessage() | ReminderMessage() | OperatorMessage():
            return draw(message, style)[1]
        case GroupMessage():
            return group(message, EMOJI)
        case FirstCheckSummary():
            return summary(message)
        case BoardWideEdit():
            return board_wide_edit(message, EMOJI["revised"])
        case DigestMessage():
            return digest(message)
        case QuietHoursMessage():
            return [block for part in message.parts for block in _blocks(part, style)]


def draw_reply(message: Message, style: Style = DEFAULT) -> tuple[str, Parts]:
    """Draw a message for the thread of a card, without what the card shows."""
    if isinstance(message, Ported):
        return _rendered(compose_reply(message, style), style)
    return draw(message, style)
