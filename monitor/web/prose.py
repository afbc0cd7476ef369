"""A description's text as the blocks that a page shows: paragraphs, lists and headings. Pure.

The reader of postings writes a line break as one, a paragraph after an empty line, and an item
after "• ". It keeps no headings: a short line alone, without the end of a sentence, reads as one.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Final, Literal

from monitor.text.values import clean

_BULLETS: Final = ("• ", "- ", "* ", "– ", "· ")
_LONGEST_HEADING: Final = 70  # characters
_NO_HEADING_ENDS_WITH: Final = (".", "!", "?", ",", ";", "…")


@dataclass(frozen=True, slots=True)
class Block:
    """A heading, a paragraph with its lines, or a list with its items."""

    kind: Literal["heading", "paragraph", "list"]
    lines: tuple[str, ...]


def blocks(text: str) -> list[Block]:
    """Return the blocks of a text. Empty for one without words."""
    found = [block for part in _parts(text) for block in _split(part)]
    return [
        Block("paragraph", block.lines) if block.kind == "heading" and not _heads(after) else block
        for block, after in zip(found, [*found[1:], None], strict=False)
    ]


def _heads(after: Block | None) -> bool:
    """Return whether the block after a heading belongs below it."""
    return after is not None and after.kind != "heading"


def _parts(text: str) -> list[list[str]]:
    """Return the runs of lines between empty lines."""
    lines = [line.strip() for line in clean(text).splitlines()]
    return [list(run) for has_words, run in groupby(lines, key=bool) if has_words]


def _split(lines: list[str]) -> list[Block]:
    """Split a run into its lists and what stands between them."""
    runs = [(is_item, tuple(run)) for is_item, run in groupby(lines, key=_is_item)]
    return [
        Block("list", tuple(line[2:].strip() for line in run)) if is_item else _lines(run)
        for is_item, run in runs
    ]


def _is_item(line: str) -> bool:
    return line.startswith(_BULLETS) and len(line) > len(_BULLETS[0])


def _lines(run: tuple[str, ...]) -> Block:
    line = run[0]
    is_heading = (
        len(run) == 1 and len(line) <= _LONGEST_HEADING and not line.endswith(_NO_HEADING_ENDS_WITH)
    )
    return Block("heading" if is_heading else "paragraph", run)
