"""Board-wide edits: one edit in most descriptions of a board, such as a new introduction.

An edit is a set of passages, each a removed text and the text that replaced it. Descriptions are
compared paragraph by paragraph. A paragraph that replaced another is narrowed to the part that
differs, so a posting's own words around it do not hide the board-wide edit. A passage found in more
than half of a board's listed postings, and in at least three, is board-wide: two equal edits are
too few, and two messages are bearable. A posting whose passages are all board-wide has no edit of
its own.

Pure: `queries/stored_edits.py` finds the edits of stored checks again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import takewhile
from typing import Generic, NamedTuple, TypeVar

from monitor.history.decide import BoardChanges

LEAST = 3  # postings
_AROUND = 6  # words shown on either side of a passage
K = TypeVar("K", str, int)


class EditedPassage(NamedTuple):
    """Words of a description that were replaced. One side may be empty."""

    old: str
    new: str


EditsByKey = Mapping[str, frozenset[EditedPassage]]  # by the posting's key


@dataclass(frozen=True, slots=True)
class FoundEdit(Generic[K]):
    """A board-wide edit. Its postings are given by their keys or ids."""

    passages: Mapping[EditedPassage, int]  # in how many postings, the commonest first
    edited: tuple[K, ...]
    alone: frozenset[K]  # those of them whose descriptions were edited nowhere else


def find_board_wide_edit(texts: Mapping[K, tuple[str, str]], listed: int) -> FoundEdit[K] | None:
    """Return the board-wide edit among the rewritten descriptions (before, after), or None."""
    if not is_majority(len(texts), listed):
        return None
    return find_in_edits(
        {key: replaced_passages(before, after) for key, (before, after) in texts.items()}, listed
    )


def find_in_edits(edits: Mapping[K, frozenset[EditedPassage]], listed: int) -> FoundEdit[K] | None:
    """Return the board-wide edit among descriptions that were compared before, or None."""
    if not is_majority(len(edits), listed):
        return None
    common = board_wide_passages(edits, listed)
    edited = tuple(key for key, edit in edits.items() if edit & common.keys())
    alone = frozenset(key for key in edited if edits[key] <= common.keys())
    return FoundEdit(common, edited, alone) if edited else None


def is_majority(edited: int, listed: int) -> bool:
    """Return True if so many are most of the listed postings."""
    return edited >= LEAST and 2 * edited > listed


def replaced_passages(before: str, after: str) -> frozenset[EditedPassage]:
    """Return the passages that an edit replaced, each once."""
    return frozenset(
        passage
        for passage in _passages(_paragraphs(before), _paragraphs(after))
        if passage.old != passage.new
    )


def compare_descriptions(changes: BoardChanges, listed: int) -> EditsByKey:
    """Return the edited passages of each description, by key. Empty if too few were edited.

    Comparing texts takes seconds.
    """
    edited = {
        change.stored.key: (change.before, change.after)
        for change in changes.revised
        if change.before.description != change.after.description
    }
    if not is_majority(len(edited), listed):
        return {}
    return {
        key: replaced_passages(before.description, after.description)
        for key, (before, after) in edited.items()
    }


def _paragraphs(text: str) -> list[str]:
    return [line for paragraph in text.split("\n") if (line := " ".join(paragraph.split()))]


def _passages(old: Sequence[str], new: Sequence[str]) -> Iterator[EditedPassage]:
    for tag, old_from, old_to, new_from, new_to in SequenceMatcher(
        None, old, new, autojunk=False
    ).get_opcodes():
        removed, added = old[old_from:old_to], new[new_from:new_to]
        if tag == "replace" and len(removed) == len(added):
            yield from map(_narrowed, removed, added)
        elif tag != "equal":
            yield from (EditedPassage(paragraph, "") for paragraph in removed)
            yield from (EditedPassage("", paragraph) for paragraph in added)


def _narrowed(before: str, after: str) -> EditedPassage:
    """Return the passage without the words that both sides begin and end with."""
    old, new = before.split(), after.split()
    head = _alike(old, new)
    old, new = old[head:], new[head:]
    tail = _alike(old[::-1], new[::-1])
    return EditedPassage(" ".join(old[: len(old) - tail]), " ".join(new[: len(new) - tail]))


def _alike(one: Sequence[str], other: Sequence[str]) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def surroundings(passage: EditedPassage, texts: Iterable[tuple[str, str]]) -> tuple[str, str]:
    """Return the words before and after a passage that all descriptions (before, after) share.

    At most six on each side. An "…" stands for more of them.
    """
    found = [_around(passage, *pair) for pair in texts]
    sides = [side for side in found if side is not None]
    if not sides or len(sides) < len(found):
        return "", ""
    before = _shared([head[::-1] for head, _ in sides])[::-1]
    return " ".join(before), " ".join(_shared([tail for _, tail in sides]))


def _around(passage: EditedPassage, before: str, after: str) -> tuple[list[str], list[str]] | None:
    """Return the words of the passage's paragraph before and after it. None if it is not there."""
    words, text = (passage.new, after) if passage.new else (passage.old, before)
    for paragraph in _paragraphs(text):
        head, is_there, tail = f" {paragraph} ".partition(f" {words} ")
        if is_there:
            return head.split(), tail.split()
    return None


def _shared(sides: Sequence[list[str]]) -> list[str]:
    """Return the first words with which all begin, and an "…" if any goes on."""
    shared = sides[0]
    for side in sides[1:]:
        shared = shared[: _alike(shared, side)]
    kept = shared[:_AROUND]
    return [*kept, "…"] if kept and any(side != kept for side in sides) else kept


def board_wide_passages(
    edits: Mapping[K, frozenset[EditedPassage]], listed: int
) -> dict[EditedPassage, int]:
    """Return the passages that most postings share, with their counts, the commonest first."""
    counts = Counter(passage for edit in edits.values() for passage in edit)
    return {passage: count for passage, count in counts.most_common() if is_majority(count, listed)}
