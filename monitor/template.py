"""The same edit on most of a board, such as a new introduction of the employer in every description: pure.

An edit is told apart by its passages: the words that went and the words that came. Descriptions are compared paragraph by paragraph,
and a paragraph that took the place of another is narrowed to its middle that differs, so that a posting's own words around it do not
hide that the edit is everybody's. A passage that is in more than half of a board's listed postings, and in at least three, is the
board's; two alike are no template, and two messages harm nobody. A posting all of whose passages are the board's has no edit of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import takewhile
from typing import Generic, NamedTuple, TypeVar

LEAST = 3  # postings
K = TypeVar("K", str, int)


class Passage(NamedTuple):
    """Words of a description that were replaced; one side may be empty."""

    old: str
    new: str


@dataclass(frozen=True, slots=True)
class TemplateEdit(Generic[K]):
    """What a board edited in most of its postings; these by their keys or ids."""

    passages: Mapping[Passage, int]  # in how many postings, the commonest first
    edited: tuple[K, ...]
    alone: frozenset[K]  # those of them whose descriptions were edited nowhere else


def find(texts: Mapping[K, tuple[str, str]], listed: int) -> TemplateEdit[K] | None:
    """The board's edit among the descriptions that were rewritten, each given before and after; None where they have none in common."""
    if not enough(len(texts), listed):
        return None
    return find_in({key: passages(before, after) for key, (before, after) in texts.items()}, listed)


def find_in(edits: Mapping[K, frozenset[Passage]], listed: int) -> TemplateEdit[K] | None:
    """The same, of descriptions whose passages were compared before."""
    if not enough(len(edits), listed):
        return None
    common = shared(edits, listed)
    edited = tuple(key for key, edit in edits.items() if edit & common.keys())
    alone = frozenset(key for key in edited if edits[key] <= common.keys())
    return TemplateEdit(common, edited, alone) if edited else None


def enough(edited: int, listed: int) -> bool:
    """Are so many of the listed postings most of them?"""
    return edited >= LEAST and 2 * edited > listed


def passages(before: str, after: str) -> frozenset[Passage]:
    """What an edit replaced; the order and number of the same replacement are nothing."""
    return frozenset(passage for passage in _passages(_paragraphs(before), _paragraphs(after)) if passage.old != passage.new)


def _paragraphs(text: str) -> list[str]:
    return [line for paragraph in text.split("\n") if (line := " ".join(paragraph.split()))]


def _passages(old: Sequence[str], new: Sequence[str]) -> Iterator[Passage]:
    for tag, old_from, old_to, new_from, new_to in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        gone, come = old[old_from:old_to], new[new_from:new_to]
        if tag == "replace" and len(gone) == len(come):
            yield from map(_narrowed, gone, come)
        elif tag != "equal":
            yield from (Passage(paragraph, "") for paragraph in gone)
            yield from (Passage("", paragraph) for paragraph in come)


def _narrowed(before: str, after: str) -> Passage:
    """Without the words that both begin and end with."""
    old, new = before.split(), after.split()
    head = _alike(old, new)
    old, new = old[head:], new[head:]
    tail = _alike(old[::-1], new[::-1])
    return Passage(" ".join(old[: len(old) - tail]), " ".join(new[: len(new) - tail]))


def _alike(one: Sequence[str], other: Sequence[str]) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def shared(edits: Mapping[K, frozenset[Passage]], listed: int) -> dict[Passage, int]:
    """The passages that most of the board's postings share, in how many; the commonest first."""
    counts = Counter(passage for edit in edits.values() for passage in edit)
    return {passage: count for passage, count in counts.most_common() if enough(count, listed)}
