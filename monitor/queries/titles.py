"""Postings by their title, or by a part of one."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, select

from monitor.errors import UserError
from monitor.gathered import one_of
from monitor.models import Board, Posting, PostingVersion, SearchText
from monitor.phrases import Phrase
from monitor.queries.naming import Found, find_posting
from monitor.queries.near import spelling

_MOST = 500  # titles


def find_by_name_or_title(connection: Connection, text: str) -> list[Found]:
    """The posting of that name, URL or key, else those whose title has `text`, the newest first. Raises UserError when there is none."""
    try:
        return [find_posting(connection, text)]
    except UserError as error:
        found = [] if "/" in text or text.count(":") > 1 else _titled(connection, text)
        if not found:
            near = spelling(connection, [text])
            raise UserError(f"no posting is called “{text}”. Did you mean “{near}”?" if near else str(error)) from None
        return found


def _titled(connection: Connection, text: str) -> list[Found]:
    """Those with exactly that title, else those whose title has the phrase, else those with these letters in it."""
    wanted = _fitting(text, connection.scalars(select(SearchText.title).distinct()))
    newest = (PostingVersion.posting_id == Posting.id) & (PostingVersion.number == Posting.version)
    query = select(Posting.id, Board.board, Posting.key).join(Board, Board.id == Posting.board_id).join(PostingVersion, newest)
    rows = connection.execute(query.where(one_of(PostingVersion.title, wanted[:_MOST])).order_by(Posting.first_seen_at.desc(), Posting.id))
    return [Found(row.id, row.board, row.key) for row in rows]


def _fitting(text: str, titles: Iterable[str]) -> list[str]:
    wanted, phrase = text.strip().casefold(), _phrase(text)
    same, fit, letters = [], [], []
    for title in titles:
        folded = title.strip().casefold()
        if folded == wanted:
            same.append(title)
        elif phrase is not None and phrase.in_(title):
            fit.append(title)
        elif wanted and wanted in folded:
            letters.append(title)
    return same or fit or letters


def _phrase(text: str) -> Phrase | None:
    try:
        return Phrase(text)
    except ValueError:
        return None
