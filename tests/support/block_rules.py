"""Slack's rules for our blocks (https://docs.slack.dev/reference/block-kit/blocks), as checks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

TOTAL = 13_000  # UTF-16 units of text in all blocks
_RICH = {"rich_text_section", "rich_text_list", "rich_text_quote"}
_PARTS = {"text", "link", "emoji", "user", "usergroup", "date"}


def faults(blocks: object) -> list[str]:
    """Return the reasons why Slack would refuse the blocks; empty when it would take them."""
    if not isinstance(blocks, list):
        return ["blocks must be an array"]
    found = [
        fault for number, block in enumerate(blocks) for fault in _block(block, f"/blocks/{number}")
    ]
    if len(blocks) > 50:
        found.append("no more than 50 items allowed")
    return found


def view_faults(blocks: Any) -> list[str]:  # any JSON
    """Return the reasons why Slack would refuse the blocks of a view, which takes 100."""
    halves = [blocks[:50], blocks[50:]]
    found = [fault for half in halves for fault in faults(half)]
    return found + (["no more than 100 items allowed"] if len(blocks) > 100 else [])


def length(part: Any) -> int:  # any JSON
    """UTF-16 units of all texts in it; a link without a text counts its URL."""
    if isinstance(part, list):
        return sum(map(length, part))
    if not isinstance(part, dict):
        return 0
    own = part.get("text") or (part.get("url") if part.get("type") == "link" else None)
    mine = _units(own) if isinstance(own, str) else length(own)
    return mine + length(part.get("elements")) + length(part.get("fields"))


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _block(block: Any, at: str) -> Iterator[str]:  # any JSON
    match block:
        case {"type": "context", "elements": list(elements)}:
            yield from _number(elements, 1, 10, at)
            for number, element in enumerate(elements):
                yield from _text(element, 3000, f"{at}/elements/{number}", {"mrkdwn", "plain_text"})
        case {"type": "actions", "elements": list(elements)}:
            yield from _number(elements, 1, 25, at)
            for number, element in enumerate(elements):
                yield from _element(element, f"{at}/elements/{number}")
        case {"type": "rich_text", "elements": list(elements)}:
            yield from _number(elements, 1, 1000, at)
            for number, element in enumerate(elements):
                yield from _rich(element, f"{at}/elements/{number}")
        case {"type": "header", "text": text}:
            yield from _text(text, 150, at, {"plain_text"})
        case {"type": "section", "text": text}:
            yield from _text(text, 3000, at, {"mrkdwn", "plain_text"})
        case {"type": "divider"}:
            yield from [] if set(block) == {"type"} else [f"a divider has nothing {at}"]
        case _:
            yield f"not a block that rolewatch uses {at}"


def _number(items: list[Any], least: int, most: int, at: str) -> Iterator[str]:
    if not least <= len(items) <= most:
        yield f"between {least} and {most} items allowed {at}"


# any JSON
def _text(element: Any, most: int, at: str, kinds: set[str]) -> Iterator[str]:
    if (
        not isinstance(element, dict)
        or element.get("type") not in kinds
        or set(element) - {"type", "text", "emoji"}
    ):
        yield f"must be a text object {at}"
    elif not isinstance(element.get("text"), str) or not 1 <= _units(element["text"]) <= most:
        yield f"must be between 1 and {most} characters {at}"


def _element(element: Any, at: str) -> Iterator[str]:  # any JSON
    if element.get("type") == "button":
        yield from _button(element, at)
        return
    if element.get("type") == "overflow":
        yield from _overflow(element, at)
        return
    if element.get("type") != "static_select" or not element.get("action_id"):
        yield f"must be a button or a menu with an action_id {at}"
        return
    yield from _text(element.get("placeholder"), 150, f"{at}/placeholder", {"plain_text"})
    yield from _number(element["options"], 1, 100, f"{at}/options")
    for option in element["options"]:
        yield from _text(option.get("text"), 75, f"{at}/options", {"plain_text"})
        if not 1 <= _units(option.get("value", "")) <= 150:
            yield f"must have a value of at most 150 characters {at}/options"
    yield from _confirm(element.get("confirm"), at)


def _confirm(confirm: Any, at: str) -> Iterator[str]:  # any JSON
    # https://docs.slack.dev/reference/block-kit/composition-objects/confirmation-dialog-object
    if confirm is None:
        return
    for name, most in {"title": 100, "text": 300, "confirm": 30, "deny": 30}.items():
        yield from _text(confirm.get(name), most, f"{at}/confirm/{name}", {"plain_text"})


def _overflow(element: Any, at: str) -> Iterator[str]:  # any JSON
    # https://docs.slack.dev/reference/block-kit/block-elements/overflow-menu-element
    if not element.get("action_id"):
        yield f"must have an action_id {at}"
    yield from _number(element["options"], 1, 5, f"{at}/options")
    for option in element["options"]:
        yield from _text(option.get("text"), 75, f"{at}/options", {"plain_text"})
        if not 1 <= _units(option.get("value", "")) <= 150:
            yield f"must have a value of at most 150 characters {at}/options"
        if "url" in option:
            yield from _url(option["url"], f"{at}/options")


def _button(element: Any, at: str) -> Iterator[str]:  # any JSON
    if (
        element.get("type") != "button"
        or not element.get("action_id")
        or element.get("style", "primary") != "primary"
    ):
        yield f"must be a button with an action_id {at}"
    yield from _text(element.get("text"), 75, f"{at}/text", {"plain_text"})
    yield from _confirm(element.get("confirm"), at)
    if "url" in element:
        yield from _url(element["url"], at)
    elif not isinstance(element.get("value"), str) or not 1 <= _units(element["value"]) <= 2000:
        yield f"must have a URL or a value of at most 2000 characters {at}"


def _url(url: Any, at: str) -> Iterator[str]:  # any JSON
    parts = urlsplit(url) if isinstance(url, str) else None
    if (
        not parts
        or parts.scheme not in {"http", "https"}
        or not parts.netloc
        or _units(url) > 3000
        or any(map(str.isspace, url))
    ):
        yield f"must be a valid URL {at}"


def _rich(element: Any, at: str) -> Iterator[str]:  # any JSON
    if element.get("type") not in _RICH:
        yield f"unsupported type: {element.get('type')} {at}"
        return
    parts = element["elements"]
    yield from _number(parts, 1, 1000, at)
    for number, part in enumerate(parts):
        where = f"{at}/elements/{number}"
        if element["type"] == "rich_text_list":
            yield from (
                _rich(part, where)
                if part.get("type") == "rich_text_section"
                else iter([f"unsupported in a list {where}"])
            )
        elif part.get("type") not in _PARTS:
            yield f"unsupported type: {part.get('type')} {where}"
        else:
            yield from _part(part, where)


def _part(part: dict[str, Any], at: str) -> Iterator[str]:
    words = part.get("text")
    if part["type"] in {"text", "link"} and (
        not isinstance(words, str) or not 1 <= _units(words) <= 12_000
    ):
        yield f"must be between 1 and 12000 characters {at}"
    if part["type"] == "link":
        yield from _url(part.get("url"), at)
    if part["type"] == "date" and (
        not isinstance(part.get("timestamp"), int)
        or not re.search(r"\{(?:date|time)", part.get("format", ""))
    ):
        yield f"must have a timestamp and a format {at}"


def parts(block: Any) -> list[dict[str, Any]]:  # any JSON
    """Every element in it, however deep."""
    if isinstance(block, list):
        return [part for one in block for part in parts(one)]
    return [block, *parts(block.get("elements", []))] if isinstance(block, dict) else []
