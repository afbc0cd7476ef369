"""The board that a person names, and the sentences that say why it cannot be added."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawler.links.address import Address, parse
from crawler.links.directory import current_board, employer
from crawler.links.web_links import why_no_board
from crawler.registry import is_readable, supported, title
from monitor.cli.choosing import SHOWN
from monitor.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crawler.holds import Holds
    from monitor.cli.board_checks import Checked
    from monitor.config.model import Settings

_WITHOUT_SCHEME = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,}/\S*", re.IGNORECASE)
NO_EMPLOYER = "No employer in the directory is called"
TRIED = "Greenhouse, Ashby and Lever"


@dataclass(frozen=True, slots=True)
class Found:
    """The board that a text names."""

    address: Address
    checked: Checked | None = None  # None: it was not checked to find it


def no_employer(name: str, how: str = "--try-name", alike: Sequence[str] = ()) -> str:
    """Return a sentence for a name that the directory lacks. `how` is a command or option.

    `alike` are boards whose employers' names have a part of it or resemble it.
    """
    left = len(alike) - SHOWN
    meant = " or ".join([*alike[:SHOWN], *([f"{left} more"] if left > 0 else [])])
    unless = f"unless you mean {meant}, " if alike else ""
    return (
        f"{NO_EMPLOYER} “{name}”: {unless}give the address of its board or careers page, or "
        f"ats:token. {how} tries the name on {TRIED}"
    )


def is_understood(text: str) -> bool:
    """Return True if the link itself is the mistake, so that reading its page would not help."""
    try:
        return bool(why_no_board(text))
    except ValueError:
        return True


def page_url(text: str) -> str:
    """Return the address of a web page, with https:// if it has no scheme; "" for other texts."""
    written = text.strip()
    if _WITHOUT_SCHEME.fullmatch(written) and not is_understood(written):
        return f"https://{written}"
    try:
        parts = urlsplit(written)
    except ValueError:
        return ""
    return written if parts.scheme in {"http", "https"} and parts.hostname else ""


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
