"""Read a board as people spell it, and say which known names are near an unknown one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from crawler.links.address import Address, parse
from crawler.links.forms import fold

_LISTED = 8  # companies or boards in an error


def address_of(text: str) -> Address | None:
    """Return the board or posting of a name or link, or None if it is neither."""
    try:
        return parse(text)
    except ValueError:
        return None


def board_of(text: str) -> str:
    """Return the board of a name or link, else the text as it is."""
    named = address_of(text)
    return text if named is None else named.board


def as_spelled(names: Iterable[str], board: str) -> str | None:
    """Return the board as `names` spell it, or None. An exact match comes first."""
    alike = [name for name in names if fold(name) == fold(board)]
    return board if board in alike else next(iter(alike), None)


def there_is(names: Sequence[str]) -> str:
    """Return the end of an error that lists the known names."""
    more = ["…"] if len(names) > _LISTED else []
    return f"; there is {', '.join([*names[:_LISTED], *more]) or 'none yet'}"


def nearest(text: str, known: Iterable[str], prefix: str = "") -> str:
    """Return the end of an error that names the nearest names, or "" if none is near."""
    near = get_close_matches(text, known, n=3, cutoff=0.75)
    return f"; nearest: {', '.join(prefix + name for name in near)}" if near else ""
