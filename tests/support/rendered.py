"""Blocks as readable lines, for snapshots."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC
from typing import Any, NamedTuple

from monitor.notify.document import Composed
from monitor.notify.slack.render import render, render_sentence


class Drawn(NamedTuple):
    """A message as Slack gets it."""

    text: str
    blocks: list[dict[str, Any]]


def drawn(composed: Composed) -> Drawn:
    """Return the message as Slack gets it, with times in UTC."""
    return Drawn(render_sentence(composed.sentence, UTC), render(composed.document, UTC))


def rendered(text: str, blocks: list[dict[str, Any]]) -> str:
    """Return the notification's text, then a line for each block and each of its elements."""
    return "\n".join([text, *(line for block in blocks for line in _lines(block, ""))])


def _lines(part: dict[str, Any], indent: str) -> Iterator[str]:
    elements = part.get("elements")
    if elements is None:
        yield indent + json.dumps(part, ensure_ascii=False)
        return
    others = {name: value for name, value in part.items() if name not in {"type", "elements"}}
    options = f" {json.dumps(others, ensure_ascii=False)}" if others else ""
    yield f"{indent}{part['type']}{options}"
    for element in elements:
        yield from _lines(element, indent + "  ")
