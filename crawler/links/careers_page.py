"""Find the boards that an employer's careers page links to.

The page itself is read, then at most three of its own links and scripts. robots.txt is obeyed on
each host. A private network is requested only if the person named it. A board that only a linked
page names, or one single link, may be a partner's: it is sure only if its name resembles the site's
host or title.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import urljoin, urlsplit

import aiohttp
from selectolax.lexbor import LexborHTMLParser

from crawler.crawl import user_agent
from crawler.fetch import MOVED, REDIRECTS
from crawler.links.address import linked_addresses, linked_boards
from crawler.links.next_pages import linked_pages
from crawler.links.resemblance import resembles
from crawler.links.web_links import ats_of_job_links
from crawler.robots import LONGEST, Rules, read_rules

_PAGE_TIMEOUT = 10.0  # seconds for one page
_MAX_PAGE = 5_000_000  # bytes
_MAX_LINKED_PAGES = 3  # read if the page itself names no board
_NOT_FOUND = 404  # a missing robots.txt allows everything
_NAMED_HOST = re.compile(r"\.[a-z][a-z0-9-]*\.?$")  # no number, and not this machine's
_JOB_LISTINGS = ("wttj:", "join:")  # employers also advertise there
_REMEDY = "give the board's own address, or ats:token"


class PageUnreadable(Exception):  # noqa: N818  # the page's state, not a fault of ours
    """A careers page cannot be read. The message has the reason and what to give instead."""


@dataclass(frozen=True, slots=True)
class PageBoards:
    """The boards that a careers page links to, in its order."""

    boards: tuple[str, ...] = ()
    # False if a linked page or one link alone names a board that does not resemble the site
    is_sure: bool = True
    ats: str = ""  # of jobs on the employer's own site, where no board is named


async def boards_on(url: str, contact: str | None) -> PageBoards:
    """Return the boards that the page links to. `contact` goes into the User-Agent.

    Raises PageUnreadable.
    """
    timeout = aiohttp.ClientTimeout(total=_PAGE_TIMEOUT)
    headers = {"User-Agent": user_agent(contact)}
    async with aiohttp.ClientSession(timeout=timeout, headers=headers, trust_env=True) as session:
        reader = _Reader(session, url)
        page = await reader.page(url)
        tree = LexborHTMLParser(page.text)
        if boards := _without_listings(linked_boards(page.text)):
            is_sure = not _is_in_passing(page, tree) or _resemble(boards, page.url, tree)
            return PageBoards(boards, is_sure)
        for link in linked_pages(page.url, tree)[:_MAX_LINKED_PAGES]:
            if boards := _without_listings(linked_boards(await reader.linked_page(link))):
                return PageBoards(boards, _resemble(boards, page.url, tree))
        return PageBoards(ats=ats_of_job_links(page.text))


def _resemble(boards: Iterable[str], url: str, tree: LexborHTMLParser) -> bool:
    node = tree.css_first("title")
    title = node.text() if node else ""
    return all(resembles(board, url, title) for board in boards)


def _is_in_passing(page: _Page, tree: LexborHTMLParser) -> bool:
    """Return True if one link for readers is all that names a board, as in an article.

    False for a host without a name, which no board can resemble.
    """
    host = urlsplit(page.url).hostname or ""
    return (
        _NAMED_HOST.search(host) is not None
        and len(linked_addresses(page.text)) == 1
        and any(linked_boards(node.html or "") for node in tree.css("a[href]"))
    )


def _without_listings(boards: tuple[str, ...]) -> tuple[str, ...]:
    """Return the boards without those of job listings, unless these are all."""
    return tuple(board for board in boards if not board.startswith(_JOB_LISTINGS)) or boards


@dataclass(frozen=True, slots=True)
class _Page:
    url: str  # after redirects
    text: str


@dataclass(slots=True)
class _Reader:
    """Reads pages of one careers site as its robots.txt allows."""

    session: aiohttp.ClientSession
    given_url: str  # from the person
    _robots: dict[str, Rules] = field(default_factory=dict)  # by scheme and host

    async def page(self, url: str) -> _Page:
        """Return the page after redirects to public hosts. Raises PageUnreadable."""
        try:
            return await self._follow(url)
        except aiohttp.ClientResponseError as error:
            raise PageUnreadable(f"{url} answered HTTP {error.status}: {_REMEDY}") from error
        except (aiohttp.ClientError, TimeoutError, OSError, LookupError, ValueError) as error:
            raise PageUnreadable(
                f"{url} could not be read ({_reason(error)}): {_REMEDY}"
            ) from error

    async def linked_page(self, url: str) -> str:
        """Return the text of a linked page, or "" if it cannot be read."""
        try:
            if await leads_to_private_host(self.given_url, url):
                return ""
            return (await self.page(url)).text
        except (PageUnreadable, OSError, ValueError):  # the last: a host that is no name
            return ""

    async def _follow(self, url: str) -> _Page:
        at = url
        for _ in range(REDIRECTS + 1):
            await self._require_allowed(at)
            async with self.session.get(at, allow_redirects=False) as answer:
                if answer.status not in MOVED:
                    answer.raise_for_status()
                    return _Page(at, _decoded(await _read_start(answer, _MAX_PAGE), answer.charset))
                at = urljoin(at, answer.headers.get("Location", ""))
            if linked_boards(at):
                # a short link or a form: the target's address names the board
                return _Page(at, at)
            if urlsplit(at).scheme not in {"http", "https"} or await leads_to_private_host(url, at):
                raise PageUnreadable(f"{url} redirects to a private or invalid address: {_REMEDY}")
        raise PageUnreadable(f"{url} redirects more than {REDIRECTS} times: {_REMEDY}")

    async def _require_allowed(self, url: str) -> None:
        """Raise PageUnreadable if robots.txt disallows this address."""
        parts = urlsplit(url)
        host = f"{parts.scheme}://{parts.netloc}"
        if host not in self._robots:
            self._robots[host] = await self._fetch_robots(host)
        rules = self._robots[host]
        if not rules.allow(url):
            raise PageUnreadable(f"{rules.why_closed(url)}: {_REMEDY}")

    async def _fetch_robots(self, host: str) -> Rules:
        """Fetch the rules of a host."""
        at = f"{host}/robots.txt"
        for _ in range(REDIRECTS + 1):
            async with self.session.get(at, allow_redirects=False) as answer:
                if answer.status not in MOVED:
                    return read_rules(
                        answer.status,
                        (await _read_start(answer, LONGEST)).decode("utf-8", "replace"),
                    )
                at = urljoin(at, answer.headers.get("Location", ""))
            if urlsplit(at).scheme not in {"http", "https"} or await leads_to_private_host(
                self.given_url, at
            ):
                break
        return read_rules(_NOT_FOUND, "")


def _reason(error: Exception) -> str:
    """Return the reason in the words of a failed check."""
    if isinstance(error, TimeoutError):
        return f"no answer within {_PAGE_TIMEOUT:g} s"
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return f"no such host: {error.host}"
    if isinstance(error, aiohttp.ClientSSLError):
        return f"no secure connection to {error.host}"
    if isinstance(error, aiohttp.ClientConnectorError):
        return f"cannot connect to {error.host}: {error.os_error.strerror or 'it failed'}"
    return type(error).__name__


async def leads_to_private_host(url: str, target: str) -> bool:
    """Return True for another host in a private network or on this machine."""
    host = urlsplit(target).hostname or ""
    if host == urlsplit(url).hostname:
        return False
    addresses = await asyncio.get_running_loop().getaddrinfo(host, None)
    return not all(
        ip_address(str(address[0]).partition("%")[0]).is_global for *_, address in addresses
    )


def _decoded(body: bytes, charset: str | None) -> str:
    try:
        return body.decode(charset or "utf-8", "replace")
    except LookupError:  # a charset that nobody knows; links are ASCII in nearly all of them
        return body.decode("utf-8", "replace")


async def _read_start(answer: aiohttp.ClientResponse, limit: int) -> bytes:
    body = bytearray()
    async for piece in answer.content.iter_any():
        body += piece
        if len(body) >= limit:
            break
    return bytes(body)
