"""What `boards add` was given, made into a board that can be watched."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawler.address import Address, parse
from crawler.ats import supported
from crawler.directory import Entry, Match, employer, matches, where_now
from crawler.items import BoardRequest, Failure, Result, Snapshot
from crawler.products import title
from monitor.cli.output import clean, counted
from monitor.errors import UserError

if TYPE_CHECKING:
    from monitor.settings import Settings

Choose = Callable[[Sequence[Entry]], Entry]

_GONE = {404, 410}


@dataclass(frozen=True, slots=True)
class Seen:
    """What one look at a board before it is added said."""

    words: str = ""  # " (Google DeepMind, 57 postings)"; empty without an answer
    warning: str = ""  # the board could not be read now


def resolve(text: str, choose: Choose) -> Address | None:
    """Return the board that `text` names by address or by its employer's name; None for a page that has to be read.

    `choose` is asked where a name may mean several boards. Raises UserError.
    """
    try:
        return _readable(parse(text))
    except ValueError as error:
        if _is_page(text):
            return None
        found = matches(text)
        if not found:
            raise UserError(str(error)) from error
    return _readable(parse(_chosen(found, choose).board))


def _chosen(found: Sequence[Match], choose: Choose) -> Entry:
    """The one board that has the name, or the one that is chosen; the first where none could be read, whichever it is."""
    surest = [match.entry for match in found if match.rank == found[0].rank or not found[0].exact]
    if (found[0].exact and len(surest) == 1) or not any(entry.board.partition(":")[0] in supported() for entry in surest):
        return surest[0]
    return choose(surest)


def _is_page(text: str) -> bool:
    try:
        parts = urlsplit(text.strip())
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def watched_already(settings: Settings, address: Address) -> str:
    """Return a sentence when the board is watched already, else "". Raises UserError when it is switched off in the configuration."""
    known = settings.board(address.board)
    if known is not None and not known.enabled:
        raise UserError(f"{known.board} is in {settings.file} already, with `enabled = false`: take that out to watch it")
    return f"{known.board} is watched already: {settings.file}" if known else ""


def moved(board: str) -> str:
    """Return a sentence that says where the employer of a former board is now, else ""."""
    now = where_now(board)
    return f"{board} is a former board of {employer(board)}, which is at {now} now: `rolewatch boards add {now}`" if now else ""


def unreadable(address: Address) -> str:
    """Return a sentence when boards of this ats cannot be read yet, else ""."""
    if address.ats in supported():
        return ""
    readable = ", ".join(sorted(map(title, supported())))
    return f"{address.board}: rolewatch cannot read {title(address.ats)} boards yet; it reads {readable}"


def _readable(address: Address) -> Address:
    if why := unreadable(address):
        raise UserError(why)
    return Address(address.ats, address.token)


async def on_page(url: str, settings: Settings) -> Address:
    """Return the one board that a careers page links to. Raises UserError."""
    from monitor.cli.careers_page import boards_on

    boards = await boards_on(url.strip(), settings)
    if not boards:
        raise UserError(f"no board that rolewatch knows is linked on {url}: open one of its jobs and give that address, or ats:token")
    if len(boards) > 1:
        raise UserError(f"{url} links to several boards: {', '.join(boards)}; add the one that is wanted")
    return _readable(parse(boards[0]))


async def look_at(address: Address, settings: Settings) -> Seen:
    """One look at the board, of which nothing is stored. Raises UserError when the ats knows no such board."""
    from contextlib import aclosing

    from crawler.run import crawl
    from monitor.watch import manners

    async with aclosing(crawl(address.ats, [BoardRequest(address.board, glance=True)], manners(settings, address.ats))) as results:
        return _seen(address, await anext(results))


def _seen(address: Address, result: Result) -> Seen:
    if isinstance(result, Snapshot):
        company = employer(address.board) or result.company
        facts = [company, counted(result.seen, "posting")]
        return Seen(f" ({', '.join(clean(fact) for fact in facts if fact)})")
    reason = result.reason if isinstance(result, Failure) else "it answered that nothing moved"
    if result.status in _GONE:
        todo = moved(address.board) or "check the name, or add it unseen with --no-check"
        raise UserError(f"{title(address.ats)} knows no board {address.token!r} ({reason}): {todo}")
    return Seen(warning=f"it could not be read now ({reason}); it is added all the same, and the daemon will try again")
