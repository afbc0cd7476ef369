"""How much of a description an edit moved, in one line."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import Final

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
