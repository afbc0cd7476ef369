"""Clicks and commands over a real websocket, with a real database."""

from __future__ import annotations

import asyncio
import json
import threading
from datetime import timedelta

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from monitor.slack_app import mute_replies, overviews, replies
from tests.support.outbox_fixture import until
from tests.support.rendered import drawn
from tests.support.slack_app_fixture import Office, responses
from tests.support.socket_server import ADMIN, ALICE, BOB, ROLES, SocketServer
from tests.support.story import STORY


async def test_a_repeated_click_saves_a_role_once(office: Office, server: SocketServer) -> None:
    await server.click("role_save", STORY, times=2)
    assert "Research Engineer, Gemini" in (await responses(server))[0]
    await server.click("role_save", STORY, at="1")
    await server.click("role_save", STORY, at="1")
    assert "already" in (await responses(server, 2))[1]
    await asyncio.sleep(0.1)
    assert len(server.answers) == 2
    assert office.rows("SELECT count(*) FROM saved") == [(1,)]


async def test_a_mute_is_announced_once_in_the_thread_and_undone_there(
    office: Office, server: SocketServer
) -> None:
    await server.click("role_mute", STORY, ADMIN, times=2)
    await until(lambda: bool(office.rows("SELECT 1 FROM mute WHERE ts IS NOT NULL")))
    [announced] = server.made("chat.postMessage")
    assert announced["metadata"]["event_payload"] == {"delivery_id": "mute-1"}
    assert (announced["channel"], announced["thread_ts"]) == (ROLES, "1700000000.000100")
    undo = announced["blocks"][-1]["elements"][0]
    [(ts,)] = office.rows("SELECT ts FROM mute")
    await server.click(undo["action_id"], undo["value"], ADMIN, times=2, ts=str(ts))
    await until(lambda: bool(server.made("chat.update")))
    assert server.answers == []  # the thread says it
    [update] = server.made("chat.update")
    assert "mute_undo" not in json.dumps(update)
    assert office.rows("SELECT count(*) FROM mute WHERE ended_at IS NULL") == [(0,)]


async def test_an_undo_in_the_list_removes_the_button_in_the_thread(
    office: Office, server: SocketServer
) -> None:
    await server.click("role_mute", STORY, ADMIN)
    await server.click("rule_mute", "kernels", ADMIN)
    await until(lambda: len(office.rows("SELECT 1 FROM mute WHERE ts IS NOT NULL")) == 2)
    await server.slash("muted", ADMIN)
    await responses(server)
    undo = next(block for block in server.answers[0]["blocks"] if block["type"] == "actions")[
        "elements"
    ][0]
    await server.click(undo["action_id"], undo["value"], ADMIN, private=True)
    undone = f"{mute_replies.undone(new=True)}: Research Engineer, Gemini. 1 mute."
    assert (await responses(server, 2))[1] == undone
    assert [one["replace_original"] for one in server.answers] == [False, True]
    assert json.dumps(server.answers[1]["blocks"]).count("mute_undo") == 1
    [(where,)] = office.rows("SELECT ts FROM mute WHERE ended_at IS NOT NULL")
    [update] = server.made("chat.update")
    assert (update["channel"], update["ts"]) == (ROLES, where)
    assert "mute_undo" not in json.dumps(update)


async def test_an_expired_mute_loses_its_button_when_clicked(
    office: Office, server: SocketServer
) -> None:
    await server.click("rule_mute", "kernels", ADMIN)
    await until(lambda: bool(office.rows("SELECT 1 FROM mute WHERE ts IS NOT NULL")))
    [announced] = server.made("chat.postMessage")
    office.history.now += timedelta(days=2)
    [(ts,)] = office.rows("SELECT ts FROM mute")
    undo = announced["blocks"][-1]["elements"][0]["value"]
    await server.click("mute_undo", undo, ADMIN, ts=str(ts))
    assert (await responses(server))[0].startswith(mute_replies.undone(new=False))
    [update] = server.made("chat.update")
    assert "mute_undo" not in json.dumps(update)
    assert "undid" not in json.dumps(update)


async def test_a_refused_mute_names_the_admins(office: Office, server: SocketServer) -> None:
    await server.click("role_mute", STORY, BOB)
    await responses(server)
    assert ADMIN in json.dumps(server.answers[0]["blocks"])
    assert server.made("chat.postMessage") == []
    assert office.rows("SELECT count(*) FROM mute") == [(0,)]


async def test_the_full_diff_is_in_the_thread_once(office: Office, server: SocketServer) -> None:
    await server.click("role_diff", STORY, times=2)
    await until(lambda: bool(server.made("files.completeUploadExternal")))
    [content] = server.files.values()
    assert "-We build large models." in content.decode()
    assert "+We build very large kernels." in content.decode()
    assert "We build {+very+} large [-models.-] {+kernels.+}" in content.decode()
    await until(lambda: office.rows("SELECT done FROM diff_file") == [(1,)])
    await server.click("role_diff", STORY, BOB)
    assert await responses(server) == [
        drawn(replies.diff_uploaded("Research Engineer, Gemini")).text
    ]
    assert len(server.files) == 1


async def test_a_failed_diff_upload_can_be_repeated(office: Office, server: SocketServer) -> None:
    server.refuse("files.completeUploadExternal", "missing_scope")
    await server.click("role_diff", STORY)
    assert "missing_scope" in (await responses(server))[0]
    await until(lambda: office.rows("SELECT count(*) FROM diff_file") == [(0,)])
    await server.click("role_diff", STORY)
    await until(lambda: len(server.made("files.completeUploadExternal")) == 1)


@pytest.mark.usefixtures("office")
async def test_a_url_button_is_acknowledged_without_a_reply(server: SocketServer) -> None:
    assert await server.click("role_open") < 1
    await server.click("role_why", STORY)
    assert (await responses(server))[0].startswith("Why ")
    assert len(server.answers) == 1


@pytest.mark.usefixtures("office")
async def test_an_unknown_button_gets_a_reply(server: SocketServer) -> None:
    await server.click("role_applied", STORY)
    assert await responses(server) == [drawn(replies.UNKNOWN_BUTTON).text]


MALFORMED: tuple[object, ...] = (
    None,
    [],
    "text",
    {},
    {"type": "block_actions"},
    {"type": "block_actions", "user": 7, "actions": [{}]},
    {"type": "view_submission"},
)


@pytest.mark.usefixtures("office")
@pytest.mark.parametrize("kind", ["interactive", "slash_commands", "events_api", "something_new"])
async def test_a_malformed_payload_is_acknowledged_and_stops_nothing(
    server: SocketServer, kind: str
) -> None:
    assert max([await server.send(kind, payload) for payload in MALFORMED]) < 1
    await server.slash("help")
    assert await responses(server) == [drawn(overviews.HELP).text]


@pytest.mark.usefixtures("office")
async def test_an_unreadable_envelope_stops_nothing(server: SocketServer) -> None:
    for text_ in (
        "",
        "no json",
        "[]",
        "7",
        "{}",
        '{"envelope_id":5,"type":"interactive"}',
        '{"type":"hello"}',
        "x" * 100_000,
        "[" * 100_000,
    ):
        await server.raw(text_)
    await server.slash("help")
    assert await responses(server) == [drawn(overviews.HELP).text]


async def test_a_click_waits_for_a_locked_database(office: Office, server: SocketServer) -> None:
    locked, go = threading.Event(), threading.Event()

    def hold() -> None:
        with office.engine.begin() as connection:
            connection.execute(text("UPDATE board SET failures = failures"))
            locked.set()
            go.wait(20)

    holding = asyncio.create_task(asyncio.to_thread(hold))
    await asyncio.to_thread(locked.wait, 5)
    assert max([await server.click("role_save", STORY, user) for user in (ALICE, BOB, ADMIN)]) < 1
    assert await server.slash("status") < 1
    go.set()
    await holding
    await responses(server, 4)
    assert office.rows("SELECT count(*) FROM saved") == [(3,)]


async def test_an_error_gets_a_reply_and_the_next_click_works(
    office: Office, server: SocketServer
) -> None:
    with office.engine.begin() as connection:
        connection.execute(text("DROP VIEW saved"))  # a table of a view cannot be renamed
        connection.execute(text("ALTER TABLE saved_role RENAME TO gone"))
    with capture_logs() as logged:
        await server.click("role_save", STORY)
        assert await responses(server) == [drawn(replies.BROKEN).text]
    assert [
        (line["event"], line["interaction"]) for line in logged if line["log_level"] == "error"
    ] == [("slack_interaction_failed", "role_save")]
    with office.engine.begin() as connection:
        connection.execute(text("ALTER TABLE gone RENAME TO saved_role"))
    await server.click("role_save", STORY)
    assert (await responses(server, 2))[1].startswith("Saved")


@pytest.mark.usefixtures("office")
async def test_a_used_up_response_url_is_replaced_by_an_ephemeral(
    server: SocketServer,
) -> None:
    server.refuse("response", 404)
    await server.click("role_save", STORY)
    await responses(server)
    assert [call["user"] for call in server.made("chat.postEphemeral")] == [ALICE]


@pytest.mark.usefixtures("office")
async def test_a_short_wait_that_slack_asks_for_is_waited_for(server: SocketServer) -> None:
    server.refuse("response", 429)
    server.refuse("chat.postMessage", 429)
    await server.click("role_save", STORY, ADMIN)
    await responses(server)
    await server.click("role_mute", STORY, ADMIN)
    await until(lambda: bool(server.made("chat.postMessage")))
    assert len(server.made("chat.postMessage")) == 1


async def test_a_mute_without_an_announcement_stays_active(
    office: Office, server: SocketServer
) -> None:
    server.refuse("chat.postMessage", "not_in_channel")
    await server.click("role_mute", STORY, ADMIN)
    [reply] = await responses(server)
    assert reply.startswith(drawn(mute_replies.not_announced("not_in_channel")).text)
    assert office.rows("SELECT count(*) FROM mute") == [(1,)]
