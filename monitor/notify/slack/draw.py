"""Draw a message for Slack: a grey line, a linked bold title, facts, buttons, and the reasons.

Drawing is pure, and its blocks are always within Slack's limits:
https://docs.slack.dev/reference/block-kit/blocks
"""

from __future__ import annotations

from typing import Final

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
from monitor.notify import wording
from monitor.notify.compose.message import Ported, compose, compose_reply
from monitor.notify.compose.style import DEFAULT, Style
from monitor.notify.document import Composed
from monitor.notify.plain import notification_text
from monitor.notify.slack import blockkit
from monitor.notify.slack.blockkit import Part, Parts
from monitor.notify.slack.digest import digest
from monitor.notify.slack.render import render, render_sentence
from monitor.notify.slack.role_card import EMOJI
from monitor.notify.slack.role_lists import board_wide_edit, group, summary

_EVENTS: Final = {
    "failing": ("red_circle", "Board failing"),
    "recovered": ("large_green_circle", "Board recovered"),
    "moved": ("truck", "Board moved"),
    "collapsed": ("large_yellow_circle", "Board collapsed"),
    "drained": ("large_green_circle", "Board settled"),
    "refused": ("no_entry", "Channel refused"),
    "works": ("large_green_circle", "Channel works again"),
    "restarted": ("arrows_counterclockwise", "Restarted"),
    "configuration": ("warning", "Configuration"),
    "in order": ("large_green_circle", "Configuration in order"),
    "late": ("hourglass", "Late"),
    "in time": ("large_green_circle", "In time again"),
    "network": ("red_circle", "Network away"),
    "network back": ("large_green_circle", "Network back"),
    "test": ("wave", "Test message"),
}
_LABEL: Final = 24  # characters of a label in an operator's line
_LINES: Final = 25  # of an operator's message


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


def _blocks(message: Message, style: Style) -> Parts:  # a case for each kind  # noqa: PLR0911
    match message:
        case RoleMessage() | CardMessage() | ReminderMessage():
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
        case OperatorMessage():
            return _operator(message)


def draw_reply(message: Message, style: Style = DEFAULT) -> tuple[str, Parts]:
    """Draw a message for the thread of a card, without what the card shows."""
    if isinstance(message, Ported):
        return _rendered(compose_reply(message, style), style)
    if isinstance(message, OperatorMessage):
        return notification_text(message), [
            _event(message),
            blockkit.block(blockkit.section(_headline(message))),
        ]
    return draw(message, style)


def _operator(message: OperatorMessage) -> Parts:
    rows = [_labelled(wording.sanitize(line)) for line in message.lines[:_LINES]]
    board = wording.sanitize(message.board).replace(":", " / ", 1)
    foot = [blockkit.context(blockkit.plain_text(board))] if board else []
    return [
        _event(message),
        blockkit.block(
            blockkit.section(_headline(message)), *([blockkit.lines(*rows)] if rows else [])
        ),
        *foot,
    ]


def _event(message: OperatorMessage) -> Part:
    emoji, name = _EVENTS[message.event]
    return blockkit.context(blockkit.mrkdwn_text(f":{emoji}: *{name}* · operator notice"))


def _headline(message: OperatorMessage) -> Part:
    return blockkit.link(
        message.url, wording.sanitize(message.headline, wording.TITLE_LIMIT), bold=True
    )


def _labelled(line: str) -> Parts:
    """Return `Last error: HTTP 503` with a bold label, or a sentence unchanged."""
    label, colon, value = line.partition(": ")
    if not colon or len(label) > _LABEL:
        return blockkit.with_code(line)
    return [blockkit.text(label, bold=True), *blockkit.with_code(f"  {value}")]
