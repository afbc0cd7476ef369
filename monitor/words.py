"""A text as the words that it can be found by, and what a person looks for as such words: pure, and the same for both databases.

Lower case, no accents; a plural is the same word; each sign of a script without spaces between words is a word of its own, so that
what is found is a run of them.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

MOST = 16_000  # words of a text that are indexed: PostgreSQL numbers no more places (16,383)
_LONGEST = 100  # letters of a word
_UNSPACED = re.compile("([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005\u3040-\u30fa\u30fc-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af])")
_SIGNS = (
    "\u2022\u2013\u2014\u2018\u2019\u201c\u201d\u2026"  # what most texts have beyond ASCII stands between words, and folding takes long
)
_WORD = re.compile(r"[^\W_]+")
_APART = {sign: " " for sign in range(128) if not chr(sign).isalnum()}  # the same for ASCII, in half the time
_SOUGHT = re.compile(r'"([^"]*)"?|(\S+)')
_SHORTEST_PLURAL = 4  # letters: "jobs", and not "gas"


@dataclass(frozen=True, slots=True)
class Sought:
    """Words that must stand one after the other; of the last the beginning is enough when `prefix`."""

    words: tuple[str, ...]
    prefix: bool = False


def words_of(text: str) -> list[str]:
    """The words of a text in their order."""
    for sign in _SIGNS:
        text = text.replace(sign, " ")
    words = (text.lower().translate(_APART).split() if text.isascii() else _WORD.findall(_fold(text)))[:MOST]
    singular = {word: _singular(word[:_LONGEST]) for word in set(words)}  # most words of a text are in it again
    return [singular[word] for word in words]


def _fold(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text).casefold()
    accents = dict.fromkeys(ord(letter) for letter in set(letters) if unicodedata.combining(letter))
    plain = unicodedata.normalize("NFC", letters.translate(accents) if accents else letters)
    return _UNSPACED.sub(r" \1 ", plain)


def _singular(word: str) -> str:
    if len(word) < _SHORTEST_PLURAL or not word.endswith("s") or word.endswith(("us", "is")):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith("ss"):
        return word
    return word[:-2] if word.endswith("sses") else word[:-1]


def sought(text: str) -> tuple[Sought, ...]:
    """What a person typed: every word must be there, `"…"` are words in a row, `kern*` is a beginning. Empty when there is no word."""
    found = []
    for phrase, word in _SOUGHT.findall(text):
        words = tuple(words_of(phrase or word))
        if words:
            found.append(Sought(words, prefix=word.endswith("*")))
    return tuple(found)
