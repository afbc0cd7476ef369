"""Fold letters, so that names compare without case and accents. Find digits quickly."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

# letters that Unicode does not decompose into a plain letter and an accent
_STROKED = str.maketrans({"ł": "l", "ø": "o"})
_RUN = re.compile(r"\d+")
_MARK_DIGITS = bytes.maketrans(b"123456789", b"000000000")
_COMMON_SIGNS = (
    "\u2022\u2019\u2018\u201c\u201d\u2013\u2014\u2026\xa0"  # without them most texts are ASCII
)


def lines_with_digits(text: str) -> set[int]:
    """Return the numbers of the lines that have a digit, from 0 on."""
    numbers: set[int] = set()
    line = at = 0
    for begin, _ in digit_runs(text):
        line += text.count("\n", at, begin)
        at = begin
        numbers.add(line)
    return numbers


@lru_cache(maxsize=4)  # the readers of one posting ask for the same text
def digit_runs(text: str) -> tuple[tuple[int, int], ...]:
    """Return the begin and the end of each run of digits. A pattern takes ten times as long."""
    plain = without_common_signs(text)
    if not plain.isascii():
        return tuple(run.span() for run in _RUN.finditer(plain))
    return tuple(_runs_of_zeros(plain.encode().translate(_MARK_DIGITS)))


def _runs_of_zeros(marks: bytes) -> Iterator[tuple[int, int]]:
    end = 0
    while (begin := marks.find(b"0", end)) >= 0:
        end = begin + 1
        while marks[end : end + 1] == b"0":
            end += 1
        yield begin, end


@lru_cache(maxsize=4)
def without_common_signs(text: str) -> str:
    """Return the text with common signs that are not ASCII as spaces, in the same places."""
    if not text.isascii():
        for sign in _COMMON_SIGNS:
            text = text.replace(sign, " ")
    return text


def fold_letters(name: str) -> str:
    """Return the name in lower case without accents: "zurich" for "Zürich"."""
    if name.isascii():
        return name.lower()
    plain = unicodedata.normalize("NFKD", name).casefold().translate(_STROKED)
    return "".join(letter for letter in plain if not unicodedata.combining(letter))
