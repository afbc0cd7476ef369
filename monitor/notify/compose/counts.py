"""Numbers of roles and names of employers in words, and sentences of limited length."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from monitor.message_parts import RoleKind
from monitor.messages import RoleMessage
from monitor.notify import wording
from monitor.notify.compose.events import SIGNS
from monitor.notify.document import SENTENCE_LIMIT, Line, text

_WORDS: Final[dict[RoleKind, str]] = {
    "opened": "new",
    "revised": "changed",
    "closed": "closed",
    "reopened": "open again",
}
_DATE: Final = 30  # of an instant in words, at most
_NAMED: Final = 20  # employers of a sentence, at most


def counted(items: Iterable[RoleMessage], noun: str = "") -> str:
    """Return `12 new roles, 1 changed, 1 closed`: zeros are left out, the noun stands once."""
    numbers = Counter(item.kind for item in items)
    found = [(numbers[kind], words) for kind, words in _WORDS.items() if numbers[kind]]
    parts = [f"{number:,} {words}" for number, words in found]
    if noun and found:
        number, words = found[0]
        plural = noun if number == 1 else f"{noun}s"
        parts[0] = f"{number:,} " + (
            f"{plural} {words}" if words == _WORDS["reopened"] else f"{words} {plural}"
        )
    return ", ".join(parts)


def leading_sign(items: Iterable[RoleMessage]) -> str:
    """Return the sign of the first count."""
    kinds = {item.kind for item in items}
    return next((SIGNS[kind] for kind in _WORDS if kind in kinds), "pencil2")


def named(names: Iterable[str], space: int) -> str:
    """Return `Anthropic, Cohere, and Wayve`, or as many as fit `and 12 more`."""
    unique = sorted(set(names), key=str.casefold)
    for number in range(min(_NAMED, len(unique)), 0, -1):
        words = _listed(unique[:number], len(unique) - number)
        if wording.utf16_length(words) <= space:
            return words
    return wording.count(len(unique), "employer")


def _listed(names: Sequence[str], more: int) -> str:
    return wording.listed([*names, *([f"{more:,} more"] if more else [])])


def length(line: Line) -> int:
    """Return about the length of a line as text."""
    return sum(_DATE if span.at else wording.utf16_length(span.text) for span in line)


def sentences(*candidates: Line, space: int = SENTENCE_LIMIT) -> Line:
    """Return the first sentences, as many as a notification has space for."""
    said: list[Line] = []
    left = space
    for line in filter(None, candidates):
        left -= length(line) + 1
        if left < 0:
            break
        said += [text(" ")] if said else []
        said.append(line)
    if not said:
        first = next(filter(None, candidates), ())
        return text(wording.truncate("".join(span.text for span in first), space))
    return tuple(span for line in said for span in line)


def space_after(words: str) -> int:
    """Return the space that a sentence has for names behind these words."""
    return SENTENCE_LIMIT - wording.utf16_length(words) - 1
