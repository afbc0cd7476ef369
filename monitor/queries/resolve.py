"""Find a board or a posting by what people type: its name, its URL, or an unambiguous part."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import starmap
from typing import NamedTuple
from urllib.parse import unquote

from sqlalchemy import Connection, Select, func, or_, select

from crawler.links.address import Address
from monitor.database.tables import NEWEST_VERSION, Board, Posting, PostingVersion
from monitor.errors import UserError
from monitor.queries.board_spelling import address_of, as_spelled, board_of, nearest, there_is

_GOOGLE = "google"  # a job has one key on all boards of its site
_WHOLE_SITE = "google:all"
_NEIGHBOURS = 20_000  # keys that a hint compares; more would take seconds


@dataclass(frozen=True, slots=True)
class PostingRef:
    """A posting that the database knows."""

    id: int  # of the row in `posting`
    board: str
    key: str

    @property
    def posting(self) -> str:
        return f"{self.board}:{self.key}"


def find_board(connection: Connection, text: str) -> str:
    """Return the board that `text` names: `ats:token`, its URL, its token or its company.

    Raises UserError when none or several fit.
    """
    boards = _boards(connection)
    names = [row.board for row in boards]
    if (exact := as_spelled(names, board_of(text))) is not None:
        return exact
    named = [
        row.board
        for row in boards
        if text.casefold() in (row.token.casefold(), row.company.casefold(), row.board.casefold())
    ]
    if len(named) == 1:
        return str(named[0])
    if named:
        raise UserError(f"{text!r} may mean several boards: {', '.join(named)}")
    raise UserError(f"no board {text!r} in the database{nearest(text, names) or there_is(names)}")


def find_boards(connection: Connection, text: str) -> tuple[str, ...]:
    """Return the boards whose token or company contains `text`, as "deepmind" does.

    Raises UserError when there is none.
    """
    wanted = _bare(text)
    boards = _boards(connection)
    same = [
        row.board
        for row in boards
        if wanted in (_bare(row.board), _bare(row.token), _bare(row.company))
    ]
    found = same or [
        row.board
        for row in boards
        if wanted and (wanted in _bare(row.token) or wanted in _bare(row.company))
    ]
    if not found:
        hint = nearest(text.casefold(), _names(boards)) or there_is([row.company for row in boards])
        raise UserError(f"no board of {text!r} is known{hint}")
    return tuple(found)


def _bare(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


class _Named(NamedTuple):
    board: str
    token: str
    company: str


def _boards(connection: Connection) -> list[_Named]:
    query = select(Board.board, Board.token, Board.company).order_by(Board.board)
    return list(starmap(_Named, connection.execute(query)))


def _names(boards: Iterable[_Named]) -> list[str]:
    """Return the names that a person may have meant: tokens, companies, and each word of them."""
    names = (name for row in boards for name in (row.token, row.company, *row.company.split()))
    return list(dict.fromkeys(map(str.casefold, names)))


def find_posting(connection: Connection, text: str) -> PostingRef:
    """Return the posting that `text` names: `ats:token:key`, its URL, or a key of one board.

    Raises UserError when none or several fit.
    """
    text = text.strip()
    if "\0" in text:  # PostgreSQL refuses it
        raise UserError(f"no posting {text!r}: give ats:token:key, its URL or its key")
    if _is_link(text):
        return _by_url(connection, text)
    if text.count(":") >= 2:  # ats:token:key  # noqa: PLR2004
        ats, token, key = text.split(":", 2)
        named = address_of(text) or Address(ats, token, key)
        return _by_name(connection, named.board, named.key or key)
    return _by_key(connection, text)


def named_posting(connection: Connection, name: str) -> PostingRef | None:
    """Return the posting of exactly this name, `ats:token:key`, or None."""
    row = connection.execute(_postings().where(Posting.name == name)).first()
    return None if row is None else PostingRef(*row)


def posting_in_other_case(connection: Connection, name: str) -> PostingRef | None:
    """Return the only posting whose name differs from this in upper and lower case, or None."""
    alike = connection.execute(_postings().where(func.lower(Posting.name) == name.lower()).limit(2))
    found = [PostingRef(*row) for row in alike]
    return found[0] if len(found) == 1 else None


def _is_link(text: str) -> bool:
    """Return True for a link, with or without its scheme.

    An `ats:token:key` with a slash in its token is no link.
    """
    return "/" in text and (":" not in text.partition("/")[0] or "://" in text)


def _postings() -> Select[int, str, str]:
    return (
        select(Posting.id, Board.board, Posting.key)
        .join(Board, Board.id == Posting.board_id)
        .order_by(Board.board, Posting.key)
    )


def _stored(connection: Connection, board: str, key: str) -> PostingRef | None:
    """Return the posting of that key on that board, however its token is written."""
    row = connection.execute(_postings().where(Posting.name == f"{board}:{key}")).first()
    if row is not None:
        return PostingRef(*row)
    known = as_spelled(connection.scalars(select(Board.board)), board)
    return _stored(connection, known, key) if known not in {None, board} else None


def _on_one_site(connection: Connection, key: str) -> PostingRef | None:
    """Return the posting of that key on any of Google's boards, a brand's board first.

    A link to a Google job need not say which brand it belongs to.
    """
    boards = connection.scalars(select(Board.board).where(Board.ats == _GOOGLE)).all()
    found = (
        _stored(connection, board, key)
        for board in sorted(boards, key=lambda board: (board == _WHOLE_SITE, board))
    )
    return next((each for each in found if each is not None), None)


def _by_name(connection: Connection, board: str, key: str) -> PostingRef:
    found = _stored(connection, board, key)
    if found is not None:
        return found
    boards = connection.scalars(select(Board.board)).all()
    known = as_spelled(boards, board)
    if known is None:
        raise UserError(
            f"no posting {board}:{key}: there is no board {board!r} in the "
            f"database{nearest(board, boards)}"
        )
    keys = connection.scalars(
        select(Posting.key).join(Board).where(Board.board == known).limit(_NEIGHBOURS)
    ).all()
    raise UserError(
        f"no posting {known}:{key} was ever seen{nearest(key, keys, prefix=known + ':')}"
    )


def _by_key(connection: Connection, key: str) -> PostingRef:
    found = [PostingRef(*row) for row in connection.execute(_postings().where(Posting.key == key))]
    if not found:
        keys = connection.scalars(select(Posting.key).limit(_NEIGHBOURS)).all()
        raise UserError(
            f"no posting {key!r}: give ats:token:key, its URL or its key; `rolewatch roles` lists "
            f"them{nearest(key, keys)}"
        )
    return _only(key, found)


def _by_url(connection: Connection, url: str) -> PostingRef:
    named = address_of(url)
    if named is not None and named.key is not None:
        is_whole_site = named.board == _WHOLE_SITE  # said of every link that names no brand
        found = None if is_whole_site else _stored(connection, named.board, named.key)
        found = found or (_on_one_site(connection, named.key) if named.ats == _GOOGLE else None)
        if found is not None:
            return found
    stored = [PostingRef(*row) for row in connection.execute(_with_url(url))]
    if stored:
        return _only(url, stored)
    if (on_page := named_posting(connection, _role_page(url))) is not None:
        return on_page
    if named is not None and named.key is None:
        raise UserError(
            f"{url} is a board, not a posting: `rolewatch roles --board {named.board}` lists its "
            "own"
        )
    if named is not None and named.key is not None:
        return _by_name(connection, named.board, named.key)
    raise UserError(f"no posting with the URL {url} was ever seen: `rolewatch roles` lists them")


def _role_page(url: str) -> str:
    """Return the `ats:token:key` of a role's own page, which Slack messages link to, else ""."""
    found = re.search(r"/roles/([^?#]+)", url)
    return unquote(found[1]).removesuffix(".json") if found else ""


def _with_url(url: str) -> Select[int, str, str]:
    """Select postings whose newest version has that URL.

    An address on a company's own site names no board and key.
    """
    bare = url.rstrip("/")
    return (
        _postings()
        .join(PostingVersion, NEWEST_VERSION)
        .where(or_(PostingVersion.url == bare, PostingVersion.url == bare + "/"))
    )


def _only(text: str, found: Sequence[PostingRef]) -> PostingRef:
    if len(found) > 1:
        names = ", ".join(each.posting for each in found)
        raise UserError(f"{text!r} names several postings: {names}; give one of them")
    return found[0]
