"""A rule made of words that a person types: whole words, plurals, `Research Scientist/Engineer`."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.config.model import Rule
from monitor.errors import UserError
from monitor.text.phrases import Phrase

SEARCH = "search"  # the name of a rule that typed words make


def search(words: Sequence[str], places: Sequence[str] = ()) -> list[Rule]:
    """Return a rule that needs each of the words in title or company, at one of the places.

    Empty without words and places. Raises UserError for a phrase that cannot be read.
    """
    if not words and not places:
        return []
    rule = Rule(name=SEARCH, all=tuple(words), within=("title", "company"), locations=tuple(places))
    for written in (*words, *places):
        _refuse_unreadable(written)
    return [rule]


def _refuse_unreadable(written: str) -> None:
    try:
        Phrase(written)
    except ValueError as error:
        raise UserError(f"{written!r} {error}") from error
