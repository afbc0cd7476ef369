"""YAML, read strictly: a key that stands twice is an error, which YAML's readers pass over."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]  # it ships no types


def read(file: Path) -> Any:  # whatever the file holds
    """Return what the file holds. Raise ValueError for a key that stands twice."""
    return parse(file.read_text())


def parse(text: str) -> Any:  # as above
    """Return what the text holds. Raise ValueError for a key that stands twice."""
    if twice := list(_repeated(yaml.compose(text, yaml.SafeLoader))):
        raise ValueError(f"keys stand twice: {', '.join(twice)}")
    return yaml.safe_load(text)


def _repeated(node: Any) -> Iterator[str]:  # a node of YAML's
    if isinstance(node, yaml.MappingNode):
        keys = [key.value for key, _ in node.value]
        yield from sorted({key for key in keys if keys.count(key) > 1})
        for _, value in node.value:
            yield from _repeated(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _repeated(value)
