"""Resolve what `boards add` and `boards move` are given to one board, and check that board."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawler.links.address import Address, parse
from crawler.links.directory import Entry, Match, current_board, employer, search_by_name
from crawler.links.spellings import boards_to_try
from crawler.links.web_links import why_no_board
from crawler.registry import is_readable, supported, title
from monitor.cli.choosing import Candidate, agrees, choose
from monitor.errors import UserError

if TYPE_CHECKING:
    from crawler.holds import Holds
    from monitor.cli.board_checks import Checked
    from monitor.cli.common import State
    from monitor.config.model import Settings

_UNKNOWN = "No employer in the directory matches"
_TRIED = "Greenhouse, Ashby and Lever"


@dataclass(frozen=True, slots=True)
class Found:
    """The board that a text names."""

    address: Address
    checked: Checked | None = None  # None: it was not checked to find it


def resolve(text: str, current: State, *, check: bool, try_name: bool) -> Found:
    """Return the board that `text` names: an address, a careers page, or an employer's name.

    A careers page is read, and its boards are checked unless `check` is False. `try_name` allows to
    try an unknown name as a token. A person chooses if several boards are meant. Raises UserError.
    """
    try:
        return Found(readable(parse(text)))
    except ValueError as error:
        if is_page(text):
            from monitor.cli.adding_page import board_on_page

            return board_on_page(text, current, check=check)
        matches = search_by_name(text)
        if not matches and (not _may_be_tried(text) or is_understood(text)):
            raise UserError(str(error)) from error
    entry = _in_directory(text, matches, try_name=try_name)
    if entry is not None:
        return Found(readable(parse(entry.board)))
    from monitor.cli.trying import board_by_trying

    return board_by_trying(text, current)


def _may_be_tried(text: str) -> bool:
    """Return True if a text may be the name of an employer."""
    return bool(boards_to_try("greenhouse", text) or boards_to_try("ashby", text))


def _in_directory(text: str, matches: Sequence[Match], *, try_name: bool) -> Entry | None:
    """Return the board of that name in the directory. None to try the name on the ATS.

    Raises UserError.
    """
    if matches and (matches[0].exact or not try_name):
        return _chosen(text, matches)
    if try_name or agrees(f"{_UNKNOWN} “{text}”. Try the name on {_TRIED}?"):
        return None
    raise UserError(no_employer(text))


def _chosen(text: str, matches: Sequence[Match]) -> Entry | None:
    """Return the board of that name, or the chosen one. The first if none of them can be read."""
    is_known = matches[0].exact
    surest = [match.entry for match in matches if match.rank == matches[0].rank or not is_known]
    if (is_known and len(surest) == 1) or not any(is_readable(entry.board) for entry in surest):
        return surest[0]
    candidates = [Candidate(entry.board, entry.company) for entry in surest]
    if is_known or not _may_be_tried(text):
        chosen = choose(text, candidates)
    else:
        chosen = choose(
            text,
            candidates,
            otherwise=f"another employer: try the name on {_TRIED}",
            advice=f". --try-name tries the name on {_TRIED}",
        )
    return surest[candidates.index(chosen)] if chosen else None


def no_employer(name: str, how: str = "--try-name") -> str:
    """Return a sentence for a name that the directory lacks. `how` is a command or option."""
    return (
        f"{_UNKNOWN} “{name}”: give the address of its board or careers page, or ats:token. {how} "
        f"tries the name on {_TRIED}"
    )


def is_understood(text: str) -> bool:
    """Return True if the link itself is the mistake, so that reading its page would not help."""
    try:
        return bool(why_no_board(text))
    except ValueError:
        return True


def is_page(text: str) -> bool:
    """Return True for the address of a web page."""
    try:
        parts = urlsplit(text.strip())
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def watched_already(settings: Settings, address: Address) -> str:
    """Return a sentence if the board is watched already, else "".

    Raises UserError if it is switched off in the configuration.
    """
    known = settings.board(address.board)
    if known is not None and known.off:
        return f"{known.board} is in {settings.file} already, and off: {known.off}"
    if known is not None and not known.enabled:
        raise UserError(
            f"{known.board} is in {settings.file} already, with `enabled = false`: remove that "
            "to watch it"
        )
    return f"{known.board} is watched already: {settings.file}" if known else ""


def moved(board: str) -> str:
    """Return a sentence that says where the employer of a former board is now, else ""."""
    now = current_board(board)
    if not now:
        return ""
    todo = (
        f": `rolewatch boards add {now}`"
        if is_readable(now)
        else f", and rolewatch cannot read {title(parse(now).ats)} boards yet"
    )
    return f"{board} is a former board of {employer(board)}, which is at {now} now{todo}"


def unreadable(address: Address) -> str:
    """Return a sentence when boards of this ats cannot be read yet, else ""."""
    if address.ats in supported():
        return ""
    allowed = ", ".join(sorted(map(title, supported())))
    return (
        f"{address.board}: rolewatch cannot read {title(address.ats)} boards yet; it reads "
        f"{allowed}"
    )


def readable(address: Address) -> Address:
    """Return the board of an address. Raises UserError if it cannot be read yet."""
    if why := unreadable(address):
        raise UserError(why)
    return Address(address.ats, address.token)


def checked_once(address: Address, settings: Settings, holds: Holds) -> Checked:
    """Check a board that the person named. Raises UserError for an unknown board."""
    from monitor.cli.board_checks import check_boards

    [checked] = asyncio.run(check_boards([address.board], settings, holds))
    if checked.unknown:
        todo = moved(address.board) or "check the name, or add it without a check: --no-check"
        raise UserError(
            f"{title(address.ats)} knows no board {address.token!r} ({checked.unknown}): {todo}"
        )
    return checked
