"""All of it: a real websocket, a real database, what people see."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
from history import History
from post_office import until
from pydantic import SecretStr
from socket_server import ADMIN, ALICE, APP, BOB, BOT, ROLES, SocketServer, socket_server
from sqlalchemy import Engine, text
from story import STORY, tell
from structlog.testing import capture_logs

from monitor.messages import OperatorMessage
from monitor.settings import Settings, SlackSettings
from monitor.talk.talk import Talk


class Office:
    """The talk of a daemon on the history of `story.py`, on SQLite."""

    def __init__(self, server: SocketServer, engine: Engine, history: History) -> None:
        self.server = server
        self.engine = engine
        self.notices: list[OperatorMessage] = []
        slack = SlackSettings(SecretStr(BOT), SecretStr(APP), server.api_url, (ADMIN,))
        self.settings: Settings = replace(history.settings, slack=slack)
        self.history = history
        self.stop = asyncio.Event()

    async def start(self) -> None:
        self.talk = Talk(self.engine, self.settings, lambda: self.history.now, self.notices.append)
        self.running = asyncio.create_task(self.talk.run(self.stop))

    async def end(self) -> float:
        began = time.monotonic()
        self.stop.set()
        await self.running
        return time.monotonic() - began

    def rows(self, query: str) -> list[tuple[object, ...]]:
        return self.history.ask(query)


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


async def told(server: SocketServer, number: int = 1) -> list[str]:
    await until(lambda: len(server.answers) >= number)
    return server.said()


async def test_a_role_is_saved_once_however_often_the_click_arrives(office: Office, server: SocketServer) -> None:
    await server.click("role_save", STORY, times=2)
    assert (await told(server))[0].startswith("Saved for you: Research Engineer, Gemini")
    await server.click("role_save", STORY, at="1")
    await server.click("role_save", STORY, at="1")
    assert (await told(server, 2))[1].startswith("You have saved it already")
    await asyncio.sleep(0.1)
    assert len(server.answers) == 2
    assert office.rows("SELECT count(*) FROM saved") == [(1,)]


async def test_a_mute_is_announced_once_in_the_thread_and_undone_there(office: Office, server: SocketServer) -> None:
    await server.click("role_mute", STORY, ADMIN, times=2)
    await told(server)
    [announced] = server.made("chat.postMessage")
    assert (announced["channel"], announced["thread_ts"]) == (ROLES, "1700000000.000100")
    undo = announced["blocks"][-1]["elements"][0]
    await server.click(undo["action_id"], undo["value"], ADMIN, times=2)
    assert (await told(server, 2))[1].startswith("Told again from now on")
    [update] = server.made("chat.update")
    assert "mute_undo" not in json.dumps(update)
    assert office.rows("SELECT count(*) FROM mute WHERE ended_at IS NULL") == [(0,)]


async def test_a_mute_that_is_undone_in_the_list_leaves_no_button_in_its_thread_either(office: Office, server: SocketServer) -> None:
    await server.click("role_mute", STORY, ADMIN)
    await server.click("rule_mute", "kernels", ADMIN)
    await told(server, 2)
    await server.slash("muted", ADMIN)
    await told(server, 3)
    undo = next(block for block in server.answers[2]["blocks"] if block["type"] == "actions")["elements"][0]
    await server.click(undo["action_id"], undo["value"], ADMIN, private=True)
    assert (await told(server, 4))[3] == "Told again from now on: Research Engineer, Gemini. 1 mute"
    assert [one["replace_original"] for one in server.answers] == [False, False, False, True]
    assert json.dumps(server.answers[3]["blocks"]).count("mute_undo") == 1
    [(where,)] = office.rows("SELECT ts FROM mute WHERE ended_at IS NOT NULL")
    [update] = server.made("chat.update")
    assert (update["channel"], update["ts"]) == (ROLES, where)
    assert "mute_undo" not in json.dumps(update)


async def test_a_mute_that_has_ended_by_itself_loses_its_button_when_it_is_pressed(office: Office, server: SocketServer) -> None:
    await server.click("rule_mute", "kernels", ADMIN)
    await told(server)
    [announced] = server.made("chat.postMessage")
    office.history.now += timedelta(days=2)
    await server.click("mute_undo", announced["blocks"][-1]["elements"][0]["value"], ADMIN)
    assert (await told(server, 2))[1].startswith("That mute has ended already")
    [update] = server.made("chat.update")
    assert "mute_undo" not in json.dumps(update)
    assert "undid" not in json.dumps(update)


async def test_who_may_not_mute_is_told_who_may(office: Office, server: SocketServer) -> None:
    await server.click("role_mute", STORY, BOB)
    await told(server)
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
    assert "in the thread already" in (await told(server))[0]
    assert len(server.files) == 1


async def test_a_diff_that_could_not_be_uploaded_can_be_asked_for_again(office: Office, server: SocketServer) -> None:
    server.refuse("files.completeUploadExternal", "missing_scope")
    await server.click("role_diff", STORY)
    assert "missing_scope" in (await told(server))[0]
    await until(lambda: office.rows("SELECT count(*) FROM diff_file") == [(0,)])
    await server.click("role_diff", STORY)
    await until(lambda: len(server.made("files.completeUploadExternal")) == 1)


@pytest.mark.usefixtures("office")
async def test_a_url_button_is_acknowledged_and_says_nothing(server: SocketServer) -> None:
    assert await server.click("role_open") < 1
    await server.click("role_why", STORY)
    assert (await told(server))[0].startswith("Why ")
    assert len(server.answers) == 1


@pytest.mark.usefixtures("office")
async def test_a_button_that_nobody_knows_is_answered(server: SocketServer) -> None:
    await server.click("role_applied", STORY)
    assert "does not know this button" in (await told(server))[0]


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
async def test_a_malformed_payload_is_acknowledged_and_stops_nothing(server: SocketServer, kind: str) -> None:
    assert max([await server.send(kind, payload) for payload in MALFORMED]) < 1
    await server.slash("help")
    assert await told(server) == ["What rolewatch answers"]


@pytest.mark.usefixtures("office")
async def test_what_is_no_envelope_stops_nothing(server: SocketServer) -> None:
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
    assert await told(server) == ["What rolewatch answers"]


async def test_a_click_is_acknowledged_while_the_database_is_locked_and_served_after(office: Office, server: SocketServer) -> None:
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
    await told(server, 4)
    assert office.rows("SELECT count(*) FROM saved") == [(3,)]


async def test_a_fault_of_ours_is_told_in_words_and_the_next_click_is_served(office: Office, server: SocketServer) -> None:
    with office.engine.begin() as connection:
        connection.execute(text("ALTER TABLE saved RENAME TO gone"))
    with capture_logs() as logged:
        await server.click("role_save", STORY)
        assert "did not work" in (await told(server))[0]
    assert [(line["event"], line["what"]) for line in logged if line["log_level"] == "error"] == [
        ("a question from slack failed", "role_save")
    ]
    with office.engine.begin() as connection:
        connection.execute(text("ALTER TABLE gone RENAME TO saved"))
    await server.click("role_save", STORY)
    assert (await told(server, 2))[1].startswith("Saved")


@pytest.mark.usefixtures("office")
async def test_an_answer_whose_response_url_is_used_up_arrives_all_the_same(server: SocketServer) -> None:
    server.refuse("response", 404)
    await server.click("role_save", STORY)
    await told(server)
    assert [call["user"] for call in server.made("chat.postEphemeral")] == [ALICE]


@pytest.mark.usefixtures("office")
async def test_a_short_wait_that_slack_asks_for_is_waited_for(server: SocketServer) -> None:
    server.refuse("response", 429)
    server.refuse("chat.postMessage", 429)
    await server.click("role_mute", STORY, ADMIN)
    await told(server)
    assert len(server.made("chat.postMessage")) == 1


async def test_a_mute_that_cannot_be_announced_holds_and_says_so(office: Office, server: SocketServer) -> None:
    server.refuse("chat.postMessage", "not_in_channel")
    await server.click("role_mute", STORY, ADMIN)
    assert "It is muted, but the thread could not be told: not_in_channel" in (await told(server))[0]
    assert office.rows("SELECT count(*) FROM mute") == [(1,)]


async def connected_again(server: SocketServer, opened: int) -> None:
    await until(lambda: server.opened > opened and len(server.sockets) == 1)


@pytest.mark.usefixtures("office")
@pytest.mark.parametrize("reason", ["refresh_requested", "warning", "link_disabled", "drop"])
async def test_it_comes_back_by_itself(server: SocketServer, reason: str) -> None:
    await server.disconnect(reason)
    await connected_again(server, 1)
    await server.slash("help")
    assert await told(server) == ["What rolewatch answers"]


@pytest.mark.usefixtures("office")
async def test_what_arrives_on_the_old_line_after_slack_said_goodbye_is_served(server: SocketServer) -> None:
    await server.disconnect("refresh_requested")
    await server.slash("help")
    assert await told(server) == ["What rolewatch answers"]


async def test_an_address_that_failed_is_not_tried_again(waiting: Office, server: SocketServer) -> None:
    server.refuse("link", 408)
    await waiting.start()
    await until(lambda: bool(server.sockets))
    assert server.opened == 2
    assert waiting.notices == []
    await waiting.end()


@pytest.mark.parametrize("word", ["invalid_auth", "not_allowed_token_type", "missing_scope", "something_new"])
async def test_a_token_that_is_refused_is_told_once_and_works_when_it_is_mended(
    waiting: Office, server: SocketServer, word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.talk.keep.FIRST_WAIT", 0.01)
    server.refuse("apps.connections.open", word, times=3)
    await waiting.start()
    await until(lambda: bool(server.sockets))
    assert [(notice.event, notice.lines[0]) for notice in waiting.notices] == [("configuration", f"Reason: {word}")]
    assert APP not in str(waiting.notices)
    await waiting.end()


async def test_trouble_that_passes_is_not_told(waiting: Office, server: SocketServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitor.talk.keep.FIRST_WAIT", 0.01)
    for trouble in (500, 429, "internal_error"):
        server.refuse("apps.connections.open", trouble)
    await waiting.start()
    await until(lambda: bool(server.sockets))
    assert waiting.notices == []
    await waiting.end()


async def test_another_program_on_the_same_app_is_warned_of(office: Office) -> None:
    other = Office(office.server, office.engine, office.history)
    with capture_logs() as logged:
        await other.start()
        await until(lambda: len(office.server.sockets) == 2)
        await until(lambda: any(line["event"].startswith("others hear this slack app") for line in logged))
    await other.end()


async def test_without_an_app_token_nothing_is_opened_until_there_is_one(waiting: Office, server: SocketServer) -> None:
    with_token = waiting.settings
    waiting.settings = replace(with_token, slack=replace(with_token.slack, app_token=None))
    await waiting.start()
    await asyncio.sleep(0.1)
    assert server.opened == 0
    waiting.talk.take_up(with_token)
    await until(lambda: bool(server.sockets))
    waiting.talk.take_up(waiting.settings)
    await until(lambda: not server.sockets)
    assert await waiting.end() < 1


async def test_it_stops_at_once_and_a_question_in_work_is_answered(office: Office, server: SocketServer) -> None:
    await server.click("role_save", STORY)
    assert await office.end() < 5
    assert len(server.answers) == 1
