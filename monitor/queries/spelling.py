"""A spelling for words that no stored title has, taken from those that titles have."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rapidfuzz import fuzz, process
from sqlalchemy import Connection, select

from monitor.database.tables import SearchText
from monitor.text.phrases import Phrase
from monitor.text.spelling import forms
from monitor.text.words import words_of

_TITLES = 50_000  # the newest; more would take seconds
_ALIKE = 80.0  # per cent of the letters


def spelling(connection: Connection, phrases: Iterable[str]) -> str | None:
    """The first of the phrases that some title has once its words are spelled as titles spell them; None when there is no such one."""
    titles = connection.scalars(select(SearchText.title).order_by(SearchText.id.desc()).limit(_TITLES)).all()
    known = sorted({word for title in titles for word in words_of(title)})
    return next((near for phrase in phrases if (near := _near(phrase, known, titles)) is not None), None)


def _near(phrase: str, known: Sequence[str], titles: Sequence[str]) -> str | None:
    if phrase.startswith("/") or "*" in phrase:
        return None
    words = words_of(phrase)
    spelled = [_word(word, known) for word in words]
    if spelled == words or None in spelled:
        return None
    wanted = " ".join(word for word in spelled if word is not None)
    read = Phrase(wanted)
    return wanted if any(read.in_(title) for title in titles) else None


def _word(word: str, known: Sequence[str]) -> str | None:
    """The word itself where titles have it, else the one that is most like it."""
    if not forms(word).isdisjoint(known):
        return word
    found = process.extractOne(word, known, scorer=fuzz.ratio, score_cutoff=_ALIKE)
    return None if found is None else found[0]
