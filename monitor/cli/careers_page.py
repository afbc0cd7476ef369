"""The boards that an employer's careers page links to: on the page itself, else on at most three of its own links and scripts.

robots.txt of each host is obeyed. Nothing is asked of a private network, unless the person named an address of it.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import urljoin, urlsplit

import aiohttp
from protego import Protego
from selectolax.lexbor import LexborHTMLParser

from crawler.address import discover
from crawler.run import user_agent
from monitor.errors import UserError
from monitor.settings import Settings

_PAGE_TIMEOUT = 10.0  # seconds, one page
_PAGE_LIMIT = 5_000_000  # bytes of a page that are read
_ROBOTS_LIMIT = 500 * 1024
_FURTHER = 3  # pages and scripts that are read when the page itself names no board
_REDIRECTS = 5
_MOVED = {301, 302, 303, 307, 308}
_SERVER_ERROR, _NO_FILE, _NO_ANSWER = 500, 300, 404
_PRODUCT = "rolewatch"  # the name that a group of robots.txt may have
_JOBS = re.compile(r"job|career|opening|position|vacanc|hiring|join", re.IGNORECASE)
_LISTINGS = ("wttj:", "join:")  # where employers advertise beside their own board
_INSTEAD = "give the board's own address, or ats:token"


async def boards_on(url: str, settings: Settings) -> tuple[str, ...]:
    """Return the boards that the page leads to, in its order. Raises UserError when it cannot be read."""
    timeout = aiohttp.ClientTimeout(total=_PAGE_TIMEOUT)
    headers = {"User-Agent": user_agent(settings.crawl.contact)}
    async with aiohttp.ClientSession(timeout=timeout, headers=headers, trust_env=True) as session:
        reader = _Reader(session, url)
        found = await reader.page(url)
        boards = _own(discover(found.text))
        for link in () if boards else list(_further(found))[:_FURTHER]:
            boards = _own(discover(await reader.further(link)))
            if boards:
                break
        return boards


def _own(boards: tuple[str, ...]) -> tuple[str, ...]:
    """The boards without those of job listings, as long as any is left."""
    return tuple(board for board in boards if not board.startswith(_LISTINGS)) or boards


@dataclass(frozen=True, slots=True)
class _Page:
    at: str  # where it was in the end
    text: str


def _further(page: _Page) -> Iterator[str]:
    """The page's own links that speak of jobs, then its frames and scripts."""
    base = (urlsplit(page.at).hostname or "").removeprefix("www.")
    links: dict[str, None] = {}
    tree = LexborHTMLParser(page.text)
    for node in (*tree.css("a[href]"), *tree.css("iframe[src]"), *tree.css("script[src]")):
        written = node.attributes.get("href") or node.attributes.get("src") or ""
        if node.tag == "a" and not _JOBS.search(f"{written} {node.text()}"):
            continue
        try:
            link = urljoin(page.at, written).partition("#")[0]
            host = urlsplit(link).hostname or ""
        except ValueError:
            continue
        if link.startswith(("https://", "http://")) and (host == base or host.endswith(f".{base}")):
            links.setdefault(link)
    links.pop(page.at, None)
    yield from links


@dataclass(slots=True)
class _Reader:
    """Pages of one careers site, as its robots.txt allows."""

    session: aiohttp.ClientSession
    named: str  # the address that the person gave
    _robots: dict[str, Protego | int] = field(default_factory=dict)  # by scheme and host: its rules, or its status

    async def page(self, url: str) -> _Page:
        """The page, wherever it has moved to among public hosts. Raises UserError."""
        try:
            return await self._followed(url)
        except aiohttp.ClientResponseError as error:
            raise UserError(f"{url} answered HTTP {error.status}: {_INSTEAD}") from error
        except (aiohttp.ClientError, TimeoutError, OSError, LookupError, ValueError) as error:
            raise UserError(f"{url} could not be read ({_reason(error)}): {_INSTEAD}") from error

    async def further(self, url: str) -> str:
        """The text of a further page; "" when it cannot be read: the first one could."""
        try:
            if await leads_inside(self.named, url):
                return ""
            return (await self.page(url)).text
        except (UserError, OSError):
            return ""

    async def _followed(self, url: str) -> _Page:
        at = url
        for _ in range(_REDIRECTS + 1):
            await self._require_open(at)
            async with self.session.get(at, allow_redirects=False) as answer:
                if answer.status not in _MOVED:
                    answer.raise_for_status()
                    return _Page(at, (await _start(answer, _PAGE_LIMIT)).decode(answer.charset or "utf-8", "replace"))
                at = urljoin(at, answer.headers.get("Location", ""))
            if discover(at):
                return _Page(at, at)  # a short link or a form: the address that it leads to names the board
            if urlsplit(at).scheme not in {"http", "https"} or await leads_inside(url, at):
                raise UserError(f"{url} leads to an address that no careers page has: {_INSTEAD}")
        raise UserError(f"{url} leads on and on: {_INSTEAD}")

    async def _require_open(self, url: str) -> None:
        """Raises UserError when robots.txt closes this address to us."""
        parts = urlsplit(url)
        host = f"{parts.scheme}://{parts.netloc}"
        if host not in self._robots:
            self._robots[host] = await self._fetch_robots(host)
        rules = self._robots[host]
        if isinstance(rules, int):
            if rules >= _SERVER_ERROR:
                raise UserError(f"robots.txt of {parts.netloc} answered HTTP {rules}, which closes the whole host: {_INSTEAD}")
        elif not rules.can_fetch(url, _PRODUCT):
            raise UserError(f"robots.txt of {parts.netloc} closes {parts.path or '/'} to programs: {_INSTEAD}")

    async def _fetch_robots(self, host: str) -> Protego | int:
        """The rules of a host, or the status of its answer where it has none; a file that is nowhere closes nothing."""
        at = f"{host}/robots.txt"
        for _ in range(_REDIRECTS + 1):
            async with self.session.get(at, allow_redirects=False) as answer:
                if answer.status < _NO_FILE:
                    return Protego.parse((await _start(answer, _ROBOTS_LIMIT)).decode("utf-8", "replace"))
                if answer.status not in _MOVED:
                    return answer.status
                at = urljoin(at, answer.headers.get("Location", ""))
            if urlsplit(at).scheme not in {"http", "https"} or await leads_inside(self.named, at):
                break
        return _NO_ANSWER


def _reason(error: Exception) -> str:
    """Why there was no page, in the words of a look at a board."""
    if isinstance(error, TimeoutError):
        return f"no answer within {_PAGE_TIMEOUT:g} s"
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return f"no such host: {error.host}"
    if isinstance(error, aiohttp.ClientSSLError):
        return f"no secure connection to {error.host}"
    if isinstance(error, aiohttp.ClientConnectorError):
        return f"cannot connect to {error.host}: {error.os_error.strerror or 'it failed'}"
    return type(error).__name__


async def leads_inside(url: str, target: str) -> bool:
    """Does a page send us to another host that is of a private network or of this machine?"""
    host = urlsplit(target).hostname or ""
    if host == urlsplit(url).hostname:
        return False
    found = await asyncio.get_running_loop().getaddrinfo(host, None)
    return not all(ip_address(str(address[0]).partition("%")[0]).is_global for *_, address in found)


async def _start(answer: aiohttp.ClientResponse, limit: int) -> bytes:
    body = bytearray()
    async for piece in answer.content.iter_any():
        body += piece
        if len(body) >= limit:
            break
    return bytes(body)
