"""Find a board of the configuration by what people type."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from monitor.errors import UserError

if TYPE_CHECKING:
    from monitor.config.model import WatchedBoard


def named(boards: Sequence[WatchedBoard], text: str) -> str:
    """Return the board that `text` names: `ats:token`, a URL, or a token or company of `boards`.

    A board of `boards` is returned as it is spelled there. Raises UserError if several fit, or if
    the text cannot name a board.
    """
    from crawler.links.address import parse
    from crawler.registry import same_board

    said = text.strip().casefold()
    found = [board.board for board in boards if said in _called(board)]
    if len(found) > 1:
        raise UserError(f"{text!r} is one of several boards: {', '.join(found)}")
    try:
        wanted = found[0] if found else parse(text).board
    except ValueError as error:
        raise UserError(
            f"{error}; watched are: {', '.join(board.board for board in boards)}"
        ) from error
    return next((board.board for board in boards if same_board(board.board, wanted)), wanted)


def _called(board: WatchedBoard) -> Iterator[str]:
    from crawler.links.directory import employer

    for name in (board.board.partition(":")[2], board.company or employer(board.board)):
        if name:
            yield name.casefold()
