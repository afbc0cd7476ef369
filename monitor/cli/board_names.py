"""The boards that a name or a link may mean, for `boards find`. Imported when it runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from shlex import quote
from typing import TYPE_CHECKING

from crawler.links.address import Address, parse
from crawler.links.directory import employer
from crawler.links.employer_names import search_by_name
from crawler.registry import is_readable
from monitor.cli.named_board import is_understood, moved, no_employer, page_url, unreadable

if TYPE_CHECKING:
    from monitor.cli.output import Row


def candidates(text: str) -> list[Row]:
    """Return the board and posting of a link or `ats:token`, or boards of that name, best first.

    A board whose employer's name only has or resembles the text may be a wrong one: `advice` names
    it.
    """
    try:
        return [_row(parse(text))]
    except ValueError:
        return [_row(parse(match.entry.board)) for match in search_by_name(text) if match.exact]


def _row(address: Address) -> Mapping[str, object]:
    return {
        "board": address.board,
        "posting": address.posting,
        "company": employer(address.board),
        "url": address.url,
        "readable": is_readable(address.board),
    }


def advice(text: str, rows: Sequence[Row]) -> str:
    """Return a sentence beside the rows, or "" if all is well.

    It says why there are no rows, that a board moved, or that it cannot be read yet.
    """
    if len(rows) == 1:
        address = parse(str(rows[0]["board"]))
        return moved(address.board) or unreadable(address)
    if rows:
        return ""
    alike = [f"{match.entry.board} ({match.entry.company})" for match in search_by_name(text)]
    if alike or not ({":", "/"} & set(text) or is_understood(text)):
        return no_employer(text, f"`rolewatch boards add {quote(text)} --try-name`", alike)
    try:
        return parse(text).board
    except ValueError as error:
        if page_url(text) and not is_understood(text):
            return (
                f"{text} is a web page: `rolewatch boards add {quote(text)}` looks for "
                "a board on it"
            )
        return str(error)
