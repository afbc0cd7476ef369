"""What `boards add` was given, made into a board that can be watched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawler.address import Address, directory, discover, find, parse
from crawler.items import BoardRequest, Failure, Result, Snapshot
from monitor.cli.output import clean, counted
from monitor.errors import UserError

if TYPE_CHECKING:
    import aiohttp

    from monitor.settings import Settings

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


async def resolve(text: str, settings: Settings) -> Address:
    """The board that `text` names, by its name, by a URL, or by a careers page that links to it. Raises UserError."""
    try:
        address = parse(text)
    except ValueError as error:
        if not _is_page(text):
            raise UserError(f"{error}{_hint(text)}") from error
        address = await _on_page(text, settings)
    return _supported(address)


def _is_page(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def refuse_known(settings: Settings, address: Address) -> None:
    """Raises UserError when the board is in the configuration already, before anybody looks at it."""
    known = settings.board(address.board)
    if known is not None:
        off = "" if known.enabled else ", with `enabled = false`"
        raise UserError(f"{address.board} is in {settings.file} already{off}")


def _hint(text: str) -> str:
    near = [board for board, _ in find(text)][:3] if text.strip() else []
    return f"; known by that name: {', '.join(near)}" if near else ""


def _supported(address: Address) -> Address:
    from crawler.ats import supported

    if address.ats not in supported():
        raise UserError(f"{address.board}: rolewatch cannot read {address.ats} boards yet; it reads {', '.join(sorted(supported()))}")
    return Address(address.ats, address.token)


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
        company = directory().get(address.board) or result.company
        facts = [company, counted(len(result.sightings), "posting")]
        return Seen(f" ({', '.join(clean(fact) for fact in facts if fact)})")
    reason = result.reason if isinstance(result, Failure) else "it answered that nothing moved"
    if result.status in _GONE:
        raise UserError(f"{address.ats} knows no board {address.token!r} ({reason}): check the name, or add it unseen with --no-check")
    return Seen(warning=f"it could not be read now ({reason}); it is added all the same, and the daemon will try again")
