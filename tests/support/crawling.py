"""Crawls of the local board server."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
from scrapy import Request
from scrapy.http import Response

from crawler.crawl import crawl
from crawler.fetch import Fetcher
from crawler.items import BoardRequest, Failure, Politeness, Posting, Result, Snapshot
from crawler.notes import Notes
from crawler.robots import Robots
from crawler.spiders.site import Site
from monitor.demo.board_server import BoardServer

BOARD = "greenhouse:examplelabs"


def manners(server: BoardServer, **own: Any) -> Politeness:  # any of the manners
    """Return quick manners, unless a test is about them."""
    return replace(Politeness(api_url=server.url, delay=0, timeout=6), **own)


# any of the manners
async def check_boards(
    server: BoardServer, *requests: BoardRequest | str, **own: Any
) -> dict[str, Result]:
    """Return the result of each board. Assert that each has exactly one."""
    wanted = [
        BoardRequest(request) if isinstance(request, str) else request
        for request in requests or (BOARD,)
    ]
    ats = wanted[0].board.partition(":")[0]
    results = [result async for result in crawl(ats, wanted, manners(server, **own))]
    assert sorted(result.board for result in results) == sorted(request.board for request in wanted)
    return {result.board: result for result in results}


# any of the manners
async def snapshot(
    server: BoardServer, request: BoardRequest | str = BOARD, **own: Any
) -> Snapshot:
    [result] = (await check_boards(server, request, **own)).values()
    assert isinstance(result, Snapshot), result
    return result


async def failure_of(server: BoardServer, request: BoardRequest | str) -> Failure:
    """Return the failure of one check."""
    [result] = (await check_boards(server, request)).values()
    assert isinstance(result, Failure), result
    return result


def plain(posting: Posting) -> dict[str, Any]:
    """Return the posting as a file of expected postings has it."""
    values: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(posting))
    return values | {name: sorted(values[name]) for name in ("stated", "unsent")}


def site(board: str = BOARD) -> Site:
    """Return the site of a board, for readers of its answers. It refuses to send a request."""

    async def refuse(request: Request) -> Response:
        raise AssertionError(f"a reader asked for {request.url}")

    token = board.partition(":")[2]
    fetcher = Fetcher(refuse, 1.0)
    return Site(
        fetcher,
        Robots(fetcher),
        "https://jobs.example.org",
        token,
        tuple(token.split("/")),
        BoardRequest(board),
        Notes(),
        is_public_api=True,
    )
