"""Builders of Block Kit parts.

https://docs.slack.dev/reference/block-kit

Text from a board goes into `rich_text` elements or `plain_text`, where Slack reads no markup.
`mrkdwn` holds only rolewatch's own words.

Blocks and buttons are built by slack_sdk, which checks Slack's limits. The elements of `rich_text`
are dicts: slack_sdk's models write empty texts, which Slack refuses, and take 2.5 ms for 50 lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from slack_sdk.models.blocks import (
    ActionsBlock,
    ButtonElement,
    ConfirmObject,
    DividerBlock,
    HeaderBlock,
    Option,
    OverflowMenuElement,
    PlainTextObject,
    StaticSelectElement,
)

from monitor.notify import wording

Part = dict[str, Any]  # a Block Kit object
Parts = list[Part]

_CONTEXT: Final = 10  # elements
_EMOJI_CODE: Final = re.compile(r":[\w+-]+:")
_LABEL_LIMIT: Final = 75  # characters of a button or a menu entry


def _style(**styles: bool) -> Part:
    chosen = {name: True for name, on in styles.items() if on}
    return {"style": chosen} if chosen else {}


def link(url: str, value: str, *, bold: bool = False, strike: bool = False) -> Part:
    """Return a link, or only its text if the URL is not safe."""
    if wording.safe_url(url) is None:
        return text(value, bold=bold, strike=strike)
    return {"type": "link", "url": url, "text": value} | _style(bold=bold, strike=strike)


def text(
    value: str,
    *,
    bold: bool = False,
    strike: bool = False,
    italic: bool = False,
    code: bool = False,
) -> Part:
    return {"type": "text", "text": value or " "} | _style(
        bold=bold, strike=strike, italic=italic, code=code
    )


def instant(
    at: datetime, form: str, fallback: str, *, bold: bool = False, strike: bool = False
) -> Part:
    """Return an instant that Slack shows in each reader's time zone, in that format.

    https://docs.slack.dev/messaging/formatting-message-text#date-formatting
    """
    return {
        "type": "date",
        "timestamp": int(at.timestamp()),
        "format": form,
        "fallback": fallback,
    } | _style(bold=bold, strike=strike)


def emoji(name: str) -> Part:
    return {"type": "emoji", "name": name}


def mention(user: str) -> Part:
    """Return a mention of a user (`U…`, `W…`) or user group (`S…`), which notifies them."""
    return (
        {"type": "usergroup", "usergroup_id": user}
        if user.startswith("S")
        else {"type": "user", "user_id": user}
    )


def section(*parts: Part) -> Part:
    return {"type": "rich_text_section", "elements": list(parts)}


def quote(*parts: Part) -> Part:
    return {"type": "rich_text_quote", "elements": list(parts)}


def bullets(lines: Iterable[Parts]) -> Part:
    return {
        "type": "rich_text_list",
        "style": "bullet",
        "elements": [section(*line) for line in lines],
    }


def block(*elements: Part) -> Part:
    return {"type": "rich_text", "elements": list(elements)}


def header(value: str) -> Part:
    """Return a headline. In one with a colon code Slack reads no emoji: a name may contain it."""
    label = _plain if _EMOJI_CODE.search(value) else _label
    return HeaderBlock(text=label(wording.truncate(value, HeaderBlock.text_max_length))).to_dict()


def divider() -> Part:
    return DividerBlock().to_dict()


def context(*elements: Part) -> Part:
    """Return a small grey line."""
    return {"type": "context", "elements": list(elements)[:_CONTEXT]}


def mrkdwn_text(mrkdwn: str) -> Part:
    """Return rolewatch's own words with markup."""
    return {"type": "mrkdwn", "text": mrkdwn}


def plain_text(value: str) -> Part:
    """Return any text, shown without markup."""
    return {"type": "plain_text", "text": value or " ", "emoji": False}


def button(
    action: str,
    label: str,
    *,
    value: str | None = None,
    url: str | None = None,
    about: str = "",
    confirm: ConfirmObject | None = None,
    is_own: bool = True,
) -> Part:
    """Return a button that sends `value` or opens `url`. Raises SlackObjectFormationError.

    `about` is what a screen reader adds to the label.
    """
    named = {"accessibility_label": wording.truncate(f"{label} {about}", _LABEL_LIMIT)}
    return (named if about else {}) | ButtonElement(
        text=_label(label) if is_own else _plain(label),
        action_id=action,
        value=value,
        url=url,
        confirm=confirm,
    ).to_dict()


def overflow(action: str, options: Iterable[tuple[str, str, str]]) -> Part:
    """Return a menu behind a button. Options are label, value, and a URL or an empty text."""
    return OverflowMenuElement(
        action_id=action,
        options=[
            Option(text=_label(label), value=value, url=url or None)
            for label, value, url in options
        ],
    ).to_dict()


def choice(
    action: str,
    placeholder: str,
    options: Iterable[tuple[str, str]],
    confirm: ConfirmObject | None = None,
) -> Part:
    """Return a menu of labels and values. Raises SlackObjectFormationError."""
    listed = [
        Option(text=_plain(wording.sanitize(label, _LABEL_LIMIT) or " "), value=value)
        for label, value in options
    ]
    return StaticSelectElement(
        action_id=action, placeholder=_label(placeholder), options=listed, confirm=confirm
    ).to_dict()


def confirm(title: str, words: str, yes: str) -> ConfirmObject:
    """Return the question that Slack asks before a click has its effect."""
    return ConfirmObject(
        title=_plain(wording.sanitize(title, ConfirmObject.title_max_length)),
        text=_plain(wording.sanitize(words, ConfirmObject.text_max_length)),
        confirm=_plain(yes),
        deny=_plain("Cancel"),
    )


def actions(*elements: Part, name: str = "") -> Part:
    """Return a row of buttons and menus. Each click on one of them brings the row's name."""
    return ActionsBlock(elements=list(elements), block_id=name or None).to_dict()


def _plain(value: str) -> PlainTextObject:
    """Return text of others, in which Slack reads no emoji."""
    return PlainTextObject(text=value, emoji=False)


def _label(value: str) -> PlainTextObject:
    return PlainTextObject(text=value, emoji=True)
