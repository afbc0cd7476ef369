from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import Engine

from tests.support.outbox_fixture import until
from tests.support.slack_app_fixture import Office
from tests.support.socket_server import SocketServer, socket_server
from tests.support.story import tell


@pytest.fixture
async def server() -> AsyncIterator[SocketServer]:
    async with socket_server() as server:
        yield server


@pytest.fixture
async def waiting(server: SocketServer, sqlite_engine: Engine) -> Office:
    """Return an app that is not started."""
    return Office(server, sqlite_engine, tell(sqlite_engine))


@pytest.fixture
async def office(waiting: Office) -> AsyncIterator[Office]:
    await waiting.start()
    await until(lambda: bool(waiting.server.sockets))
    yield waiting
    await waiting.end()
