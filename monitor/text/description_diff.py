"""How much of a description an edit moved, in one line, and the passages that it moved."""

from __future__ import annotations

from difflib import SequenceMatcher
from itertools import groupby
from typing import Final

from monitor.text.diff import word_diff

_LONGEST: Final = 4000  # words; beyond, comparing takes longer than the line is worth


def edited(old: str, new: str) -> str:
    """`2 passages changed, 96 % the same`; `edited` for texts too long to compare word by word."""
    before, after = old.split(), new.split()
    if not before or not after:
        return "added" if after else "removed"
    if max(len(before), len(after)) > _LONGEST:
        return "edited"
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    passages = sum(tag != "equal" for tag, *_ in matcher.get_opcodes())
    if not passages:
        return "paragraphs moved"
    same = min(99, int(100 * matcher.ratio()))
    return f"{passages} passage{'s' if passages > 1 else ''} changed, {same} % the same"


def passages(old: str, new: str) -> list[list[tuple[str, str]]]:
    """What an edit moved, a list a passage: (`same`, `old`, `new` or `gap`, words); none for a text that came or went, or is very long."""
    if not old.strip() or not new.strip() or max(len(old.split()), len(new.split())) > _LONGEST:
        return []
    split = (
        groupby(passage, key=lambda piece: piece.kind == "gap") for passage in word_diff(old, new)
    )
    runs = [list(run) for passage in split for is_gap, run in passage if not is_gap]
    return [[(piece.kind, piece.words) for piece in run] for run in runs]
