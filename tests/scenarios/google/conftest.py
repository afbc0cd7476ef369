"""A Google board that is checked once an hour, on a local server."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import Engine

from tests.support.google_server import GoogleServer
from tests.support.google_watch import Watch


@pytest.fixture
async def server() -> AsyncIterator[GoogleServer]:
    async with GoogleServer() as server:
        server.add(*range(1, 13))
        server.add(901, 902, brand="YouTube", title="Producer")
        yield server
        assert not [path for path in server.asked if "page=" in path]


@pytest.fixture
async def watched(server: GoogleServer, sqlite_engine: Engine) -> Watch:
    watch = Watch.of(server, sqlite_engine)
    await watch.check()
    return watch
