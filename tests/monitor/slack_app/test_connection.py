"""The connection to Slack: reopened after a loss, and reported once if refused."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from monitor.slack_app import overviews
from tests.support.outbox_fixture import until
from tests.support.rendered import drawn
from tests.support.slack_app_fixture import Office, responses
from tests.support.socket_server import APP, SocketServer
from tests.support.story import STORY


async def connected_again(server: SocketServer, opened: int) -> None:
    await until(lambda: server.opened > opened and len(server.sockets) == 1)


@pytest.mark.usefixtures("office")
@pytest.mark.parametrize("reason", ["refresh_requested", "warning", "link_disabled", "drop"])
async def test_a_lost_connection_is_opened_again(server: SocketServer, reason: str) -> None:
    await server.disconnect(reason)
    await connected_again(server, 1)
    await server.slash("help")
    assert await responses(server) == [drawn(overviews.HELP).text]


@pytest.mark.usefixtures("office")
async def test_a_closing_connection_is_still_read(
    server: SocketServer,
) -> None:
    await server.disconnect("refresh_requested")
    await server.slash("help")
    assert await responses(server) == [drawn(overviews.HELP).text]


async def test_a_failed_address_is_not_used_again(waiting: Office, server: SocketServer) -> None:
    server.refuse("link", 408)
    await waiting.start()
    await until(lambda: bool(server.sockets))
    assert server.opened == 2
    assert waiting.notices == []
    await waiting.end()


@pytest.mark.parametrize(
    "word", ["invalid_auth", "not_allowed_token_type", "missing_scope", "something_new"]
)
async def test_a_refused_token_is_reported_once(
    waiting: Office, server: SocketServer, word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.slack_app.connection.FIRST_WAIT", 0.01)
    server.refuse("apps.connections.open", word, times=3)
    await waiting.start()
    await until(lambda: bool(server.sockets))
    [notice] = waiting.notices
    assert notice.event == "configuration"
    assert notice.lines[0].startswith(f"{word}. ")
    assert APP not in str(waiting.notices)
    await waiting.end()


async def test_a_temporary_error_is_not_reported(
    waiting: Office, server: SocketServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.slack_app.connection.FIRST_WAIT", 0.01)
    for trouble in (500, 429, "internal_error"):
        server.refuse("apps.connections.open", trouble)
    await waiting.start()
    await until(lambda: bool(server.sockets))
    assert waiting.notices == []
    await waiting.end()


async def test_another_process_on_the_same_app_is_logged(office: Office) -> None:
    other = Office(office.server, office.engine, office.history)
    with capture_logs() as logged:
        await other.start()
        await until(lambda: len(office.server.sockets) == 2)
        await until(lambda: any(line["event"] == "slack_app_shared" for line in logged))
    await other.end()


async def test_the_socket_needs_an_app_token(waiting: Office, server: SocketServer) -> None:
    with_token = waiting.settings
    waiting.settings = replace(with_token, slack=replace(with_token.slack, app_token=None))
    await waiting.start()
    await asyncio.sleep(0.1)
    assert server.opened == 0
    waiting.slack_app.reconfigure(with_token)
    await until(lambda: bool(server.sockets))
    waiting.slack_app.reconfigure(waiting.settings)
    await until(lambda: not server.sockets)
    assert await waiting.end() < 1


async def test_a_click_in_progress_is_finished_at_stop(
    office: Office, server: SocketServer
) -> None:
    await server.click("role_save", STORY)
    assert await office.end() < 5
    assert len(server.answers) == 1
