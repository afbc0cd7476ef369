"""Find postings by their title or a part of it. Suggest a spelling where no title has it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import starmap
from typing import NamedTuple

from rapidfuzz import fuzz, process, utils
from sqlalchemy import Connection, select

from monitor.database.json_values import one_of
from monitor.database.tables import Board, Posting, PostingVersion, SearchText
from monitor.errors import UserError
from monitor.queries.moved import last_lives
from monitor.queries.resolve import PostingRef, find_posting
from monitor.text.phrases import Phrase
from monitor.text.search_terms import tokenize
from monitor.text.spelling import word_forms

_MOST = 500  # titles
_NEWEST = 50_000  # the newest; more would take seconds
_ALIKE = 80.0  # per cent of the letters of a word
_NEAR, _NEARLY = 3, 65.0  # titles at most, and per cent of their words


def find_by_name_or_title(connection: Connection, text: str) -> list[PostingRef]:
    """Return the posting of that name, URL or key, else those whose title has `text`.

    The newest come first, and current titles before former ones. Raises UserError, with near
    titles, when there is none.
    """
    try:
        return [find_posting(connection, text)]
    except UserError as error:
        is_name = "/" in text or text.count(":") > 1
        found = [] if is_name else last_lives(connection, _titled(connection, text))
        if not found:
            raise UserError(str(error) if is_name else _unknown(connection, text, error)) from None
        return found


def _titled(connection: Connection, text: str) -> list[PostingRef]:
    ranks = _ranked(text, connection.scalars(select(SearchText.title).distinct()))
    wanted = sorted(ranks, key=lambda title: ranks[title])[:_MOST]
    query = (
        select(Posting.id, Board.board, Posting.key, PostingVersion.title)
        .join(Board, Board.id == Posting.board_id)
        .join(PostingVersion, PostingVersion.posting_id == Posting.id)
        .where(one_of(PostingVersion.title, wanted))
        .order_by(Posting.first_seen_at.desc(), Posting.id)
    )
    is_newest = PostingVersion.number == Posting.version
    found = (
        _best(starmap(_Titled, connection.execute(query.where(condition))), ranks)
        for condition in (is_newest, ~is_newest)
    )
    return next(filter(None, found), [])


class _Titled(NamedTuple):
    id: int
    board: str
    key: str
    title: str


def _best(rows: Iterable[_Titled], ranks: dict[str, int]) -> list[PostingRef]:
    """Return the postings whose title fits best, each once."""
    some = list(rows)
    least = min((ranks[row.title] for row in some), default=0)
    return list(
        dict.fromkeys(
            PostingRef(row.id, row.board, row.key) for row in some if ranks[row.title] == least
        )
    )


def _ranked(text: str, titles: Iterable[str]) -> dict[str, int]:
    """Return the titles that fit: 0 for the exact title, 1 for the phrase, 2 for its letters."""
    wanted, phrase = text.strip().casefold(), _phrase(text)
    ranks: dict[str, int] = {}
    for title in titles:
        folded = title.strip().casefold()
        if folded == wanted:
            ranks[title] = 0
        elif phrase is not None and phrase.found_in(title):
            ranks[title] = 1
        elif wanted and wanted in folded:
            ranks[title] = 2
    return ranks


def _phrase(text: str) -> Phrase | None:
    try:
        return Phrase(text)
    except ValueError:
        return None


def _unknown(connection: Connection, text: str, error: UserError) -> str:
    """Return an error sentence with a spelling or the nearest titles, else with what to give."""
    if word := spelling(connection, [text]):
        return f"no posting is called “{text}”. Did you mean “{word}”?"
    if titles := near_titles(connection, text):
        return (
            f"no posting is called “{text}”. The nearest titles are "
            f"{', '.join(f'“{title}”' for title in titles)}"
        )
    if any(map(str.isdigit, text)):  # a key, whose neighbors the error names
        return str(error)
    return (
        f"no posting is called “{text}”: give words of its title, ats:token:key, its URL or "
        "its key; `rolewatch roles` lists them"
    )


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
        select(SearchText.title).order_by(SearchText.id.desc()).limit(_NEWEST)
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
