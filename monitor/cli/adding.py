"""What `boards add` was given, made into a board that can be watched."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawler.address import Address, discover, parse
from crawler.ats import supported
from crawler.directory import Entry, Match, employer, matches, where_now
from crawler.items import BoardRequest, Failure, Result, Snapshot
from crawler.products import title
from monitor.cli.output import clean, counted
from monitor.errors import UserError

if TYPE_CHECKING:
    import aiohttp

    from monitor.settings import Settings

Choose = Callable[[Sequence[Entry]], Entry]

_PAGE_TIMEOUT = 10.0  # seconds, the whole page
_PAGE_LIMIT = 5_000_000  # bytes of a careers page that are read
_REDIRECTS = 5
_MOVED = {301, 302, 303, 307, 308}
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
    return _readable(await _on_page(url.strip(), settings))


async def _on_page(url: str, settings: Settings) -> Address:
    boards = discover(await _fetch(url, settings))
    if not boards:
        raise UserError(f"no board that rolewatch knows is linked on {url}: open one of its jobs and give that address, or ats:token")
    if len(boards) > 1:
        raise UserError(f"{url} links to several boards: {', '.join(boards)}; add the one that is wanted")
    return parse(boards[0])


async def _fetch(url: str, settings: Settings) -> str:
    """The start of a page. Raises UserError."""
    import aiohttp

    from crawler.run import user_agent

    timeout = aiohttp.ClientTimeout(total=_PAGE_TIMEOUT)
    headers = {"User-Agent": user_agent(settings.crawl.contact)}
    try:
        async with aiohttp.ClientSession(timeout=timeout, headers=headers, trust_env=True) as session:
            return await _followed(session, url)
    except aiohttp.ClientResponseError as error:
        raise UserError(f"{url} answered HTTP {error.status}: give the board's own address, or ats:token") from error
    except (aiohttp.ClientError, TimeoutError, OSError, LookupError, ValueError) as error:
        raise UserError(f"{url} could not be read ({_reason(error)}): give the board's own address, or ats:token") from error


def _reason(error: Exception) -> str:
    """Why there was no page, in the words of a look at a board."""
    import aiohttp

    if isinstance(error, TimeoutError):
        return f"no answer within {_PAGE_TIMEOUT:g} s"
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return f"no such host: {error.host}"
    if isinstance(error, aiohttp.ClientSSLError):
        return f"no secure connection to {error.host}"
    if isinstance(error, aiohttp.ClientConnectorError):
        return f"cannot connect to {error.host}: {error.os_error.strerror or 'it failed'}"
    return type(error).__name__


async def _followed(session: aiohttp.ClientSession, url: str) -> str:
    """The page, wherever it has moved to among public hosts. Raises UserError."""
    from urllib.parse import urljoin

    at = url
    for _ in range(_REDIRECTS + 1):
        async with session.get(at, allow_redirects=False) as answer:
            if answer.status not in _MOVED:
                answer.raise_for_status()
                return (await _start(answer)).decode(answer.charset or "utf-8", "replace")
            at = urljoin(at, answer.headers.get("Location", ""))
        if discover(at):
            return at  # a short link or a form: the address that it leads to names the board
        if urlsplit(at).scheme not in {"http", "https"} or await leads_inside(url, at):
            raise UserError(f"{url} leads to an address that no careers page has: give the board's own address, or ats:token")
    raise UserError(f"{url} leads on and on: give the board's own address, or ats:token")


async def leads_inside(url: str, target: str) -> bool:
    """Does a page send us to another host that is of a private network or of this machine?"""
    import asyncio
    from ipaddress import ip_address

    host = urlsplit(target).hostname or ""
    if host == urlsplit(url).hostname:
        return False
    found = await asyncio.get_running_loop().getaddrinfo(host, None)
    return not all(ip_address(str(address[0]).partition("%")[0]).is_global for *_, address in found)


async def _start(answer: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for piece in answer.content.iter_any():
        body += piece
        if len(body) >= _PAGE_LIMIT:
            break
    return bytes(body)


async def look_at(address: Address, settings: Settings) -> Seen:
    """One look at the board, of which nothing is stored. Raises UserError when the ats knows no such board."""
    from contextlib import aclosing

    from crawler.run import crawl
    from monitor.watch import manners

    async with aclosing(crawl(address.ats, [BoardRequest(address.board)], manners(settings, address.ats))) as results:
        return _seen(address, await anext(results))


def _seen(address: Address, result: Result) -> Seen:
    if isinstance(result, Snapshot):
        company = employer(address.board) or result.company
        facts = [company, counted(len(result.sightings), "posting")]
        return Seen(f" ({', '.join(clean(fact) for fact in facts if fact)})")
    reason = result.reason if isinstance(result, Failure) else "it answered that nothing moved"
    if result.status in _GONE:
        todo = moved(address.board) or "check the name, or add it unseen with --no-check"
        raise UserError(f"{title(address.ats)} knows no board {address.token!r} ({reason}): {todo}")
    return Seen(warning=f"it could not be read now ({reason}); it is added all the same, and the daemon will try again")
