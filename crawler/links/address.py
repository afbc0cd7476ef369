"""Parse any address of a board or posting into `ats:token` or `ats:token:key`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from crawler.links.directory import directory_spelling
from crawler.links.forms import board_url, canonical_key, canonical_token, fold, posting_url
from crawler.links.page_links import links_in
from crawler.links.web_links import read_link, why_no_board
from crawler.registry import PRODUCTS, supported, title

# the form of `ats:token` or `ats:token:key`, with any ats
_NAME = re.compile(r"([a-z]+)(:[A-Za-z0-9][A-Za-z0-9_.-]*){1,2}")
_EXPECTED = (
    "expected ats:token such as google:deepmind, "
    "or an address such as https://jobs.ashbyhq.com/openai"
)
_MAX_LINKS = 10_000  # different ones of a page
_SHOWN = 80  # characters of a text in an error


@dataclass(frozen=True, slots=True)
class Address:
    """A board, or one of its postings if it has a `key`."""

    ats: str
    token: str
    key: str | None = None

    @property
    def board(self) -> str:
        """The name of the board, such as "google:deepmind"."""
        return f"{self.ats}:{self.token}"

    @property
    def posting(self) -> str | None:
        """The name of the posting, such as "google:deepmind:1381663478790". None for a board."""
        return f"{self.board}:{self.key}" if self.key else None

    @property
    def url(self) -> str:
        """The page of the posting, or of the board, for people."""
        return (
            posting_url(self.ats, self.token, self.key)
            if self.key
            else board_url(self.ats, self.token)
        )


def parse(text: str) -> Address:
    """Return the board or posting of a name or URL.

    A name is `ats:token` or `ats:token:key`. A URL may be that of a board, a job, a form or an
    embed. Raises ValueError with one line for people.
    """
    written = text.strip()
    ats, *rest = written.split(":", 2)
    ats = ats.lower()
    if ats in PRODUCTS and rest and not rest[0].startswith("//"):
        return _canonical(text, ats, *rest)
    if _NAME.fullmatch(":".join((ats, *rest))):
        allowed = ", ".join(sorted(supported()))
        raise ValueError(f"{_shortened(text)}: ats {ats} is not supported; allowed: {allowed}")
    try:
        link, reason = read_link(written), why_no_board(written)
    except ValueError as error:
        raise ValueError(f"{_shortened(text)} is not an address: {_EXPECTED}") from error
    if link:
        return _canonical(text, *link)
    raise ValueError(f"{_shortened(text)} {reason or f'is not a known board: {_EXPECTED}'}")


def _canonical(text: str, ats: str, token: str, key: str | None = None) -> Address:
    """Return the address in rolewatch's spelling. Boards of the directory are spelled as there."""
    try:
        board = directory_spelling(f"{ats}:{canonical_token(ats, token)}")
        return Address(
            ats, board.removeprefix(f"{ats}:"), None if key is None else canonical_key(ats, key)
        )
    except ValueError as error:
        raise ValueError(
            f"{_shortened(text)} is not a valid board of {title(ats)}: {_EXPECTED}"
        ) from error


def _shortened(text: str) -> str:
    """Return the text in quotes. Letters stay, and what cannot be seen is escaped."""
    return repr(text if len(text) <= _SHOWN else text[:_SHOWN] + "…")


def linked_addresses(html: str) -> list[Address]:
    """Return the boards and postings that a page links to or embeds, in its order.

    Of a page with very many links only the first are read: each takes a tenth of a millisecond.
    """
    read: dict[str, Address | None] = {}
    addresses = []
    for link in links_in(html):
        if link not in read:
            if len(read) == _MAX_LINKS:
                break
            read[link] = _address(link)
        address = read[link]
        if address:
            addresses.append(address)
    return addresses


def _address(link: str) -> Address | None:
    try:
        return parse(link)
    except ValueError:
        return None


def linked_boards(html: str) -> tuple[str, ...]:
    """Return the boards that a careers page links to or embeds, once each, in its order."""
    boards: dict[str, str] = {}
    for address in linked_addresses(html):
        boards.setdefault(fold(address.board), address.board)
    return tuple(boards.values())
