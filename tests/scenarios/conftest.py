"""The program in a folder of its own, and an outbox that posts to the strict Slack."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from monitor.demo.board_server import BoardServer
from tests.support.databases import DatabasePool
from tests.support.running import Place, placed
from tests.support.simulator import Simulator, simulated, simulating
from tests.support.slack_server import TOKEN, SlackServer


@pytest.fixture
async def place(
    tmp_path: Path, boards: BoardServer, slack: SlackServer, made: DatabasePool
) -> AsyncIterator[Place]:
    """Return a folder whose `rolewatch` checks a board every second and posts to Slack."""
    made.copy(tmp_path / "rolewatch.db")
    async with placed(Place(tmp_path, boards.url, slack.api_url, TOKEN)) as place:
        yield place


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Return the URL of a strict Slack, shared by a module."""
    with simulating() as address:
        yield address


@pytest.fixture
async def simulator(address: str, sqlite_engine: Engine) -> AsyncIterator[Simulator]:
    async with simulated(address, sqlite_engine) as simulator:
        yield simulator
