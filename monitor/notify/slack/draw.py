"""Draw a message for Slack. Pure: its blocks are always within Slack's limits.

https://docs.slack.dev/reference/block-kit/blocks
"""

from __future__ import annotations

from monitor.messages import Message
from monitor.notify.compose.message import compose, compose_reply
from monitor.notify.compose.style import DEFAULT, Style
from monitor.notify.document import Composed
from monitor.notify.slack.blockkit import Parts
from monitor.notify.slack.render import render, render_sentence


def draw(message: Message, style: Style = DEFAULT) -> tuple[str, Parts]:
    """Return the text of the notification, escaped for Slack, and the blocks."""
    return _rendered(compose(message, style), style)


def draw_reply(message: Message, style: Style = DEFAULT) -> tuple[str, Parts]:
    """Draw a message for the thread of a card, without what the card shows."""
    return _rendered(compose_reply(message, style), style)


def _rendered(composed: Composed, style: Style) -> tuple[str, Parts]:
    return render_sentence(composed.sentence, style.zone), render(composed.document, style.zone)
