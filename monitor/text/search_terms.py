"""Split texts into words for the search index, and parse search queries into terms. Pure.

Both databases use the same words. Words are folded as in rules (`spelling.py`). The index keeps
each word as it is written; a query searches for its singular and plural. In scripts without spaces
between words each sign is a word, and a query searches for the signs in a row.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from math import prod

from monitor.text.spelling import UNSPACED, VOWEL_SIGNS, fold, word_forms

MAX_WORDS = 16_000  # indexed words of a text; PostgreSQL stores positions up to 16,383
_MAX_LETTERS = 100  # letters of a word
# combinations of singular and plural; a phrase with more is searched as it is written
_MAX_COMBINATIONS = 256
# replaced first, since most texts are then ASCII, which is quicker to split
_PUNCTUATION, _APOSTROPHES = "\u2022\u2013\u2014\u201c\u201d\u2026", "\u2018\u2019"
_WORD = re.compile(rf"(?:[^\W_]|[{VOWEL_SIGNS}])+")
# splits ASCII in half the time of the pattern
_ASCII_SEPARATORS = {sign: " " for sign in range(128) if not chr(sign).isalnum()}
_QUERY_PART = re.compile(r'"([^"]*)"?|(\S+)')


@dataclass(frozen=True, slots=True)
class Term:
    """Consecutive words of a query, each with the forms that match.

    With `prefix` the last word also matches longer words that begin with it.
    """

    words: tuple[tuple[str, ...], ...]
    prefix: bool = False


def tokenize(text: str) -> list[str]:
    """Return the words of a text in order."""
    text = fold(_plain_punctuation(text))
    words = (
        text.translate(_ASCII_SEPARATORS).split()
        if text.isascii()
        else _WORD.findall(_sign().sub(r" \1 ", text))
    )
    words = words[:MAX_WORDS]
    # nearly no text has such a word, and to cut each one takes twice as long
    if max(map(len, words), default=0) > _MAX_LETTERS:
        return [word[:_MAX_LETTERS] for word in words]
    return words


def spaced_words(text: str) -> str:
    """Return the words of a text, with spaces between them: `tokenize`, for most texts quicker."""
    folded = fold(_plain_punctuation(text))
    if folded.isascii() and len(folded) < 2 * MAX_WORDS:  # so it has no more words than that
        spaced = folded.translate(_ASCII_SEPARATORS)
        if not _has_long_word(spaced):
            return spaced
    return " ".join(tokenize(text))


def _has_long_word(spaced: str) -> bool:
    """Return whether a word has too many letters. Only every hundredth letter is examined."""
    end, begin = len(spaced), 0
    while end - begin > _MAX_LETTERS:
        space = spaced.rfind(" ", begin, begin + _MAX_LETTERS + 1)
        if space < 0:
            return True
        begin = space + 1
    return False


@cache
def _sign() -> re.Pattern[str]:  # takes 2 ms to compile
    return re.compile(f"([{UNSPACED}])")


def _plain_punctuation(text: str) -> str:
    """Replace typographic punctuation by ASCII."""
    for sign in _PUNCTUATION:
        text = text.replace(sign, " ")
    for sign in _APOSTROPHES:
        text = text.replace(sign, "'")
    return text


def parse_query(text: str) -> tuple[Term, ...]:
    """Return the terms of a query. A text must contain all of them. Empty if there are no words.

    `"…"` is words in a row, and `kern*` is the beginning of a word.
    """
    terms = []
    for phrase, word in _QUERY_PART.findall(text):
        words = tokenize(phrase or word)
        if words:
            terms.append(_term(words, prefix=word.endswith("*")))
    return tuple(terms)


def _term(words: list[str], *, prefix: bool) -> Term:
    written = tuple((word,) for word in words)
    in_all_forms = tuple(tuple(sorted(word_forms(word))) for word in words)
    if prefix:
        in_all_forms = (*in_all_forms[:-1], written[-1])
    combinations = prod(map(len, in_all_forms))
    return Term(in_all_forms if combinations <= _MAX_COMBINATIONS else written, prefix)
