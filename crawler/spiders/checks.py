"""Run the checks of one crawl: each board is one coroutine, and each ends in one result.

Nothing is decided where Scrapy swallows exceptions: in callbacks, pipelines and signal handlers.
Such requests pass by Scrapy's queue and its CONCURRENT_REQUESTS, so each board takes a slot. It
holds the slot until its result is delivered, so that a slow reader slows the crawl and does not
fill the memory. It frees the slot while it waits to try again.
https://docs.scrapy.org/en/latest/topics/coroutines.html#inline-requests
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from random import Random
from typing import ClassVar
from urllib.parse import quote, unquote

import structlog
from scrapy import Spider

from crawler.feed_export import items
from crawler.fetch import Fetcher
from crawler.gate import Gate
from crawler.holds import Holds
from crawler.items import BoardRequest, Failure, Result
from crawler.links.forms import tenant_host
from crawler.notes import Notes
from crawler.responses import BadResponse
from crawler.retries import Retries
from crawler.robots import Robots
from crawler.spiders.site import Site
from crawler.turns import Turns

log = structlog.get_logger()


class CheckSpider(Spider):
    """Checks boards of one ATS. Results go to `deliver`; `scrapy crawl` gets postings as items."""

    # the scheme and host of its API; "" where each tenant has a host
    api_url: ClassVar[str] = ""
    # further hosts, for an ATS that has several; a board is on one of them
    other_urls: ClassVar[tuple[str, ...]] = ()
    # a documented public API, which is made for programs: robots.txt is not asked
    is_public_api: ClassVar[bool] = False

    def __init__(
        self,
        boards: str = "",
        api_url: str | None = None,
        *,
        requests: Sequence[BoardRequest] = (),
        deliver: Callable[[Result], Awaitable[None]] | None = None,
        max_probes: int = 0,
        holds: Holds | None = None,
        turns: Turns | None = None,
    ) -> None:
        """Take the boards to check. `boards` are tokens, separated by commas."""
        super().__init__()
        urls = [api_url] if api_url else [self.api_url, *self.other_urls]
        self.hosts = [url.rstrip("/") for url in urls]
        self.has_tenant_steps = bool(api_url) and not self.api_url
        tokens = (token.strip() for token in boards.split(","))
        self.requests = [
            *requests,
            *(BoardRequest(f"{self.name}:{token}") for token in tokens if token),
        ]
        self.deliver = deliver
        self.max_probes = max_probes
        self.holds = holds or Holds()
        self.turns = turns
        self.random = Random()  # noqa: S311  # spreads retries
        self.started = asyncio.Event()  # from here on Scrapy can stop it

    async def walk(self, request: BoardRequest, notes: Notes) -> Result:
        """Check one board. Raises BadResponse when the board cannot be read to its end."""
        raise NotImplementedError

    def sites(self, request: BoardRequest, notes: Notes) -> list[Site]:
        """Return the sites that the board may be on: one for most ATS."""
        token = request.board.partition(":")[2]
        steps = tuple(quote(unquote(step), safe="") for step in token.split("/"))
        return [
            Site(
                self.fetcher,
                self.robots,
                base,
                quote(unquote(token), safe=""),
                steps,
                request,
                notes,
                is_public_api=self.is_public_api,
            )
            for base in self._bases(token)
        ]

    def _bases(self, token: str) -> list[str]:
        """Return scheme and host of the board; behind api_url, the tenant is a step of the path."""
        host = tenant_host(self.name, token)
        if not host:
            return self.hosts
        return [
            f"{self.hosts[0]}/{token.partition('/')[0]}" if self.hosts[0] else f"https://{host}"
        ]

    async def start(self) -> AsyncIterator[dict[str, object]]:
        """Check all boards at once, within the slots."""
        self.fetcher = Fetcher(
            self.crawler.engine.download_async,
            self.settings.getfloat("DOWNLOAD_TIMEOUT"),
            Gate(self.holds),
            self.turns,
            {
                **self.settings.getdict("DEFAULT_REQUEST_HEADERS"),
                "User-Agent": self.settings["USER_AGENT"],
            },
        )
        self.robots = Robots(self.fetcher, tenant_steps=self.has_tenant_steps)
        self.slots = asyncio.Semaphore(self.settings.getint("CONCURRENT_REQUESTS"))
        self.started.set()
        if not self.requests:
            log.error("boards_not_given", usage=f"scrapy crawl {self.name} -a boards=TOKEN,TOKEN")
        checks = [asyncio.create_task(self._check(request)) for request in self.requests]
        try:
            for check in asyncio.as_completed(checks):
                for item in await check:
                    yield item
        finally:
            for task in checks:
                task.cancel()
            await asyncio.gather(*checks, return_exceptions=True)

    async def _check(self, request: BoardRequest) -> list[dict[str, object]]:
        """Check one board and deliver its result. Return its postings as items for a feed."""
        began = time.monotonic()
        retries = Retries(self.random)
        notes = Notes.load(request.notes)
        while True:
            async with self.slots:
                result, wait = await self._attempt(request, notes, retries)
                if wait is None:
                    return await self._hand_over(
                        replace(result, seconds=time.monotonic() - began, notes=notes.dump())
                    )
            await asyncio.sleep(wait)

    async def _attempt(
        self, request: BoardRequest, notes: Notes, retries: Retries
    ) -> tuple[Result, float | None]:
        """Return a result, and the seconds to wait if another try may give a better one.

        This is the job around one board: it catches everything, so that no other board suffers.
        """
        try:
            return await self.walk(request, notes), None
        except BadResponse as trouble:
            wait = retries.wait_after(trouble)
            return _failure(request.board, trouble, was_asked=retries.tries > 0), wait
        except Exception as error:
            log.exception("board_not_read", board=request.board)
            reason = f"rolewatch could not read it: {type(error).__name__}"
            return Failure(request.board, reason), None

    async def _hand_over(self, result: Result) -> list[dict[str, object]]:
        if self.deliver is None:
            return items(result)
        await self.deliver(result)
        return []


def _failure(board: str, trouble: BadResponse, *, was_asked: bool) -> Failure:
    """Return the failure of a board. `was_asked`: the host answered a try of this check."""
    return Failure(
        board,
        trouble.reason,
        trouble.status,
        unknown=trouble.unknown,
        retry_after=trouble.retry_after,
        bytes=trouble.size,
        held=trouble.held and not was_asked,
    )
