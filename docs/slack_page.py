"""Messages of a Slack channel as an HTML page in the style of Slack.

It knows the blocks that rolewatch sends. An unknown one raises KeyError.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from html import escape, unescape
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from monitor.notify.document import SIGNS

STYLE: Final = Path(__file__).with_suffix(".css")
Part = dict[str, Any]  # a message, a block or a part of one

_TAGS: Final = {"bold": "b", "italic": "i", "strike": "s", "code": "code"}
# an emoji, bold words, code, or something in angle brackets
_MARK: Final = re.compile(r":([a-z0-9_]+):|\*([^*\n]+)\*|`([^`\n]+)`|<([^<>\n]+)>")
_TOKEN: Final = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Reader:
    """The reader of a channel: their time zone, and the moment of reading."""

    channel: str  # "#roles"
    zone: tzinfo
    times: Mapping[str, datetime]  # when each message came, by its ts
    people: Mapping[str, str]  # names by ids
    width: int  # pixels


def page(messages: Iterable[Part], reader: Reader, open_menus: Collection[str] = ()) -> str:
    """Return the page of a channel's messages, each with its thread.

    `open_menus`: messages, by their ts, whose menu is drawn as if it had been clicked.
    """
    drawn = _Page(reader)
    shown = "".join(
        drawn.day(before, one)
        + drawn.message(one, open_menu=one["ts"] in open_menus)
        + drawn.thread(one)
        for before, one in pairwise([None, *messages])
        if one is not None
    )
    size = "phone" if reader.width < 480 else "desktop"  # Slack's own switch  # noqa: PLR2004
    return (
        f"<!doctype html><html lang=en><meta charset=utf-8><style>{STYLE.read_text()}</style>"
        f'<body class="{size}" style="width:{reader.width}px">'
        f"<header>{escape(reader.channel)}</header>"
        f"<main>{shown}</main></body></html>"
    )


class _Page:
    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.blocks: Mapping[str, Callable[[Part], str]] = {
            "header": self.header,
            "rich_text": self.rich_text,
            "context": self.context,
            "actions": self.actions,
        }
        self.elements: Mapping[str, Callable[[Part], str]] = {
            "text": lambda part: escape(part["text"]),
            "link": lambda part: _link(part["url"], part.get("text") or part["url"]),
            "emoji": lambda part: SIGNS[part["name"]],
            "date": lambda part: self.date(part["timestamp"], part["format"]),
            "user": lambda part: self.mention(part["user_id"]),
            "usergroup": lambda part: self.mention(part["usergroup_id"]),
        }

    def message(self, message: Part, *, beside: Part | None = None, open_menu: bool = False) -> str:
        """Return a message. `beside`: the first one of its thread."""
        also = message.get("subtype") == "thread_broadcast"
        broadcast = '<div class="also">Also sent to the channel</div>' if also else ""
        edited = '<span class="edited">(edited)</span>' if message.get("edited") else ""
        said = "".join(self.blocks[block["type"]](block) for block in message["blocks"])
        css = "menus" if open_menu else ""
        return (
            f'<article class="{css}"><div class="avatar">R</div><div class="said">{broadcast}'
            f'<div class="who"><b>rolewatch</b><span class="app">APP</span>'
            f"<time>{self.came(message, beside)}</time>{edited}</div>{said}</div></article>"
        )

    def day(self, before: Part | None, message: Part) -> str:
        """Return the line that begins another day."""
        at = self.at(message)
        same = before is None or self.at(before).date() == at.date()
        return "" if same else f'<div class="day"><span>{at:%A, %B} {at.day}</span></div>'

    def at(self, message: Part) -> datetime:
        return self.local(self.reader.times[message["ts"]])

    def came(self, message: Part, beside: Part | None) -> str:
        """Return when a message came, with its day if its thread began on another."""
        at = self.at(message)
        other = self.at(beside) if beside else at
        return _clock(at) if at.date() == other.date() else f"{at:%b} {at.day} at {_clock(at)}"

    def thread(self, first: Part) -> str:
        replies = first.get("replies") or []
        if not replies:
            return ""
        number = "1 reply" if len(replies) == 1 else f"{len(replies)} replies"
        inside = "".join(self.message(reply, beside=first) for reply in replies)
        return f'<section class="thread"><div class="count">{number}</div>{inside}</section>'

    def header(self, block: Part) -> str:
        return f"<h1>{escape(block['text']['text'])}</h1>"

    def rich_text(self, block: Part) -> str:
        return f'<div class="text">{"".join(map(self.rich_part, block["elements"]))}</div>'

    def rich_part(self, part: Part) -> str:
        if part["type"] == "rich_text_list":
            rows = "".join(f"<li>{self.spans(row)}</li>" for row in part["elements"])
            return f"<ul>{rows}</ul>"
        tag = {"rich_text_section": "p", "rich_text_quote": "blockquote"}[part["type"]]
        return f"<{tag}>{self.spans(part)}</{tag}>"

    def spans(self, part: Part) -> str:
        return "".join(map(self.span, part["elements"]))

    def span(self, part: Part) -> str:
        shown = self.elements[part["type"]](part)
        for style in part.get("style", {}):
            shown = f"<{_TAGS[style]}>{shown}</{_TAGS[style]}>"
        return shown

    def context(self, block: Part) -> str:
        parts = "".join(f"<span>{self.text(part)}</span>" for part in block["elements"])
        return f'<div class="context">{parts}</div>'

    def actions(self, block: Part) -> str:
        return f'<div class="actions">{"".join(map(self.control, block["elements"]))}</div>'

    def control(self, part: Part) -> str:
        if part["type"] == "button":
            return f'<span class="button">{escape(part["text"]["text"])}</span>'
        options = "".join(f"<div>{escape(one['text']['text'])}</div>" for one in part["options"])
        return f'<span class="button more">•••</span><div class="menu">{options}</div>'

    def text(self, part: Part) -> str:
        """Return plain text, or text with the markup of rolewatch's own words."""
        if part["type"] == "plain_text":
            return escape(part["text"])
        shown, done = "", 0
        for mark in _MARK.finditer(part["text"]):
            shown += _escaped(part["text"][done : mark.start()]) + self.marked(*mark.groups())
            done = mark.end()
        return shown + _escaped(part["text"][done:])

    def marked(self, emoji: str, bold: str, code: str, angle: str) -> str:
        if emoji:
            return SIGNS[emoji]
        if bold or code:
            tag = "b" if bold else "code"
            return f"<{tag}>{_escaped(bold or code)}</{tag}>"
        target, _, label = angle.partition("|")
        if target.startswith("!date^"):
            _, seconds, form = target.split("^")[:3]
            return self.date(int(seconds), form)
        if target.startswith("@"):
            return self.mention(target[1:])
        return _link(unescape(target), unescape(label or target))

    def mention(self, user: str) -> str:
        return f'<span class="mention">@{escape(self.reader.people[user])}</span>'

    def date(self, seconds: int, form: str) -> str:
        """Return an instant in the reader's zone. Slack begins a date with a capital."""
        at = self.local(datetime.fromtimestamp(seconds, UTC))
        tokens = {
            "date": f"{at:%B} {at.day}",
            "date_short": f"{at:%b} {at.day}, {at.year}",
            "time": _clock(at),
        }
        shown = _TOKEN.sub(lambda token: tokens[token[1]], form)
        return escape(shown[:1].upper() + shown[1:])

    def local(self, at: datetime) -> datetime:
        return at.astimezone(self.reader.zone)


def _clock(at: datetime) -> str:
    return f"{at:%I:%M %p}".lstrip("0")


def _escaped(markup: str) -> str:
    """Return Slack's escaped text, escaped for HTML."""
    return escape(unescape(markup))


def _link(url: str, label: str) -> str:
    return f'<a href="{escape(url)}">{escape(label)}</a>'
