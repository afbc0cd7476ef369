"""The tokens that an employer's name may have on the ATS where a token is often the name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from crawler.links.forms import canonical_token, fold
from crawler.read.letters import fold_letters

TRIED = ("greenhouse", "ashby", "lever")
_WORD = re.compile(r"[^\W_]+")
_LEGAL_FORMS = frozenset(
    {"ab", "ag", "bv", "corp", "corporation", "gmbh", "inc", "incorporated", "limited", "llc"}
    | {"llp", "lp", "ltd", "nv", "oy", "pbc", "plc", "pte", "pty", "sa", "sarl", "sas", "se", "srl"}
)


def boards_to_try(ats: str, name: str) -> tuple[str, ...]:
    """Return the boards of one ATS that the name may have, at most three, most likely first.

    Empty for a text that can be no name.
    """
    if {":", "/", "@"} & set(name):
        return ()
    boards: dict[str, str] = {}
    for token in _tokens(ats, name):
        try:
            board = f"{ats}:{canonical_token(ats, token)}"
        except ValueError:
            continue
        boards.setdefault(fold(board), board)
    return tuple(boards.values())


def same_name(one: str, other: str) -> bool:
    """Return whether two names differ at most in case, accents, punctuation and legal form."""
    return _joined(one) == _joined(other) != ""


def without_legal_form(name: str) -> str:
    """Return the name without its legal form: "Acme" for "Acme, Inc." and "Acme S.A."."""
    words = name.split()
    while len(words) > 1 and "".join(filter(str.isalnum, words[-1])).lower() in _LEGAL_FORMS:
        words.pop()
    return " ".join(words)


def _joined(name: str) -> str:
    return "".join(_words(fold_letters(name)))


def _words(name: str) -> list[str]:
    """Return the words of a name without its legal form."""
    words = _WORD.findall(name)
    while len(words) > 1 and words[-1].lower() in _LEGAL_FORMS:
        words.pop()
    return words


def _tokens(ats: str, name: str) -> Iterator[str]:
    yield _joined(name)
    yield "-".join(_words(fold_letters(name)))
    if ats == "ashby":  # its tokens may have spaces and dots
        yield name
    if ats == "lever":  # two tokens that differ in case are two boards
        yield "".join(word[0].upper() + word[1:] for word in _words(name))
