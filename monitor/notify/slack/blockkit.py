"""The pieces of Slack's Block Kit that messages are made of: https://docs.slack.dev/reference/block-kit

Text from a board goes into `rich_text` elements or `plain_text`, where Slack reads no markup;
`mrkdwn` holds only words of our own.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from monitor.notify import wording

Part = dict[str, Any]  # a Block Kit object
Parts = list[Part]

# UTF-16 units of text in all blocks; about 13,200 are refused
# (https://github.com/slackapi/bolt-js/issues/2509)
ROOM: Final = 11_500
BLOCKS: Final = 50
DOT: Final = "  ·  "
_DATE: Final = "{date_short_pretty} at {time}"
_CONTEXT: Final = 10  # elements


def text(words_: str, *, bold: bool = False, strike: bool = False) -> Part:
    return {"type": "text", "text": words_ or " "} | _style(bold=bold, strike=strike)


def _style(**styles: bool) -> Part:
    chosen = {name: True for name, on in styles.items() if on}
    return {"style": chosen} if chosen else {}


def with_code(words_: str) -> Parts:
    """Words in which `backticks` mark what a person may type."""
    pieces = words_.split("`")
    if len(pieces) % 2 == 0:
        return [text(words_)]
    return [
        text(piece) | _style(code=number % 2 == 1) for number, piece in enumerate(pieces) if piece
    ] or [text(words_)]


def link(url: str, words_: str, *, bold: bool = False, strike: bool = False) -> Part:
    """The words as a link; as text where the URL may not stand in a message."""
    if wording.link(url) is None:
        return text(words_, bold=bold, strike=strike)
    return {"type": "link", "url": url, "text": words_} | _style(bold=bold, strike=strike)


def date(at: datetime, *, bold: bool = False, strike: bool = False) -> Part:
    """The moment in each reader's own time zone."""
    return {
        "type": "date",
        "timestamp": int(at.timestamp()),
        "format": _DATE,
        "fallback": wording.instant(at),
    } | _style(bold=bold, strike=strike)


def emoji(name: str) -> Part:
    return {"type": "emoji", "name": name}


def mention(who: str) -> Part:
    """A Slack user (`U…`, `W…`) or user group (`S…`), who is notified."""
    return (
        {"type": "usergroup", "usergroup_id": who}
        if who.startswith("S")
        else {"type": "user", "user_id": who}
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


def lines(*rows: Parts) -> Part:
    """Rows under each other, in one section so that they stand close."""
    parts: Parts = []
    for row in rows:
        parts += ([text("\n")] if parts else []) + row
    return section(*parts)


def header(words_: str) -> Part:
    return {
        "type": "header",
        "text": {"type": "plain_text", "text": wording.truncate(words_, 150), "emoji": True},
    }


def divider() -> Part:
    return {"type": "divider"}


def mrkdwn_section(mrkdwn: str) -> Part:
    """Words of our own as a paragraph, with markup."""
    return {"type": "section", "text": mrkdwn_text(mrkdwn)}


def context(*elements: Part) -> Part:
    """A small grey line."""
    return {"type": "context", "elements": list(elements)[:_CONTEXT]}


def mrkdwn_text(mrkdwn: str) -> Part:
    """Words of our own, with markup."""
    return {"type": "mrkdwn", "text": mrkdwn}


def plain_text(words_: str) -> Part:
    """Anybody's words, shown as they are."""
    return {"type": "plain_text", "text": words_ or " ", "emoji": False}


def mrkdwn_date(before: str, at: datetime) -> Part:
    """Words of our own and a moment in each reader's own time zone, for a grey line."""
    return mrkdwn_text(f"{before} <!date^{int(at.timestamp())}^{_DATE}|{wording.instant(at)}>")


def button(url: str, label: str, *, primary: bool = False) -> Part | None:
    """A row with one button that opens the URL; None where the URL may not stand in a message."""
    if wording.link(url) is None:
        return None
    face = {
        "type": "button",
        "action_id": "role_open",
        "text": {"type": "plain_text", "text": label, "emoji": True},
        "url": url,
    }
    return {"type": "actions", "elements": [face | ({"style": "primary"} if primary else {})]}


def size(part: object) -> int:
    """UTF-16 units of text in it, as Slack adds them up; a link without words counts its URL."""
    if isinstance(part, list):
        return sum(map(size, part))
    if not isinstance(part, dict):
        return 0
    with_code = part.get("text")
    return (wording.width(with_code) if isinstance(with_code, str) else size(with_code)) + sum(
        size(part.get(name)) for name in ("elements", "fields")
    )
