"""Suggestions for words that no stored title has: a spelling, or the nearest titles."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rapidfuzz import fuzz, process, utils
from sqlalchemy import Connection, select

from monitor.database.tables import SearchText
from monitor.text.phrases import Phrase
from monitor.text.search_terms import tokenize
from monitor.text.spelling import word_forms

_TITLES = 50_000  # the newest; more would take seconds
_ALIKE = 80.0  # per cent of the letters of a word
_NEAR, _NEARLY = 3, 65.0  # titles at most, and per cent of their words


def spelling(connection: Connection, phrases: Iterable[str]) -> str | None:
    """Return the first phrase that some title has once it is spelled as titles do, or None."""
    titles = _titles(connection)
    known = sorted({word for title in titles for word in tokenize(title)})
    return next(
        (near for phrase in phrases if (near := _near(phrase, known, titles)) is not None), None
    )


def near_titles(connection: Connection, text: str) -> list[str]:
    """Return the titles that are most like `text`, most alike first. Empty when none is."""
    titles = dict.fromkeys(" ".join(title.split()) for title in _titles(connection))
    found = process.extract(
        text,
        titles.keys(),
        scorer=fuzz.token_set_ratio,
        processor=utils.default_process,
        limit=_NEAR,
        score_cutoff=_NEARLY,
    )
    return [title for title, _, _ in found]


def _titles(connection: Connection) -> Sequence[str]:
    return connection.scalars(
        select(SearchText.title).order_by(SearchText.id.desc()).limit(_TITLES)
    ).all()


def _near(phrase: str, known: Sequence[str], titles: Sequence[str]) -> str | None:
    if phrase.startswith("/") or "*" in phrase:
        return None
    words = tokenize(phrase)
    spelled = [_word(word, known) for word in words]
    if spelled == words or None in spelled:
        return None
    wanted = " ".join(word for word in spelled if word is not None)
    read = Phrase(wanted)
    return wanted if any(read.found_in(title) for title in titles) else None


def _word(word: str, known: Sequence[str]) -> str | None:
    """Return the word itself if titles have it, else the most similar one."""
    if not word_forms(word).isdisjoint(known):
        return word
    found = process.extractOne(word, known, scorer=fuzz.ratio, score_cutoff=_ALIKE)
    return None if found is None else found[0]
