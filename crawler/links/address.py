"""Any address of a board or a posting ↔ `ats:token` and `ats:token:key`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from crawler.links.directory import directory, find, spelled
from crawler.links.read import nameless, read_link
from crawler.registry import (
    PRODUCTS,
    board_url,
    canonical_key,
    canonical_token,
    fold,
    posting_url,
    supported,
)

__all__ = ["Address", "board_url", "directory", "discover", "find", "parse", "posting_url"]

# as a board or posting of an ats, known or not
_NAMED = re.compile(r"([a-z]+)(:[A-Za-z0-9][A-Za-z0-9_.-]*){1,2}")
_ACCEPTED = "expected ats:token such as google:deepmind, or an address such as https://jobs.ashbyhq.com/openai"
_LINK = re.compile(r"""(?:https?:)?//[^\s"'<>\\]+""")


@dataclass(frozen=True, slots=True)
class Address:
    """A board, or one posting of it where `key` is given."""

    ats: str
    token: str
    key: str | None = None

    @property
    def board(self) -> str:
        """Such as "google:deepmind"."""
        return f"{self.ats}:{self.token}"

    @property
    def posting(self) -> str | None:
        """Such as "google:deepmind:138166347879064262", None for a board."""
        return f"{self.board}:{self.key}" if self.key else None

    @property
    def url(self) -> str:
        """The page for people, of the posting where one is named."""
        return (
            posting_url(self.ats, self.token, self.key)
            if self.key
            else board_url(self.ats, self.token)
        )


def parse(text: str) -> Address:
    """Return the board or posting of `ats:token`, `ats:token:key`, or a URL of a board, a job, a form or an embed.

    Raises ValueError with one clear line.
    """
    written = text.strip()
    ats, *rest = written.split(":", 2)
    ats = ats.lower()
    if ats in PRODUCTS and rest and not rest[0].startswith("//"):
        return _checked(text, ats, *rest)
    if _NAMED.fullmatch(":".join((ats, *rest))):
        raise ValueError(
            f"{_shortened(text)} is no board that rolewatch knows: {ats} is no ats; allowed: {', '.join(sorted(supported()))}"
        )
    try:
        found, why = read_link(written), nameless(written)
    except ValueError as error:
        raise ValueError(f"{_shortened(text)} is no address: {_ACCEPTED}") from error
    if found:
        return _checked(text, *found)
    raise ValueError(
        f"{_shortened(text)} {why or f'is no board that rolewatch knows: {_ACCEPTED}'}"
    )


def _checked(text: str, ats: str, token: str, key: str | None = None) -> Address:
    """The address as rolewatch writes it; a board of the directory is spelled as there."""
    try:
        board = spelled(f"{ats}:{canonical_token(ats, token)}")
        return Address(
            ats, board.removeprefix(f"{ats}:"), None if key is None else canonical_key(ats, key)
        )
    except ValueError as error:
        raise ValueError(f"{_shortened(text)} names no board: {_ACCEPTED}") from error


def _shortened(text: str) -> str:
    return ascii(text if len(text) <= 80 else text[:80] + "…")  # a line's worth  # noqa: PLR2004


def discover(html: str) -> tuple[str, ...]:
    """Return the boards that a careers page links to or embeds, in its order."""
    found: dict[str, str] = {}
    for link in _LINK.findall(html.replace("&amp;", "&").replace("\\/", "/")):
        try:
            board = parse(link if link.startswith("http") else f"https:{link}").board
        except ValueError:
            continue
        found.setdefault(fold(board), board)
    return tuple(found.values())
