"""A text as the words that it can be found by, and what a person looks for as such words: pure, and the same for both databases.

Words are spelled as rules spell them (`spelling.py`). They are indexed as they stand, and it is the
search that looks for singular and plural. Each sign of a script without spaces between words is a
word of its own, so that what is found is a run of them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import prod

from monitor.text.spelling import MARKS, UNSPACED, forms, plain

MOST = 16_000  # words of a text that are indexed: PostgreSQL numbers no more places (16,383)
_LONGEST = 100  # letters of a word
# of a phrase in singular and plural: a longer one is a quotation, and is looked for as it is
# written
_MOST_READINGS = 256
_SIGN = re.compile(f"([{UNSPACED}])")
# most texts have no others beyond ASCII, which takes long
_BETWEEN, _APOSTROPHES = "\u2022\u2013\u2014\u201c\u201d\u2026", "\u2018\u2019"
_WORD = re.compile(rf"(?:[^\W_]|[{MARKS}])+")
# the same for ASCII, in half the time
_APART = {sign: " " for sign in range(128) if not chr(sign).isalnum()}
_SOUGHT = re.compile(r'"([^"]*)"?|(\S+)')


@dataclass(frozen=True, slots=True)
class Term:
    """Words that must stand one after the other, each in one of its forms; of the last the beginning is enough when `prefix`."""

    words: tuple[tuple[str, ...], ...]
    prefix: bool = False


def tokenize(text: str) -> list[str]:
    """The words of a text in their order."""
    text = plain(_typed(text))
    words = (
        text.translate(_APART).split()
        if text.isascii()
        else _WORD.findall(_SIGN.sub(r" \1 ", text))
    )
    return [word[:_LONGEST] for word in words[:MOST]]


def _typed(text: str) -> str:
    """The text with the signs of a typewriter."""
    for sign in _BETWEEN:
        text = text.replace(sign, " ")
    for sign in _APOSTROPHES:
        text = text.replace(sign, "'")
    return text


def parse_query(text: str) -> tuple[Term, ...]:
    """What a person typed: every word must be there, `"…"` are words in a row, `kern*` is a beginning. Empty when there is no word."""
    found = []
    for phrase, word in _SOUGHT.findall(text):
        words = tokenize(phrase or word)
        if words:
            found.append(_term(words, prefix=word.endswith("*")))
    return tuple(found)


def _term(words: list[str], *, prefix: bool) -> Term:
    written = tuple((word,) for word in words)
    read = tuple(tuple(sorted(forms(word))) for word in words)
    if prefix:
        read = (*read[:-1], written[-1])
    return Term(read if prod(map(len, read)) <= _MOST_READINGS else written, prefix)
