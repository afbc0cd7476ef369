"""Alerts through an incoming webhook."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from pydantic import SecretStr

from monitor.database.lease import LeaseLost
from monitor.notify.base import NotifyError, Receipt
from monitor.notify.webhook import WebhookNotifier
from tests.support.alerts import every_kind, opened
from tests.support.slack_server import PATIENCE, ROLES, SlackServer, slack_server


@pytest.fixture
async def slack() -> AsyncIterator[SlackServer]:
    async with slack_server() as server:
        yield server
        assert server.complaints == []


@pytest.fixture
def notifier(slack: SlackServer) -> WebhookNotifier:
    return WebhookNotifier(SecretStr(slack.webhook_url), timeout=PATIENCE)


async def refused(notifier: WebhookNotifier) -> NotifyError:
    with pytest.raises(NotifyError) as caught:
        await notifier.send("webhook", opened(), "id1")
    return caught.value


async def test_every_kind_of_message_arrives(slack: SlackServer, notifier: WebhookNotifier) -> None:
    for message in every_kind():
        assert await notifier.send("webhook", message, "id") == Receipt()
    assert len(slack.channels[ROLES].messages) == len(every_kind())
    assert all(message["blocks"] for message in slack.channels[ROLES].messages)


async def test_an_ok_whose_line_ends_confirms_a_message(
    slack: SlackServer, notifier: WebhookNotifier
) -> None:
    slack.break_next("line", "webhook")
    assert await notifier.send("webhook", opened(), "id1") == Receipt()


@pytest.mark.parametrize(
    "kind",
    [
        "500",
        "reset",
        "timeout",
        "accept_then_500",
        "accept_then_reset",
        "bad_json",
        "text",
        "empty",
    ],
)
async def test_a_message_that_may_have_arrived_is_unclear(
    slack: SlackServer, notifier: WebhookNotifier, kind: str
) -> None:
    slack.break_next(kind, "webhook")
    error = await refused(notifier)
    assert (error.may_have_arrived, error.permanent) == (True, False)


async def test_a_rate_limit_carries_its_wait(slack: SlackServer, notifier: WebhookNotifier) -> None:
    slack.wait = 7
    slack.break_next("429", "webhook")
    error = await refused(notifier)
    assert (error.retry_after, error.may_have_arrived) == (7, False)


@pytest.mark.parametrize("word", ["no_service", "no_team", "channel_not_found"])
async def test_a_removed_webhook_needs_a_person(
    slack: SlackServer, notifier: WebhookNotifier, word: str
) -> None:
    slack.break_next(word, "webhook")
    error = await refused(notifier)
    assert (error.permanent, error.may_have_arrived) == (True, False)
    assert error.reason == f"the webhook answers HTTP 404 {word}"


async def test_refused_blocks_arrive_as_text(slack: SlackServer, notifier: WebhookNotifier) -> None:
    slack.break_next("invalid_blocks", "webhook")
    await notifier.send("webhook", opened(), "id1")
    (message,) = slack.channels[ROLES].messages
    assert "blocks" not in message
    assert "https://jobs.example/1" in message["text"]


async def test_the_channel_cannot_be_read(notifier: WebhookNotifier) -> None:
    assert not notifier.readable
    with pytest.raises(NotifyError):
        await notifier.find("webhook", "id1", datetime.now(UTC))


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9/services/verySecret",
        "http://[verySecret/",
        "verySecret",
        "http://h:verySecret/",
    ],
)
async def test_the_address_is_in_no_error_and_no_log(
    url: str, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    error = await refused(WebhookNotifier(SecretStr(url), timeout=PATIENCE))
    captured = capsys.readouterr()
    assert (
        "verySecret"
        not in caplog.text + captured.out + captured.err + f"{error} {error.__cause__!r}"
    )


async def test_the_address_is_not_logged_when_the_message_arrives(
    slack: SlackServer, notifier: WebhookNotifier, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await notifier.send("webhook", opened(), "id1")
    assert "testSecret" not in caplog.text.replace("POST /services", "")
    assert slack.calls["webhook"] == 1


async def test_a_lost_lease_stops_the_text_too(
    slack: SlackServer, notifier: WebhookNotifier
) -> None:
    asked = []

    async def check() -> None:
        asked.append(1)
        if len(asked) > 1:
            raise LeaseLost

    notifier.guard(check)
    slack.break_next("invalid_blocks", "webhook")
    with pytest.raises(LeaseLost):
        await notifier.send("webhook", opened(), "d1")
    assert slack.calls["webhook"] == 1
