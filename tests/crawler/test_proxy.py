"""Crawls through the proxy that the environment names, as users behind one run them."""

from __future__ import annotations

import asyncio
import re
from base64 import b64encode
from collections.abc import AsyncIterator

import pytest

from crawler.crawl import crawl
from crawler.items import BoardRequest, Politeness, Snapshot
from monitor.demo.board_server import BoardServer
from tests.support.crawling import BOARD, manners
from tests.support.greenhouse import job

_END = b"\r\n\r\n"  # of a head


class Proxy:
    """Passes requests for http addresses on to one server, and keeps their heads."""

    def __init__(self, server: BoardServer) -> None:
        self.server = server
        self.heads: list[str] = []
        self.address = ""

    async def serve(self) -> asyncio.Server:
        listening = await asyncio.start_server(self._pass_on, "127.0.0.1", 0)
        self.address = "{}:{}".format(*listening.sockets[0].getsockname())
        return listening

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(_END)).decode()
        self.heads.append(head)
        method, url, rest = head.split(" ", 2)
        path = url.removeprefix("http://boards.example")
        host, port = self.server.url.removeprefix("http://").split(":")
        answers, asked = await asyncio.open_connection(host, int(port))
        asked.write(f"{method} {path} {rest}".encode())
        answer = await answers.readuntil(_END)
        length = re.search(rb"Content-Length: (\d+)", answer)
        assert length is not None
        writer.write(answer + await answers.readexactly(int(length[1])))
        for one in (asked, writer):
            one.close()


@pytest.fixture
async def proxy(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Proxy]:
    for name in ("http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    async with BoardServer() as server:
        server.board("examplelabs", job(1), job(2))
        proxy = Proxy(server)
        async with await proxy.serve():
            yield proxy


async def check(politeness: Politeness) -> Snapshot:
    (result,) = [result async for result in crawl("greenhouse", [BoardRequest(BOARD)], politeness)]
    assert isinstance(result, Snapshot), result
    return result


async def test_requests_go_through_the_proxy_of_the_environment(
    proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", f"http://someone:secret@{proxy.address}")
    result = await check(manners(proxy.server, api_url="http://boards.example"))
    assert len(result.sightings) == 2
    (head,) = proxy.heads
    assert head.startswith("GET http://boards.example/")
    assert f"Proxy-Authorization: Basic {b64encode(b'someone:secret').decode()}\r\n" in head


async def test_hosts_of_no_proxy_are_asked_directly(
    proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", f"http://{proxy.address}")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    assert len((await check(manners(proxy.server))).sightings) == 2
    assert proxy.heads == []
