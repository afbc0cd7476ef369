"""Boards that an employer's careers page links to: on the page itself, else on at most three of its own links and scripts.

Each host's robots.txt is obeyed. No address of a private network is requested, unless the person
named one. A board that only a further page names may belong to a partner: it is sure only where its
name resembles the site's host or title.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import unquote, urljoin, urlsplit

import aiohttp
from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawler.crawl import user_agent
from crawler.links.address import discover
from crawler.links.directory import bare, employer
from crawler.registry import PRODUCTS
from crawler.robots import LONGEST, Rules, read_rules

_SHORTEST = 3  # letters that two names must share
_ANY_SITE = frozenset(
    {"www", "com", "jobs", "job", "career", "careers", "join", "apply", "work", "hiring", "about"}
)
_MOST_WORDS = 5  # of a title that are one name


def resembles(board: str, url: str, title: str) -> bool:
    """Does the board's token, or its employer's name, resemble the host of the page or a name in its title?"""
    names = {bare(name) for name in (_first_step(board), employer(board) or "")} - {""}
    labels = {bare(label) for label in (urlsplit(url).hostname or "").split(".")[:-1]} - _ANY_SITE
    return bool(names & _runs(title)) or any(
        _begin_alike(name, label) for name in names for label in labels
    )


def _first_step(board: str) -> str:
    """The part of the token that may be a name: `nvidia` of `workday:nvidia.wd5/NVIDIAExternalCareerSite`."""
    return re.sub(r"\.wd[0-9]+$", "", unquote(board.partition(":")[2]).partition("/")[0])


def _begin_alike(one: str, other: str) -> bool:
    return min(len(one), len(other)) >= _SHORTEST and (
        one.startswith(other) or other.startswith(one)
    )


def _runs(title: str) -> set[str]:
    """The names that a title may hold: each run of its words, without white space."""
    words = [bare(word) for word in title.split()]
    ends = [
        (start, end)
        for start in range(len(words))
        for end in range(start + 1, min(start + _MOST_WORDS, len(words)) + 1)
    ]
    return {
        run for start, end in ends if len(run := "".join(words[start:end])) >= _SHORTEST
    } - _ANY_SITE


_PAGE_TIMEOUT = 10.0  # seconds, one page
_PAGE_LIMIT = 5_000_000  # bytes of a page that are read
_FURTHER = 3  # pages and scripts that are read when the page itself names no board
_REDIRECTS = 5
_MOVED = {301, 302, 303, 307, 308}
_NO_FILE = 404  # robots.txt is nowhere, and closes nothing
_JOBS = re.compile(r"job|career|opening|position|vacanc|hiring|join", re.IGNORECASE)
_NO_SIGN = {"adp", "amazon", "gem", "google", "join", "jsonld"}  # names that other scripts have too
_VENDOR = re.compile(
    rf"(?<![a-z])(?:{'|'.join(sorted(PRODUCTS.keys() - _NO_SIGN))})(?:hq|hr)?(?![a-z])",
    re.IGNORECASE,
)
_LISTINGS = ("wttj:", "join:")  # where employers advertise beside their own board
_INSTEAD = "give the board's own address, or ats:token"


class PageUnreadable(Exception):  # a trouble of the outside, said in one sentence  # noqa: N818
    """A careers page that cannot be read, with the reason and what to give instead."""


@dataclass(frozen=True, slots=True)
class Found:
    """The boards that a careers page leads to, in its order."""

    boards: tuple[str, ...] = ()
    # False: on a further page alone, and the one board resembles neither the site's host nor its
    # title
    is_sure: bool = True


async def boards_on(url: str, contact: str | None) -> Found:
    """Return the boards that the page leads to. Raises PageUnreadable when it cannot be read. `contact` goes into the User-Agent."""
    timeout = aiohttp.ClientTimeout(total=_PAGE_TIMEOUT)
    headers = {"User-Agent": user_agent(contact)}
    async with aiohttp.ClientSession(timeout=timeout, headers=headers, trust_env=True) as session:
        reader = _Reader(session, url)
        page = await reader.page(url)
        if boards := _own(discover(page.text)):
            return Found(boards)
        tree = LexborHTMLParser(page.text)
        for link in _further(page.at, tree)[:_FURTHER]:
            if boards := _own(discover(await reader.further(link))):
                title = tree.css_first("title")
                return Found(
                    boards,
                    all(
                        resembles(board, page.at, title.text() if title else "") for board in boards
                    ),
                )
        return Found()


def _own(boards: tuple[str, ...]) -> tuple[str, ...]:
    """The boards without those of job listings, as long as any is left."""
    return tuple(board for board in boards if not board.startswith(_LISTINGS)) or boards


@dataclass(frozen=True, slots=True)
class _Page:
    at: str  # where it was in the end
    text: str


def _further(at: str, tree: LexborHTMLParser) -> list[str]:
    """The page's own frames and scripts that name an ats, then its links that speak of jobs, then its other frames and scripts."""
    base = (urlsplit(at).hostname or "").removeprefix("www.")
    links: dict[str, int] = {}
    for node in (*tree.css("a[href]"), *tree.css("iframe[src]"), *tree.css("script[src]")):
        written = node.attributes.get("href") or node.attributes.get("src") or ""
        rank = _rank(node, written)
        try:
            link = urljoin(at, written).partition("#")[0]
            host = urlsplit(link).hostname or ""
        except ValueError:
            continue
        if (
            rank is not None
            and link.startswith(("https://", "http://"))
            and (host == base or host.endswith(f".{base}"))
        ):
            links[link] = min(rank, links.get(link, rank))
    links.pop(at, None)
    return sorted(links, key=lambda link: links[link])


def _rank(node: LexborNode, written: str) -> int | None:
    """The place of a link among those that are read: the lower, the sooner. None for a link that says nothing of jobs."""
    if node.tag == "a":
        return 1 if _JOBS.search(f"{written} {node.text()}") else None
    return 0 if _VENDOR.search(f"{written} {node.attributes.get('id') or ''}") else 2


@dataclass(slots=True)
class _Reader:
    """Pages of one careers site, as its robots.txt allows."""

    session: aiohttp.ClientSession
    named: str  # the address that the person gave
    _robots: dict[str, Rules] = field(default_factory=dict)  # by scheme and host

    async def page(self, url: str) -> _Page:
        """The page, wherever it has moved to among public hosts. Raises PageUnreadable."""
        try:
            return await self._followed(url)
        except aiohttp.ClientResponseError as error:
            raise PageUnreadable(f"{url} answered HTTP {error.status}: {_INSTEAD}") from error
        except (aiohttp.ClientError, TimeoutError, OSError, LookupError, ValueError) as error:
            raise PageUnreadable(
                f"{url} could not be read ({_reason(error)}): {_INSTEAD}"
            ) from error

    async def further(self, url: str) -> str:
        """The text of a further page; "" when it cannot be read: the first one could."""
        try:
            if await leads_inside(self.named, url):
                return ""
            return (await self.page(url)).text
        except (PageUnreadable, OSError):
            return ""

    async def _followed(self, url: str) -> _Page:
        at = url
        for _ in range(_REDIRECTS + 1):
            await self._require_open(at)
            async with self.session.get(at, allow_redirects=False) as answer:
                if answer.status not in _MOVED:
                    answer.raise_for_status()
                    return _Page(
                        at,
                        (await _start(answer, _PAGE_LIMIT)).decode(
                            answer.charset or "utf-8", "replace"
                        ),
                    )
                at = urljoin(at, answer.headers.get("Location", ""))
            if discover(at):
                # a short link or a form: the address that it leads to names the board
                return _Page(at, at)
            if urlsplit(at).scheme not in {"http", "https"} or await leads_inside(url, at):
                raise PageUnreadable(
                    f"{url} leads to an address that no careers page has: {_INSTEAD}"
                )
        raise PageUnreadable(f"{url} leads on and on: {_INSTEAD}")

    async def _require_open(self, url: str) -> None:
        """Raises PageUnreadable when robots.txt closes this address to us."""
        parts = urlsplit(url)
        host = f"{parts.scheme}://{parts.netloc}"
        if host not in self._robots:
            self._robots[host] = await self._fetch_robots(host)
        rules = self._robots[host]
        if not rules.allow(url):
            raise PageUnreadable(f"{rules.why_closed(url)}: {_INSTEAD}")

    async def _fetch_robots(self, host: str) -> Rules:
        """The rules of a host."""
        at = f"{host}/robots.txt"
        for _ in range(_REDIRECTS + 1):
            async with self.session.get(at, allow_redirects=False) as answer:
                if answer.status not in _MOVED:
                    return read_rules(
                        answer.status, (await _start(answer, LONGEST)).decode("utf-8", "replace")
                    )
                at = urljoin(at, answer.headers.get("Location", ""))
            if urlsplit(at).scheme not in {"http", "https"} or await leads_inside(self.named, at):
                break
        return read_rules(_NO_FILE, "")


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
