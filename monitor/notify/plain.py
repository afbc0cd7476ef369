"""Messages as plain text: for notifications, a terminal, and Slack when it refuses the blocks."""

from __future__ import annotations

import re
from typing import Final

from monitor.messages import Message, OperatorMessage
from monitor.notify import wording
from monitor.notify.compose.message import compose, compose_reply
from monitor.notify.compose.style import DEFAULT, Style
from monitor.notify.document import Composed
from monitor.notify.render_html import document_html
from monitor.notify.render_text import document_lines

_FALLBACK_LIMIT: Final = 2500  # UTF-16 units before escaping
_ESCAPED_LIMIT: Final = 3500  # UTF-16 units; Slack takes 4,000
_TITLE_LIMIT: Final = 200  # UTF-16 units; ntfy accepts no more
# Characters of markup and mentions, each with one that resembles it and has no meaning.
_LOOKALIKES: Final = {
    "*": "\u2217",
    "_": "\u02cd",
    "`": "\u02cb",
    "~": "\u223c",
    "|": "\u01c0",
    "@": "\uff20",
    "<": "\u2039",
    ">": "\u203a",
    "\\": "\uff3c",
}
_INERT: Final = str.maketrans(_LOOKALIKES | {"[": "\uff3b", "]": "\uff3d"})
# Slack interprets these even in escaped text. An invisible word joiner breaks them.
_SLACK_MARKUP: Final = re.compile(r"(@)(?=channel|here|everyone)|(\*)(?=\*)|(\])(?=\()")


def _alone(message: Message, style: Style) -> Composed:
    """Return the message for a channel without threads: an incident's end says what ended."""
    if isinstance(message, OperatorMessage) and message.past:
        return compose_reply(message, style)
    return compose(message, style)


def fallback_text(message: Message, style: Style = DEFAULT) -> str:
    """Return the whole message as text escaped for Slack, within its 4,000 characters."""
    return _escape_to_fit(wording.truncate("\n".join(lines(message, style)), _FALLBACK_LIMIT))


def _escape_to_fit(text: str) -> str:
    """Shorten text that escaping makes too long: Slack refuses an edit over 4,000 characters."""
    while wording.utf16_length(escape(text)) > _ESCAPED_LIMIT:
        text = wording.truncate(text, wording.utf16_length(text) * 3 // 4)
    return escape(text)


def _without_markup(text: str) -> str:
    """Return the text without markup, mentions or links of any service."""
    return text.translate(_INERT).replace("://", ":\u2060//").replace("# ", "\uff03 ")


def title_and_body(message: Message, style: Style = DEFAULT) -> tuple[str, str]:
    """Return a title and a body for services that each interpret another markup.

    The title is empty for a message of one line. Neither contains markup or mentions. The only
    links are those of the roles.
    """
    first, *rest = lines(message, style)
    title = _without_markup(first)
    body = "\n".join(
        line if wording.safe_url(line.strip()) else _without_markup(line) for line in rest if line
    )
    return (wording.truncate(title, _TITLE_LIMIT), body) if body else ("", title)


def html_body(message: Message, style: Style = DEFAULT) -> str:
    """Return the message as HTML, every role with its link."""
    return document_html(_alone(message, style).document, style.zone)


def escape(text: str) -> str:
    """Escape text for Slack."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _SLACK_MARKUP.sub(lambda match: match.group() + "\u2060", escaped)


def lines(message: Message, style: Style = DEFAULT) -> list[str]:
    """Return the message as lines for a terminal: the event, then its details."""
    return document_lines(_alone(message, style).document, style.zone)
