"""Find postings by their title, or by a part of it."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, select

from monitor.database.engine import AnyRow
from monitor.database.json_values import one_of
from monitor.database.tables import Board, Posting, PostingVersion, SearchText
from monitor.errors import UserError
from monitor.queries.moved import last_lives
from monitor.queries.resolve import PostingRef, find_posting
from monitor.queries.spelling import near_titles, spelling
from monitor.text.phrases import Phrase

_MOST = 500  # titles


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
    query = select(Posting.id, Board.board, Posting.key, PostingVersion.title).join(
        Board, Board.id == Posting.board_id
    )
    query = query.join(PostingVersion, PostingVersion.posting_id == Posting.id).where(
        one_of(PostingVersion.title, wanted)
    )
    query = query.order_by(Posting.first_seen_at.desc(), Posting.id)
    is_newest = PostingVersion.number == Posting.version
    return _best(connection.execute(query.where(is_newest)), ranks) or _best(
        connection.execute(query.where(~is_newest)), ranks
    )


def _best(rows: Iterable[AnyRow], ranks: dict[str, int]) -> list[PostingRef]:
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
