"""Parse a search in one line: `research engineer at deepmind in london`. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

_TOKEN: Final = re.compile(r"[\"“”„]([^\"“”„]*)[\"“”„]|(\S+)")
_QUOTES: Final = '"“”„'


@dataclass(frozen=True, slots=True)
class Search:
    """The conditions of `roles` and `watch`: words, an employer, a place."""

    words: tuple[str, ...] = ()  # a phrase in quotation marks is one
    company: str = ""
    places: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        return self.places[0] if self.places else ""


class _Token(NamedTuple):
    text: str
    separator: str  # "at" or "in", without quotation marks; else empty


def parse_search(text: str) -> Search:
    """Return the parts of a search.

    The last `at` begins the employer and the last `in` the place, in any order. Those before are
    words: `engineer in test in london`. “Quotes” keep words together.
    """
    tokens = [_Token(quoted.strip() or bare, _separator(bare)) for quoted, bare in _split(text)]
    starts = {
        number: token.separator
        for number, token in enumerate(tokens)
        if token.separator and _is_last(tokens, number)
    }
    parts: dict[str, list[str]] = {"": [], "at": [], "in": []}
    part = ""
    for number, token in enumerate(tokens):
        if number in starts:
            part = starts[number]
        else:
            parts[part].append(token.text)
    places = (" ".join(parts["in"]),) if parts["in"] else ()
    return Search(tuple(parts[""]), " ".join(parts["at"]), places)


def _split(text: str) -> list[tuple[str, str]]:
    """Return the quoted and bare tokens, one of each pair. A lone quotation mark is dropped."""
    found = ((quoted.strip(), bare.strip(_QUOTES)) for quoted, bare in _TOKEN.findall(text))
    return [(quoted, bare) for quoted, bare in found if quoted or bare]


def _separator(bare: str) -> str:
    return bare.casefold() if bare.casefold() in {"at", "in"} else ""


def _is_last(tokens: Sequence[_Token], number: int) -> bool:
    """Return whether no later token is the same separator with something after it."""
    mine = tokens[number].separator
    later = [
        place for place in range(number + 1, len(tokens) - 1) if tokens[place].separator == mine
    ]
    return not later
