"""Slack's answers to messages, searches and lists of channels."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from monitor.notify.base import NotifyError, Receipt
from monitor.notify.slack.notifier import SlackNotifier
from tests.support.alerts import every_kind, opened
from tests.support.slack_server import PATIENCE, ROLES, TOKEN, SlackServer, slack_server


@pytest.fixture
async def slack() -> AsyncIterator[SlackServer]:
    async with slack_server() as server:
        yield server
        assert server.complaints == []


@pytest.fixture
def notifier(slack: SlackServer) -> SlackNotifier:
    return make(slack)


def make(slack: SlackServer, token: str = TOKEN) -> SlackNotifier:
    return SlackNotifier(SecretStr(token), slack.api_url, timeout=PATIENCE)


def lately() -> datetime:
    return datetime.now(UTC) - timedelta(minutes=1)


async def refused(notifier: SlackNotifier, channel: str = "slack:#roles") -> NotifyError:
    with pytest.raises(NotifyError) as caught:
        await notifier.send(channel, opened(), "id1")
    return caught.value


async def test_a_message_says_where_it_is(slack: SlackServer, notifier: SlackNotifier) -> None:
    receipt = await notifier.send("slack:#roles", opened(), "id1")
    ts = slack.channels[ROLES].messages[0]["ts"]
    assert receipt == Receipt(
        ROLES, ts, f"https://example.slack.com/archives/{ROLES}/p{ts.replace('.', '')}"
    )


async def test_a_message_carries_its_delivery_id_and_is_found_by_it(
    slack: SlackServer, notifier: SlackNotifier
) -> None:
    receipts = [
        await notifier.send("slack:#roles", message, f"id{number}")
        for number, message in enumerate(every_kind())
    ]
    assert slack.channels[ROLES].messages[3]["metadata"] == {
        "event_type": "rolewatch_delivery",
        "event_payload": {"delivery_id": "id3"},
    }
    assert await make(slack).find("slack:#roles", "id3", lately()) == receipts[3]
    assert await notifier.find("slack:#roles", "id99", lately()) is None
    assert (
        await notifier.find("slack:#roles", "id3", datetime.now(UTC) + timedelta(minutes=1)) is None
    )


async def test_channels_are_listed_once(slack: SlackServer, notifier: SlackNotifier) -> None:
    for channel in ("slack:#roles", "slack:#ops", "slack:#roles", "slack:#secret"):
        await notifier.send(channel, opened(), "id")
    assert slack.calls["conversations.list"] == 3  # its pages
    assert slack.calls["auth.test"] == 1


async def test_without_the_private_scope_public_channels_are_known(
    slack: SlackServer, notifier: SlackNotifier
) -> None:
    slack.private_scope = False
    await notifier.send("slack:#roles", opened(), "id1")
    assert slack.copies("id1") == 1


async def test_an_id_needs_no_lookup(slack: SlackServer, notifier: SlackNotifier) -> None:
    await notifier.send(f"slack:{ROLES}", opened(), "id1")
    assert slack.copies("id1") == 1
    assert slack.calls["conversations.list"] == 0


async def test_a_direct_message_is_found_by_a_program_that_did_not_send_it(
    slack: SlackServer, notifier: SlackNotifier
) -> None:
    assert await notifier.find("slack:U0ALICE001", "id1", lately()) is None
    receipt = await notifier.send("slack:U0ALICE001", opened(), "id1")
    assert receipt.channel_id == "D0ALICE001"
    assert await make(slack).find("slack:U0ALICE001", "id1", lately()) == receipt


async def test_an_archived_channel_of_the_same_name_is_not_used(
    slack: SlackServer, notifier: SlackNotifier
) -> None:
    slack.channels["C00OLD001"].name = "roles"
    await notifier.send("slack:#roles", opened(), "id1")
    assert len(slack.channels[ROLES].messages) == 1


async def test_a_name_that_moved_is_listed_again(
    slack: SlackServer, notifier: SlackNotifier
) -> None:
    await notifier.send("slack:#roles", opened(), "id1")
    slack.channels[ROLES].archived, slack.channels[ROLES].name = True, "roles-2025"
    slack.channels["C0000OPS"].name = "roles"
    assert (await refused(notifier)).permanent
    assert (await notifier.send("slack:#roles", opened(), "id2")).channel_id == "C0000OPS"


@pytest.mark.parametrize(
    "kind",
    [
        "500",
        "bad_json",
        "text",
        "list",
        "timeout",
        "reset",
        "internal_error",
        "fatal_error",
        "service_unavailable",
    ],
)
@pytest.mark.parametrize("accepted", [False, True])
async def test_a_message_that_may_have_arrived_is_unclear(
    slack: SlackServer, notifier: SlackNotifier, kind: str, *, accepted: bool
) -> None:
    slack.break_next(f"accept_then_{kind}" if accepted else kind)
    error = await refused(notifier)
    assert (error.may_have_arrived, error.permanent, error.retry_after) == (True, False, None)
    assert slack.copies("id1") == accepted
    assert (await notifier.find("slack:#roles", "id1", lately()) is not None) == accepted


async def test_a_rate_limit_carries_its_wait(slack: SlackServer, notifier: SlackNotifier) -> None:
    slack.wait = 42
    slack.break_next("429")
    error = await refused(notifier)
    assert (error.retry_after, error.may_have_arrived, error.permanent) == (42, False, False)


@pytest.mark.parametrize(
    "word",
    [
        "invalid_auth",
        "account_inactive",
        "token_revoked",
        "token_expired",
        "missing_scope",
        "not_authed",
    ],
)
async def test_a_refused_token_affects_every_channel(
    slack: SlackServer, notifier: SlackNotifier, word: str
) -> None:
    slack.break_next(word)
    error = await refused(notifier)
    assert (error.permanent, error.affects_all_channels, error.may_have_arrived) == (
        True,
        True,
        False,
    )
    assert word in error.reason


@pytest.mark.parametrize(
    ("channel", "word"),
    [
        ("slack:#nowhere", "channel_not_found"),
        ("slack:C0NOWHERE", "channel_not_found"),
        ("slack:#absent", "not_in_channel"),
        ("slack:#old", "is_archived"),
    ],
)
async def test_a_refused_channel_says_why(notifier: SlackNotifier, channel: str, word: str) -> None:
    error = await refused(notifier, channel)
    assert (error.permanent, error.affects_all_channels, error.may_have_arrived) == (
        True,
        False,
        False,
    )
    assert error.reason.startswith(word)


async def test_a_persons_wrong_id_is_no_missing_channel(
    slack: SlackServer, notifier: SlackNotifier
) -> None:
    slack.break_next("channel_not_found")
    error = await refused(notifier, "slack:U0NOBODY1")
    assert (error.permanent, error.affects_all_channels, error.slack_error) == (
        True,
        False,
        "user_not_found",
    )
    assert error.reason == "user_not_found: name a person by the member ID that their profile shows"


async def test_an_unknown_error_is_permanent(slack: SlackServer, notifier: SlackNotifier) -> None:
    slack.break_next("something_new")
    error = await refused(notifier)
    assert (error.permanent, error.may_have_arrived, error.reason) == (
        True,
        False,
        "Slack answers something_new",
    )


@pytest.mark.parametrize("word", ["invalid_blocks", "msg_blocks_too_long", "invalid_blocks_format"])
async def test_refused_blocks_arrive_as_text_with_the_same_id(
    slack: SlackServer, notifier: SlackNotifier, word: str
) -> None:
    slack.break_next(word)
    await notifier.send("slack:#roles", opened(), "id1")
    (message,) = slack.channels[ROLES].messages
    assert slack.copies("id1") == 1
    assert "blocks" not in message
    assert "https://jobs.example/1" in message["text"]
    assert "engineers" in message["text"]


@pytest.mark.parametrize("method", ["auth.test", "conversations.list"])
async def test_an_error_before_posting_is_clear(
    slack: SlackServer, notifier: SlackNotifier, method: str
) -> None:
    # reading is harmless, so aiohttp itself tries it twice
    slack.break_next("reset", method, times=2)
    error = await refused(notifier)
    assert (error.may_have_arrived, error.permanent) == (False, False)


async def test_an_interrupted_search_is_an_error(
    slack: SlackServer, notifier: SlackNotifier
) -> None:
    for number in range(5):
        await notifier.send("slack:#roles", opened(), f"id{number}")
    slack.faults = [("conversations.history", "ok"), ("conversations.history", "500")]
    with pytest.raises(NotifyError):
        await notifier.find("slack:#roles", "id9", lately())


async def test_a_search_waits_for_a_later_page(slack: SlackServer) -> None:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    notifier = SlackNotifier(
        SecretStr(TOKEN), slack.api_url, timeout=PATIENCE, sleep=sleep, seconds=lambda: sum(waits)
    )
    for number in range(5):
        await notifier.send("slack:#roles", opened(), f"id{number}")
    slack.wait = 60
    slack.faults = [("conversations.history", "ok"), ("conversations.history", "429")]
    found = await notifier.find("slack:#roles", "id4", lately())
    assert found is not None
    assert waits == [60]


async def test_a_read_limit_holds_for_all_channels_but_not_for_posts(
    slack: SlackServer,
) -> None:
    seconds = 0.0
    notifier = SlackNotifier(
        SecretStr(TOKEN), slack.api_url, timeout=PATIENCE, seconds=lambda: seconds
    )
    await notifier.send("slack:#roles", opened(), "id1")
    slack.wait = 30
    slack.break_next("429", "conversations.history")
    for channel, asked in (("slack:#roles", 30), ("slack:#ops", 30)):
        with pytest.raises(NotifyError) as caught:
            await notifier.find(channel, "id1", lately())
        assert caught.value.retry_after == asked
    assert slack.calls["conversations.history"] == 1
    await notifier.send("slack:#ops", opened(), "id2")
    seconds = 30.0
    assert await notifier.find("slack:#roles", "id1", lately()) is not None


async def test_the_workspace_is_asked_for_once(slack: SlackServer, notifier: SlackNotifier) -> None:
    await asyncio.gather(
        *(
            notifier.send(channel, opened(), channel)
            for channel in ("slack:#roles", "slack:#ops", "slack:#secret")
        )
    )
    assert slack.calls["auth.test"] == 1


async def test_a_scope_missing_for_search_affects_one_channel(
    slack: SlackServer, notifier: SlackNotifier
) -> None:
    slack.break_next("missing_scope", "conversations.list")
    with pytest.raises(NotifyError) as caught:
        await notifier.find("slack:U0ALICE001", "id1", lately())
    assert (caught.value.permanent, caught.value.affects_all_channels) == (True, False)


async def test_an_unreachable_server_is_retried() -> None:
    notifier = SlackNotifier(SecretStr(TOKEN), "http://127.0.0.1:9/api/", timeout=PATIENCE)
    error = await refused(notifier)
    assert (error.may_have_arrived, error.permanent, error.affects_all_channels) == (
        False,
        False,
        True,
    )


async def test_a_wrong_api_url_needs_a_person(slack: SlackServer) -> None:
    notifier = SlackNotifier(SecretStr(TOKEN), f"{slack.url}/nothing/", timeout=PATIENCE)
    error = await refused(notifier)
    assert error.permanent
    assert "api_url" in error.reason


async def test_the_token_is_in_no_error_and_no_log(
    slack: SlackServer, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    secret = "xoxb-9-9-verySecret"
    notifier = make(slack, secret)
    elsewhere = [
        SlackNotifier(SecretStr(secret + "\n"), url, timeout=PATIENCE)
        for url in ("http://127.0.0.1:9/api/", "http://[broken/api/")
    ]
    errors = [await refused(one) for one in (notifier, *elsewhere)]
    captured = capsys.readouterr()
    written = caplog.text + captured.out + captured.err
    assert "verySecret" not in written + "".join(
        f"{error} {error.__cause__!r} {error.reason}" for error in errors
    )
