"""What stands outside: a board with one role, and Slack."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from greenhouse import job
from slack_server import SlackServer, slack_server

from monitor.demo.board_server import BoardServer


@pytest.fixture
async def boards() -> AsyncIterator[BoardServer]:
    async with BoardServer() as server:
        server.board("examplelabs", job(1, title="Research Engineer, Team 1"))
        yield server


@pytest.fixture
async def slack() -> AsyncIterator[SlackServer]:
    async with slack_server() as server:
        yield server


@pytest.fixture(autouse=True)
def no_careers_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads the careers page of a real employer."""
    monkeypatch.setattr("monitor.rounds.new_board.domain", lambda _: None)
