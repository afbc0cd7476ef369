"""Blocks as readable lines, for snapshots."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any


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
