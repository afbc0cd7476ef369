"""Compare two texts word by word, with a few unchanged words around each change. Pure.

Paragraphs are paired first. Words are compared only between paragraphs that are similar. A
rewritten paragraph is shown as one removed and one added, since the few words that both share
would only distract.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import chain
from typing import Literal, NamedTuple

from rapidfuzz.distance import Indel

_CONTEXT = 6  # unchanged words kept on either side of a change
_SIMILAR = 0.5  # share of common words from which two paragraphs are compared word by word
_MAX_WORDS = 3_000  # on each side; more would take seconds
_MAX_DESCRIPTION = 4_000  # words of a description on each side
_MAX_PARAGRAPHS = 100  # on each side that are paired

Words = list[str]


class Piece(NamedTuple):
    """Consecutive words of one kind. A `gap` stands for unchanged words that are left out."""

    kind: Literal["same", "old", "new", "gap"]
    words: str


DiffPassage = list[Piece]


def word_diff(old: str, new: str) -> list[DiffPassage]:
    """Return the passages that differ, in reading order. Removed words come before added ones."""
    if old.split() == new.split():
        return []
    before, after = _paragraphs(old), _paragraphs(new)
    steps = SequenceMatcher(
        None, list(map(tuple, before)), list(map(tuple, after)), autojunk=False
    ).get_opcodes()
    changed = (
        (before[step[1] : step[2]], after[step[3] : step[4]])
        for step in steps
        if step[0] != "equal"
    )
    passages = (_passage(*pair) for removed, added in changed for pair in _pairs(removed, added))
    return [passage for passage in passages if passage]


def _paragraphs(text: str) -> list[Words]:
    return [words for line in text.splitlines() if (words := line.split())]


def _pairs(removed: Sequence[Words], added: Sequence[Words]) -> Iterator[tuple[Words, Words]]:
    """Yield the parts to compare word by word.

    They are the whole texts if these are split into paragraphs differently, and so fewer words
    differ. Else each paragraph is paired with the one most like it.
    """
    before, after = list(chain(*removed)), list(chain(*added))
    pairs = list(_paragraph_pairs(removed, added))
    if len(removed) == len(added) == 1 or (
        len(removed) != len(added)
        and _similarity(before, after) >= _SIMILAR
        and Indel.distance(before, after) < sum(Indel.distance(*pair) for pair in pairs)
    ):
        yield before, after
    else:
        yield from pairs


def _paragraph_pairs(
    removed: Sequence[Words], added: Sequence[Words]
) -> Iterator[tuple[Words, Words]]:
    """Yield each paragraph with the one most like it, or alone."""
    next_removed = next_added = 0
    for at_removed, at_added in _matching_pairs(removed[:_MAX_PARAGRAPHS], added[:_MAX_PARAGRAPHS]):
        yield from _unpaired(removed[next_removed:at_removed], added[next_added:at_added])
        yield removed[at_removed], added[at_added]
        next_removed, next_added = at_removed + 1, at_added + 1
    yield from _unpaired(removed[next_removed:], added[next_added:])


def _unpaired(removed: Sequence[Words], added: Sequence[Words]) -> Iterator[tuple[Words, Words]]:
    """Yield paragraphs that are only removed, then those that are only added."""
    yield from ((words, []) for words in removed)
    yield from (([], words) for words in added)


def _matching_pairs(removed: Sequence[Words], added: Sequence[Words]) -> list[tuple[int, int]]:
    """Return the index pairs with the greatest total similarity. Both texts keep their order."""
    best: list[list[float]] = [[0.0] * (len(added) + 1) for _ in range(len(removed) + 1)]
    similarity = [[_similarity(old, new) for new in added] for old in removed]
    for i in reversed(range(len(removed))):
        for j in reversed(range(len(added))):
            paired = best[i + 1][j + 1] + similarity[i][j] if similarity[i][j] >= _SIMILAR else 0.0
            best[i][j] = max(paired, best[i + 1][j], best[i][j + 1])
    pairs = []
    i = j = 0
    while i < len(removed) and j < len(added):
        if similarity[i][j] >= _SIMILAR and best[i][j] == best[i + 1][j + 1] + similarity[i][j]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return pairs


def _similarity(old: Words, new: Words) -> float:
    """Return the share of words in both, in the same order, from 0 to 1."""
    return float(Indel.normalized_similarity(old, new))


def _passage(before: Words, after: Words) -> DiffPassage:
    """Return the pieces of one passage. Empty if no word differs."""
    steps = _readable(_steps(before, after))
    pieces: DiffPassage = []
    for number, (tag, old, new) in enumerate(steps):
        if tag == "equal":
            pieces += _context(old, first=number == 0, last=number == len(steps) - 1)
            continue
        pieces += [Piece("old", " ".join(old))] if old else []
        pieces += [Piece("new", " ".join(new))] if new else []
    return pieces if any(piece.kind in ("old", "new") for piece in pieces) else []


class _Step(NamedTuple):
    tag: str  # equal, or anything else
    old: Words
    new: Words


def _steps(before: Words, after: Words) -> list[_Step]:
    if max(len(before), len(after)) > _MAX_WORDS or _similarity(before, after) < _SIMILAR:
        return [_Step("replace", before, after)]
    codes = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    return [_Step(tag, before[a:b], after[c:d]) for tag, a, b, c, d in codes]


def _readable(steps: list[_Step]) -> list[_Step]:
    """Merge two changes and the few equal words between them: the sentence was rewritten."""
    kept: list[_Step] = []
    for step in steps:
        kept.append(step)
        match kept[-3:]:
            case [left, same, right] if same.tag == "equal" and len(same.old) < min(
                _size(left), _size(right)
            ):
                kept[-3:] = [
                    _Step(
                        "replace", left.old + same.old + right.old, left.new + same.new + right.new
                    )
                ]
    return kept


def _size(step: _Step) -> int:
    return max(len(step.old), len(step.new))


def _context(words: Words, *, first: bool, last: bool) -> Iterator[Piece]:
    """Yield unchanged words, shortened to those next to a change."""
    head, tail = 0 if first else _CONTEXT, 0 if last else _CONTEXT
    if len(words) <= head + tail + 1:
        yield Piece("same", " ".join(words))
        return
    if head:
        yield Piece("same", " ".join(words[:head]))
    yield Piece("gap", "…")
    if tail:
        yield Piece("same", " ".join(words[-tail:]))


def edited_passages(old: str, new: str) -> list[DiffPassage]:
    """Return the passages of an edit, each with a few unchanged words. An "…" marks a cut.

    Empty if the whole text was added or removed, or if it is very long.
    """
    longest = max(len(old.split()), len(new.split()))
    if not old.strip() or not new.strip() or longest > _MAX_DESCRIPTION:
        return []
    return [run for passage in word_diff(old, new) for run in _runs(passage)]


def _runs(passage: DiffPassage) -> Iterator[DiffPassage]:
    """Split a passage at its gaps."""
    run: DiffPassage = []
    for piece in passage:
        if piece.kind == "gap":
            if run:
                yield [*run, Piece("same", piece.words)]
            run = [Piece("same", piece.words)]
        else:
            run.append(piece)
    if any(piece.kind in ("old", "new") for piece in run):
        yield run
