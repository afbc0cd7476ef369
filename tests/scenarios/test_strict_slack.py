"""The strict Slack of `tests/support/strict_slack` is as strict as Slack is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.support.simulator import ROLES, TOKEN, simulating

ALICE, BOB = "U0ALICE001", "U0BOBBY001"
APP = "xapp-1-A0SIMAPP01-300000000000-simulatorAppToken"
PRESSED = {
    "type": "button",
    "action_id": "a",
    "text": {"type": "plain_text", "text": "Press"},
    "value": "v",
}
BUTTONS = [{"type": "actions", "elements": [PRESSED]}]
Body = dict[str, Any]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with simulating("--rate", "0") as address:
        yield address


class Slack:
    def __init__(self, address: str, session: aiohttp.ClientSession) -> None:
        self.address, self.session = address, session
        self.web = AsyncWebClient(
            token=TOKEN.get_secret_value(), base_url=f"{address}/api/", retry_handlers=[]
        )

    async def order(self, name: str, **order: object) -> Body:
        async with self.session.post(
            f"{self.address}/_ctl/{name}", json=order or {"now": True}
        ) as response:
            answer: Body = await response.json()
            return answer

    async def state(self) -> Body:
        return await self.order("state")

    async def refused(self, method: str, **arguments: object) -> str:
        with pytest.raises(SlackApiError) as caught:
            await self.web.api_call(method, json=arguments)
        return str(caught.value.response["error"])

    async def post(self, **more: object) -> str:
        said = {"channel": ROLES, "text": "hello", "unfurl_links": False} | more
        return str((await self.web.api_call("chat.postMessage", json=said))["ts"])


@pytest.fixture
async def slack(address: str) -> AsyncIterator[Slack]:
    async with aiohttp.ClientSession() as session:
        slack = Slack(address, session)
        await slack.order("reset")
        yield slack


@pytest.mark.parametrize(
    ("token", "word"),
    [
        ("xoxb-revoked-1", "token_revoked"),
        ("xoxb-inactive-1", "account_inactive"),
        ("xoxb-expired-1", "token_expired"),
        ("xoxb-1-2-wrong", "invalid_auth"),
        (APP, "not_allowed_token_type"),
    ],
)
async def test_an_invalid_token_is_refused_with_slacks_error(
    slack: Slack, token: str, word: str
) -> None:
    slack.web.token = token
    assert await slack.refused("auth.test") == word


@pytest.mark.parametrize(
    ("channel", "word"),
    [
        ("C0NOTIN001", "not_in_channel"),
        ("C0ARCHIVE1", "is_archived"),
        ("C0PRIVATE2", "channel_not_found"),
        ("#nowhere", "channel_not_found"),
        ("", "invalid_arguments"),
    ],
)
async def test_a_channel_that_takes_nothing_says_why(slack: Slack, channel: str, word: str) -> None:
    assert await slack.refused("chat.postMessage", channel=channel, text="x") == word


@pytest.mark.parametrize(
    ("blocks", "words"),
    [
        (
            [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}],
            "must be less than 3001 characters",
        ),
        (
            [{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}],
            "must be a valid enum value",
        ),
        ([{"type": "section"}], "must define either `text` or `fields`"),
        ([{"type": "nosuch"}], "unsupported type: nosuch"),
        ([{"type": "actions", "elements": [PRESSED, PRESSED]}], "already exists in this block"),
        (
            [{"type": "actions", "elements": [PRESSED | {"value": "x" * 2001}]}],
            "must be less than 2001 characters",
        ),
        ([{"type": "divider", "extra": 1}], "no additional properties allowed: extra"),
        ([{"type": "divider", "block_id": "b"}] * 2, "`block_id` `b` already exists"),
        ([{"type": "divider"}] * 51, "no more than 50 items allowed"),
        (
            [
                {
                    "type": "rich_text",
                    "elements": [
                        {"type": "rich_text_section", "elements": [{"type": "text", "text": ""}]}
                    ],
                }
            ],
            "more than 0",
        ),
        (
            [{"type": "actions", "elements": [PRESSED | {"url": "javascript:x"}]}],
            "must be a valid URL",
        ),
    ],
)
async def test_blocks_are_refused_with_a_pointer(
    slack: Slack, blocks: list[Body], words: str
) -> None:
    with pytest.raises(SlackApiError) as caught:
        await slack.web.chat_postMessage(channel=ROLES, text="x", blocks=blocks)
    assert caught.value.response["error"] == "invalid_blocks"
    assert words in str(caught.value.response["errors"])


async def test_what_is_just_within_the_limits_is_taken(slack: Slack) -> None:
    section = {"type": "section", "text": {"type": "plain_text", "text": "x" * 3000}}
    await slack.post(
        blocks=[section, {"type": "actions", "elements": [PRESSED | {"value": "x" * 2000}]}]
    )
    await slack.post(blocks=[{"type": "divider"}] * 50)
    assert (
        await slack.refused("chat.postMessage", channel=ROLES, text="x", blocks=[section] * 5)
        == "msg_blocks_too_long"
    )


async def test_threads_and_edits_are_as_slack_has_them(slack: Slack) -> None:
    root = await slack.post(blocks=BUTTONS)
    reply = await slack.post(thread_ts=root)
    assert (
        await slack.refused("chat.postMessage", channel=ROLES, text="x", thread_ts=reply)
        == "cannot_reply_to_message"
    )
    assert (
        await slack.refused(
            "chat.postMessage", channel=ROLES, text="x", thread_ts="1700000000.000000"
        )
        == "thread_not_found"
    )
    assert (
        await slack.refused("chat.update", channel=ROLES, ts=root, text="x" * 4001)
        == "msg_too_long"
    )
    assert (
        await slack.refused("chat.update", channel="#roles", ts=root, text="x")
        == "channel_not_found"
    )
    await slack.web.chat_update(channel=ROLES, ts=root, text="new", blocks=[])
    [message] = (await slack.state())["channels"]["roles"]["messages"]
    assert (message["text"], message.get("blocks"), len(message["replies"])) == ("new", None, 1)
    await slack.web.chat_delete(channel=ROLES, ts=root)
    assert (await slack.state())["channels"]["roles"]["messages"][0]["subtype"] == "tombstone"


async def test_reading_goes_page_by_page_and_gives_metadata_on_request(slack: Slack) -> None:
    metadata = {"event_type": "rolewatch_delivery", "event_payload": {"delivery_id": "d"}}
    posted = [
        await slack.post(metadata=metadata | {"event_payload": {"delivery_id": str(number)}})
        for number in range(5)
    ]
    first = await slack.web.conversations_history(
        channel=ROLES, limit=2, oldest="0000000001.000000", include_all_metadata=True
    )
    assert [one["ts"] for one in first["messages"]] == posted[1::-1]
    assert first["messages"][1]["metadata"]["event_payload"] == {"delivery_id": "0"}
    cursor = first["response_metadata"]["next_cursor"]
    second = await slack.web.conversations_history(
        channel=ROLES, limit=2, oldest="0000000001.000000", cursor=cursor
    )
    assert [one["ts"] for one in second["messages"]] == posted[3:1:-1]
    assert second["messages"][0]["metadata"] == {"event_type": "rolewatch_delivery"}
    assert (
        await slack.refused(
            "chat.postMessage", channel=ROLES, text="x", metadata={"event_type": "no spaces"}
        )
        == "invalid_metadata_schema"
    )


async def test_a_file_is_there_when_its_three_steps_are_done(slack: Slack) -> None:
    await slack.web.files_upload_v2(channel=ROLES, content="abc", filename="a.diff")
    [file] = (await slack.state())["files"].values()
    assert (file["complete"], file["preview"]) == (True, "abc")


async def test_a_channel_takes_so_many_messages_a_second(slack: Slack) -> None:
    await slack.order("config", rate=1, burst=2)
    for _ in range(2):
        await slack.post()
    with pytest.raises(SlackApiError) as caught:
        await slack.post()
    assert (caught.value.response.status_code, caught.value.response.headers["Retry-After"]) == (
        429,
        "1",
    )
    await slack.order("config", rate=0)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a & b", "unescaped_ampersand"),
        ("<x>", "unescaped_angle_brackets"),
        ("**b**", "markdown_not_mrkdwn"),
    ],
)
async def test_what_slack_swallows_is_complained_of(slack: Slack, text: str, code: str) -> None:
    await slack.post(text=text)
    assert [one["code"] for one in (await slack.order("lint"))["lints"]] == [code]


async def test_an_ephemeral_message_is_one_persons(slack: Slack) -> None:
    await slack.web.chat_postEphemeral(channel=ROLES, user=ALICE, text="for you", blocks=BUTTONS)
    [answer] = (await slack.state())["ephemeral"]
    assert (answer["user"], answer["via"], answer["text"]) == (
        ALICE,
        "chat.postEphemeral",
        "for you",
    )
    assert (
        await slack.refused("chat.postEphemeral", channel=ROLES, user="U0NOBODY01", text="x")
        == "user_not_in_channel"
    )
    assert await slack.refused("chat.postEphemeral", channel=ROLES, user=ALICE) == "no_text"
    assert (
        await slack.refused("chat.update", channel=ROLES, ts=answer["ts"], text="x")
        == "message_not_found"
    )


async def test_a_home_is_published_for_one_person(slack: Slack) -> None:
    view = {"type": "home", "blocks": BUTTONS}
    published = await slack.web.views_publish(user_id=ALICE, view=view)
    assert (await slack.state())["homes"][ALICE]["blocks"][0]["elements"][0]["action_id"] == "a"
    assert (
        await slack.refused("views.publish", user_id=ALICE, view=view, hash="old")
        == "hash_conflict"
    )
    await slack.web.views_publish(user_id=ALICE, view=view, hash=published["view"]["hash"])
    for wrong in (
        {"type": "modal", "blocks": []},
        {"type": "home", "blocks": [{"type": "divider"}] * 101},
        {"type": "home", "title": "x"},
    ):
        assert (
            await slack.refused("views.publish", user_id=ALICE, view=wrong) == "invalid_arguments"
        )


async def test_buttons_of_messages_answers_and_homes_can_be_pressed(slack: Slack) -> None:
    received: list[Body] = []
    await slack.web.views_publish(user_id=ALICE, view={"type": "home", "blocks": BUTTONS})
    await slack.web.chat_postEphemeral(channel=ROLES, user=BOB, text="x", blocks=BUTTONS)
    ts, answer = await slack.post(blocks=BUTTONS), (await slack.state())["ephemeral"][0]
    opened = await AsyncWebClient(base_url=f"{slack.address}/api/").apps_connections_open(
        app_token=APP
    )
    async with slack.session.ws_connect(str(opened["url"])) as socket:
        assert (await socket.receive_json())["type"] == "hello"
        for order in ({"ts": ts}, {"answer": answer["ts"]}, {"home": True}):
            clicking = asyncio.create_task(slack.order("click", action_id="a", settle=0, **order))
            envelope = await socket.receive_json()
            await socket.send_json({"envelope_id": envelope["envelope_id"]})
            assert (await clicking)["acked"]
            received.append(envelope["payload"])
        assert not (await slack.order("click", action_id="nosuch", ts=ts))["ok"]
    kinds = [
        (one["container"]["type"], one["container"].get("is_ephemeral"), one["user"]["id"])
        for one in received
    ]
    assert kinds == [("message", False, ALICE), ("message", True, BOB), ("view", None, ALICE)]
    assert [one["actions"][0]["value"] for one in received] == ["v"] * 3
    async with slack.session.post(
        received[1]["response_url"], json={"text": "done", "replace_original": True}
    ) as response:
        assert response.status == 200
    [replaced] = (await slack.state())["ephemeral"]
    assert replaced["text"] == "done"
    async with slack.session.post(
        received[1]["response_url"], json={"delete_original": True}
    ) as response:
        assert response.status == 200
    assert (await slack.state())["ephemeral"] == []
