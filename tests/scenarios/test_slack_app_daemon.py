"""The Slack app in the daemon: it answers while the daemon runs, and never ends it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from monitor.demo.board_server import BoardServer
from tests.support.databases import DatabasePool
from tests.support.greenhouse import job
from tests.support.running import Place, placed, stopped, until
from tests.support.socket_server import ALICE, APP, BOT, OPS, SocketServer, socket_server


@pytest.fixture
async def server() -> AsyncIterator[SocketServer]:
    async with socket_server() as server:
        yield server


@pytest.fixture
async def place(tmp_path: Path, server: SocketServer, made: DatabasePool) -> AsyncIterator[Place]:
    made.copy(tmp_path / "rolewatch.db")
    async with BoardServer() as boards:
        boards.board("examplelabs", job(1, title="Research Engineer"))
        async with placed(Place(tmp_path, boards.url, server.api_url, BOT, app_token=APP)) as place:
            yield place


async def test_the_daemon_answers_and_stops_with_a_line_open(
    place: Place, server: SocketServer
) -> None:
    daemon = await place.start("run")
    await until(lambda: server.sockets and place.ask("SELECT 1 FROM postings"), within=60)
    await server.click("role_save", "1")
    await until(lambda: server.answers)
    assert place.ask("SELECT user_id FROM saved") == [(ALICE,)]
    assert await stopped(daemon) < 10
    assert daemon.returncode == 0


async def test_a_wrong_app_token_is_reported_and_alerts_go_on(
    place: Place, server: SocketServer
) -> None:
    place.app_token = "xapp-1-A1-2-wrong"
    daemon = await place.start("run")
    await until(lambda: len(server.made("chat.postMessage")) == 2, within=60)
    texts = {message["channel"]: message for message in server.made("chat.postMessage")}
    assert "Now watching" in texts["C000ROLES"]["text"]
    assert "Slack's buttons and /rolewatch do not work" in texts[OPS]["text"]
    assert "set a valid app-level token" in str(texts[OPS]["blocks"])
    assert await stopped(daemon) < 10
    assert daemon.returncode == 0
