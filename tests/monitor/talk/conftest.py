from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from post_office import until
from socket_server import SocketServer, socket_server
from sqlalchemy import Engine
from story import tell
from talking import Office


@pytest.fixture
async def server() -> AsyncIterator[SocketServer]:
    async with socket_server() as server:
        yield server


@pytest.fixture
async def waiting(server: SocketServer, sqlite_engine: Engine) -> Office:
    """Not started yet."""
    return Office(server, sqlite_engine, tell(sqlite_engine))


@pytest.fixture
async def office(waiting: Office) -> AsyncIterator[Office]:
    await waiting.start()
    await until(lambda: bool(waiting.server.sockets))
    yield waiting
    await waiting.end()
