"""What changed in a text, word by word, with a little of what stands around it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

_AROUND = 6  # unchanged words kept on either side of a change
_WORD = re.compile(r"\S+")


class Piece(NamedTuple):
    """A run of words of one kind; `gap` stands for unchanged words that are left out."""

    kind: Literal["same", "old", "new", "gap"]
    words: str


def word_diff(old: str, new: str) -> list[Piece]:
    """The pieces in reading order, what went before what came; empty when no word differs."""
    before, after = _WORD.findall(old), _WORD.findall(new)
    pieces = []
    end_before = end_after = 0
    for group in SequenceMatcher(None, before, after, autojunk=False).get_grouped_opcodes(_AROUND):
        if group[0][1] > end_before or group[0][3] > end_after:
            pieces.append(Piece("gap", "…"))
        for step in group:
            pieces += _pieces(step, before, after)
        end_before, end_after = group[-1][2], group[-1][4]
    if pieces and (end_before < len(before) or end_after < len(after)):
        pieces.append(Piece("gap", "…"))
    return pieces


def _pieces(step: tuple[str, int, int, int, int], before: list[str], after: list[str]) -> Iterator[Piece]:
    tag, *ends = step
    old, new = " ".join(before[ends[0] : ends[1]]), " ".join(after[ends[2] : ends[3]])
    if tag == "equal":
        yield Piece("same", old)
        return
    if old:
        yield Piece("old", old)
    if new:
        yield Piece("new", new)
