"""What changed in a text, word by word, with a little of what stands around it.

Paragraphs are lined up first, so that words are compared only between paragraphs that are nearly
the same: a paragraph that was rewritten is shown as one that went and one that came, since single
words that both happen to have tell a reader nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import chain
from typing import Literal, NamedTuple

from rapidfuzz.distance import Indel

_AROUND = 6  # unchanged words kept on either side of a change
_ALIKE = 0.5  # of the words of two paragraphs that are compared word by word
_LONGEST = 3_000  # words on each side; beyond, comparing word by word takes seconds
_MOST = 100  # paragraphs on each side that are tried against each other

Words = list[str]


class Piece(NamedTuple):
    """A run of words of one kind; `gap` stands for unchanged words that are left out."""

    kind: Literal["same", "old", "new", "gap"]
    words: str


Passage = list[Piece]


def word_diff(old: str, new: str) -> list[Passage]:
    """The passages that differ, in reading order, what went before what came; none when no word differs."""
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
    passages = (_passage(*pair) for gone, come in changed for pair in _pairs(gone, come))
    return [passage for passage in passages if passage]


def _paragraphs(text: str) -> list[Words]:
    return [words for line in text.splitlines() if (words := line.split())]


def _pairs(gone: Sequence[Words], come: Sequence[Words]) -> Iterator[tuple[Words, Words]]:
    """What is to be compared: the whole where it is nearly the same, however it breaks into paragraphs; else each with its like."""
    before, after = list(chain(*gone)), list(chain(*come))
    if (len(gone) != len(come) and _alikeness(before, after) >= _ALIKE) or len(gone) == len(
        come
    ) == 1:
        yield before, after
        return
    next_gone = next_come = 0
    for at_gone, at_come in _lined_up(gone[:_MOST], come[:_MOST]):
        yield from _alone(gone[next_gone:at_gone], come[next_come:at_come])
        yield gone[at_gone], come[at_come]
        next_gone, next_come = at_gone + 1, at_come + 1
    yield from _alone(gone[next_gone:], come[next_come:])


def _alone(gone: Sequence[Words], come: Sequence[Words]) -> Iterator[tuple[Words, Words]]:
    """Paragraphs that have no like."""
    yield from ((words, []) for words in gone)
    yield from (([], words) for words in come)


def _lined_up(gone: Sequence[Words], come: Sequence[Words]) -> list[tuple[int, int]]:
    """The pairs of paragraphs, in the order of both, whose likeness adds up to most."""
    best: list[list[float]] = [[0.0] * (len(come) + 1) for _ in range(len(gone) + 1)]
    alike = [[_alikeness(old, new) for new in come] for old in gone]
    for i in reversed(range(len(gone))):
        for j in reversed(range(len(come))):
            paired = best[i + 1][j + 1] + alike[i][j] if alike[i][j] >= _ALIKE else 0.0
            best[i][j] = max(paired, best[i + 1][j], best[i][j + 1])
    pairs = []
    i = j = 0
    while i < len(gone) and j < len(come):
        if alike[i][j] >= _ALIKE and best[i][j] == best[i + 1][j + 1] + alike[i][j]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return pairs


def _alikeness(old: Words, new: Words) -> float:
    """From 0 to 1: how much of the words stands in both, in the same order."""
    return float(Indel.normalized_similarity(old, new))


def _passage(before: Words, after: Words) -> Passage:
    """One passage's pieces; empty when the words are the same."""
    steps = _readable(_steps(before, after))
    pieces: Passage = []
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
    if max(len(before), len(after)) > _LONGEST or _alikeness(before, after) < _ALIKE:
        return [_Step("replace", before, after)]
    codes = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    return [_Step(tag, before[a:b], after[c:d]) for tag, a, b, c, d in codes]


def _readable(steps: list[_Step]) -> list[_Step]:
    """The steps without the few same words that stand between two longer changes: they belong to the sentence that was rewritten."""
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
    """What stays, shortened to what stands next to a change."""
    head, tail = 0 if first else _AROUND, 0 if last else _AROUND
    if len(words) <= head + tail + 1:
        yield Piece("same", " ".join(words))
        return
    if head:
        yield Piece("same", " ".join(words[:head]))
    yield Piece("gap", "…")
    if tail:
        yield Piece("same", " ".join(words[-tail:]))
