"""Messages as plain text: for notifications, a terminal, and Slack when it refuses the blocks."""

from __future__ import annotations

import html
import re
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
    Reminder,
    ReminderMessage,
    Role,
    RoleKind,
    RoleMessage,
    Why,
)
from monitor.notify import wording
from monitor.notify.compose.message import Ported, compose, compose_reply
from monitor.notify.compose.style import DEFAULT, Style
from monitor.notify.document import Composed
from monitor.notify.render_html import document_html
from monitor.notify.render_text import document_lines, line_text
from monitor.notify.sentences import counts, digest_line, facts, sentence

_NOTIFICATION_LIMIT: Final = 1000  # UTF-16 units before escaping; about 150 are shown
_FALLBACK_LIMIT: Final = 2500  # UTF-16 units before escaping, so that Slack's 4,000 hold
_TITLE_LIMIT: Final = 200  # UTF-16 units; ntfy accepts no more
_PASSAGES: Final = 3  # of a board-wide edit
_TAGS: Final[dict[RoleKind, str]] = {
    "opened": "NEW",
    "revised": "CHANGED",
    "closed": "CLOSED",
    "reopened": "REOPENED",
}
# Characters of markup and mentions, each with one that looks alike and has no meaning.
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


def notification_text(message: Message, style: Style = DEFAULT) -> str:
    """Return the message in one line, escaped for Slack.

    https://docs.slack.dev/messaging/formatting-message-text
    """
    return _escape_to_fit(wording.truncate(_sentence(message, style), _NOTIFICATION_LIMIT))


def _alone(message: Ported, style: Style) -> Composed:
    """Return the message for a channel without threads: an incident's end says what ended."""
    if isinstance(message, OperatorMessage) and message.past:
        return compose_reply(message, style)
    return compose(message, style)


def _sentence(message: Message, style: Style) -> str:
    if isinstance(message, Ported):
        return line_text(_alone(message, style).sentence, style.zone)
    return sentence(message)


def fallback_text(message: Message, style: Style = DEFAULT) -> str:
    """Return the whole message as text escaped for Slack, within its 4,000 characters."""
    return _escape_to_fit(wording.truncate("\n".join(lines(message, style)), _FALLBACK_LIMIT))


def _escape_to_fit(text: str) -> str:
    """Shorten text that escaping makes too long: Slack refuses an edit over 4,000 characters."""
    while wording.utf16_length(escape(text)) > _FALLBACK_LIMIT + _NOTIFICATION_LIMIT:
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
    if isinstance(message, Ported):
        return document_html(_alone(message, style).document, style.zone)
    return "<br>\n".join(map(html.escape, lines(message, style)))


def escape(text: str) -> str:
    """Escape text for Slack."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _SLACK_MARKUP.sub(lambda match: match.group() + "\u2060", escaped)


def lines(  # a case for each kind
    message: Message, style: Style = DEFAULT
) -> list[str]:
    """Return the message as lines for a terminal: the event, then indented details."""
    match message:
        case RoleMessage() | CardMessage() | ReminderMessage() | OperatorMessage():
            return document_lines(_alone(message, style).document, style.zone)
        case GroupMessage():
            return [counts(message), *_indented_roles(message.items)]
        case FirstCheckSummary():
            return [sentence(message), *_summary(message)]
        case BoardWideEdit():
            return _board_wide_edit(message)
        case DigestMessage():
            return _digest(message)
        case QuietHoursMessage():
            return [line for part in message.parts for line in lines(part, style)]


def _role(message: RoleMessage) -> list[str]:
    role, fit_change = message.role, wording.fit_change(message)
    tag = _TAGS[message.kind] + (f" ({fit_change})" if fit_change else "")
    first = " · ".join([f"{tag}  {wording.company(role)}", wording.title(role), *facts(message)])
    repost = (
        [f"  {wording.repost_note(role)}"] if message.kind == "opened" and role.repost_of else []
    )
    return [first, *repost, *_why(message.why), *_url(role.url)]


def _indented_roles(items: tuple[RoleMessage, ...]) -> list[str]:
    return ["  " + line for item in items for line in _role(item)]


def _summary(message: FirstCheckSummary) -> list[str]:
    moved = [
        line
        for move in message.moves
        for rule in move.rules
        for line in _matching(rule.rule, rule.roles, mark_new=True)
    ]
    return [*moved, *(line for rule in message.rules for line in _matching(rule.rule, rule.roles))]


def _matching(rule: str, roles: tuple[Role, ...], *, mark_new: bool = False) -> list[str]:
    """Return a line for each role. `mark_new` marks those not listed on the former board."""
    name = wording.sanitize(rule, 100)
    rows: list[str] = []
    for role in roles:
        mark = "new" if mark_new and not role.repost_of else ""
        details = [wording.title(role), wording.company(role), wording.place(role), mark]
        title, *rest = details
        rows.append(" · ".join([f"  {name}: {title}", *filter(None, rest)]))
    return rows


def _board_wide_edit(message: BoardWideEdit) -> list[str]:
    matching = [line for rule in message.rules for line in _matching(rule.rule, rule.roles)]
    return [
        f"{_TAGS['revised']}  {sentence(message)}",
        *_passages(message),
        *matching,
        *_why(message.why),
        *_url(message.url),
    ]


def _passages(message: BoardWideEdit) -> list[str]:
    sides = [
        side
        for passage in message.passages[:_PASSAGES]
        for side in (("removed", passage.old), ("added", passage.new))
    ]
    shown = [
        f"  {name}: {wording.sanitize(text, wording.PASSAGE_LIMIT)}" for name, text in sides if text
    ]
    left = len(message.passages) - _PASSAGES
    return [*shown, *([f"  and {wording.count(left, 'more passage')}"] if left > 0 else [])]


def _reminder(item: Reminder, *, alone: bool) -> list[str]:
    role, written = item.role, wording.deadline_as_written(item.role)
    return [
        *([] if alone else [_deadline(role)]),
        *([f"as written: “{written}”"] if written else []),
        *(f"why: {wording.reason(why)}" for why in item.why),
        *(line.strip() for line in _url(role.url)),
    ]


def _deadline(role: Role) -> str:
    return f"{wording.deadline(role)} · {wording.company(role)} · {wording.title(role)}"


def _digest(message: DigestMessage) -> list[str]:
    near = [
        line
        for role in message.deadlines
        for line in (f"  DEADLINE  {_deadline(role)}", *("  " + url for url in _url(role.url)))
    ]
    unhealthy = [
        f"  {board.state.upper()}  {wording.sanitize(board.company, 100)}"
        for board in message.boards
        if board.state in {"failing", "collapsed"}
    ]
    open_roles = wording.count(message.open, "open role")
    total = f"  {open_roles} watched, {message.fitting:,} of them fit"
    return [digest_line(message), *_indented_roles(message.items), *near, *unhealthy, total]


def _why(reasons: tuple[Why, ...]) -> list[str]:
    return [f"  why: {wording.reason(why)}" for why in reasons]


def _url(url: str) -> list[str]:
    """Return the URL on a line of its own, or nothing if it is not safe."""
    return [f"  {url}"] if wording.safe_url(url) else []
