"""The page beside a daemon: its address may change while it is served."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine

from monitor.config.model import Settings, WebSettings
from monitor.errors import UserError
from monitor.web.server import PageServer
from monitor.web.service import PageService
from tests.support.history import settings


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        found: int = free.getsockname()[1]
        return found


@pytest.fixture
async def service(sqlite_engine: Engine, port: int) -> AsyncIterator[tuple[PageService, Settings]]:
    """Return the page at loopback, and its settings."""
    url = SecretStr(sqlite_engine.url.render_as_string(hide_password=False))
    web = WebSettings(f"127.0.0.1:{port}", None, SecretStr("correct horse"))
    now = replace(settings(), database_url=url, web=web)
    made = PageService(lambda: datetime.now(UTC))
    await made.start(now)
    yield made, now
    await made.stop()


async def _answer(host: str, port: int, request: bytes) -> bytes:
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(request)
    await writer.drain()
    answer = await reader.read()
    writer.close()
    return answer


ALIVE = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


async def test_the_page_moves_to_all_addresses_at_its_port(
    service: tuple[PageService, Settings], port: int
) -> None:
    page, before = service
    after = replace(before, web=replace(before.web, listen=f"0.0.0.0:{port}"))
    await page.reconfigure(after)
    assert (await _answer("127.0.0.2", port, ALIVE)).endswith(b"ok\n")


async def test_the_page_stays_where_it_is_if_it_cannot_move(
    service: tuple[PageService, Settings], port: int
) -> None:
    page, before = service
    for host in ("203.0.113.1", "a..b"):
        with pytest.raises(UserError, match="cannot be listened on"):
            await page.reconfigure(
                replace(before, web=replace(before.web, listen=f"{host}:{port}"))
            )
        assert (await _answer("127.0.0.1", port, ALIVE)).endswith(b"ok\n")


@pytest.mark.usefixtures("service")
async def test_a_broken_request_is_no_line_in_the_log(
    port: int, caplog: pytest.LogCaptureFixture
) -> None:
    assert b" 400 " in await _answer("127.0.0.1", port, b"GET /\xff HTTP/1.1\r\n\r\n")
    assert not [one for one in caplog.records if one.name.startswith("uvicorn")]


def test_a_port_that_is_taken_is_an_error_in_words(port: int) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        server = PageServer(_nothing, f"127.0.0.1:{port}")
        with pytest.raises(UserError, match="cannot be listened on: Address already in use"):
            asyncio.run(server.start())


async def _nothing(*_arguments: object) -> None:
    raise AssertionError
