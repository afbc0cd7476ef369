"""Hosts that are hard to talk to: a certificate that nobody vouches for, an address that moved."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from crawler.crawl import crawl
from crawler.items import BoardRequest, Failure, Politeness, Probe
from monitor.demo.board_server import BoardServer, Trouble
from tests.support.certificate import self_signed
from tests.support.crawling import BOARD, check_boards, snapshot
from tests.support.greenhouse import job

JOBS = "/v1/boards/examplelabs/jobs"


@pytest.fixture
async def server() -> AsyncIterator[BoardServer]:
    async with BoardServer() as server:
        server.board("examplelabs", job(1), job(2))
        yield server


async def test_a_host_that_cannot_prove_who_it_is_is_not_believed(tmp_path: Path) -> None:
    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{"jobs":[]}')
        writer.close()

    host = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=self_signed(tmp_path))
    url = f"https://127.0.0.1:{host.sockets[0].getsockname()[1]}"
    [failure] = [
        result
        async for result in crawl(
            "greenhouse", [BoardRequest(BOARD)], Politeness(api_url=url, delay=0)
        )
    ]
    host.close()
    assert isinstance(failure, Failure)
    assert failure.reason == "no secure connection to 127.0.0.1: self-signed certificate"
    assert failure.seconds < 1  # asking again would not help


async def test_a_board_that_moved_within_its_host_is_followed_there(server: BoardServer) -> None:
    server.board("oldname")
    server.troubles["oldname"] = Trouble(
        status=301, headers={"Location": f"{JOBS}?content=true&pay_transparency=true"}
    )
    found = await snapshot(server, "greenhouse:oldname")
    assert [sighting.key for sighting in found.sightings] == ["1", "2"]
    assert found.board == "greenhouse:oldname"


async def test_a_validator_goes_with_a_redirect(server: BoardServer) -> None:
    etag = (await snapshot(server)).etag
    server.troubles["oldname"] = Trouble(status=301, headers={"Location": JOBS})
    [result] = (await check_boards(server, BoardRequest("greenhouse:oldname", etag=etag))).values()
    assert type(result).__name__ == "Unchanged"


async def test_a_redirect_that_ends_in_a_page_is_a_failure(server: BoardServer) -> None:
    server.troubles["examplelabs"] = Trouble(status=302, headers={"Location": "/login"})
    server.troubles["/login"] = Trouble(
        body=b"<!doctype html><title>Log in</title>", headers={"Content-Type": "text/html"}
    )
    failure = (await check_boards(server))[BOARD]
    assert isinstance(failure, Failure)
    assert failure.reason == "the answer is a web page"


async def test_a_redirect_that_never_ends_is_left_after_six_requests(server: BoardServer) -> None:
    server.troubles["examplelabs"] = Trouble(status=302, headers={"Location": JOBS})
    assert isinstance((await check_boards(server))[BOARD], Failure)
    assert len(server.requests) == 6


async def test_a_probe_that_is_led_to_a_page_says_nothing(server: BoardServer) -> None:
    server.troubles["examplelabs/7"] = Trouble(
        status=302, headers={"Location": "/careers?error=true"}
    )
    server.troubles["/careers"] = Trouble(body=b"<html>All our jobs</html>")
    found = await snapshot(server, BoardRequest(BOARD, known=lambda: ("7",)))
    assert found.probes == {"7": Probe.SILENT}
