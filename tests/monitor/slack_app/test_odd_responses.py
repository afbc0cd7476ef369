"""Slack answers unlike its documentation: the person gets a reply, and later clicks work."""

from __future__ import annotations

import asyncio
import time

import pytest

from monitor.slack_app import connection, mute_replies, replies
from tests.support.outbox_fixture import until
from tests.support.rendered import drawn
from tests.support.slack_app_fixture import Office, responses
from tests.support.socket_server import ADMIN, BOB, SocketServer
from tests.support.story import STORY


@pytest.mark.parametrize(
    "odd", [{}, {"upload_url": None, "file_id": "F1"}, {"upload_url": 7, "file_id": "F1"}]
)
async def test_an_upload_without_a_url_can_be_repeated(
    office: Office, server: SocketServer, odd: dict[str, object]
) -> None:
    server.odd["files.getUploadURLExternal"] = odd
    await server.click("role_diff", STORY)
    assert (await responses(server))[0].startswith(drawn(replies.diff_failed("")).text)
    await until(lambda: office.rows("SELECT count(*) FROM diff_file") == [(0,)])
    server.odd.clear()
    await server.click("role_diff", STORY, BOB)
    await until(lambda: bool(server.made("files.completeUploadExternal")))


async def test_a_mute_without_an_announcement_ts_stays_active(
    office: Office, server: SocketServer
) -> None:
    server.odd["chat.postMessage"] = {"ts": None}
    await server.click("role_mute", STORY, ADMIN)
    assert await responses(server) == [
        drawn(mute_replies.not_announced("Slack's answer has no ts")).text
    ]
    assert office.rows("SELECT count(*) FROM mute") == [(1,)]


@pytest.mark.usefixtures("office")
async def test_an_error_while_responding_gets_a_reply(
    server: SocketServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise KeyError("surprise")

    monkeypatch.setattr("monitor.slack_app.slack_calls.SlackCalls.upload_file", broken)
    await server.click("role_diff", STORY)
    assert await responses(server) == [drawn(replies.BROKEN).text]


async def test_a_second_click_during_an_upload_uploads_nothing(
    office: Office, server: SocketServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow(*_: object, **__: object) -> None:
        begun.set()
        await go_on.wait()

    monkeypatch.setattr("monitor.slack_app.slack_calls.SlackCalls.upload_file", slow)
    await server.click("role_diff", STORY)
    await begun.wait()
    await server.click("role_diff", STORY, BOB)
    assert await responses(server) == [
        drawn(replies.diff_uploading("Research Engineer, Gemini")).text
    ]
    go_on.set()
    await until(lambda: office.rows("SELECT done FROM diff_file") == [(1,)])


async def test_an_unanswered_handshake_times_out(
    waiting: Office, server: SocketServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "HELLO", 0.2)
    monkeypatch.setattr(connection, "FIRST_WAIT", 0.01)
    server.refuse("link", "silence", times=2)
    began = time.monotonic()
    await waiting.start()
    await until(lambda: bool(server.sockets))
    assert server.opened == 3
    assert time.monotonic() - began < 10
    await waiting.end()
