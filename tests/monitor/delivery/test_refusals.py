"""Refused messages: kept, reported to the operator, and sent when the channel works again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from monitor.cli.sending import Undelivered, undelivered
from monitor.database.tables import Card
from monitor.delivery.manual import discard, retry
from monitor.delivery.open_items import retry_edits_now
from monitor.delivery.refusals import close_incident, open_incident
from monitor.messages import Message, card_of, dump
from monitor.notify.base import ChannelRefusedError, Receipt
from monitor.notify.console import ConsoleNotifier
from tests.support.alerts import opened
from tests.support.outbox_fixture import PostOffice
from tests.support.slack_server import ARCHIVED, OPS, ROLES, shown


def operator_texts(office: PostOffice) -> list[str]:
    return office.slack.texts(OPS)


async def test_a_refused_channel_delivers_in_order_when_it_works_again(
    office: PostOffice,
) -> None:
    office.tell(*(opened(str(key)) for key in range(3)), channel="slack:#old")
    delivered = await office.outbox().deliver(until_idle=True)
    assert (delivered.failed, delivered.waiting) == (1, 2)
    first, *rest = office.deliveries()[:3]
    assert (first.state, first.reason) == (
        "failed",
        "is_archived: the channel is archived: unarchive it or name another",
    )
    assert [one.state for one in rest] == ["pending", "pending"]
    office.slack.channels[ARCHIVED].archived = False
    await office.clock.sleep(11 * 60)
    delivered = await office.outbox().deliver(until_idle=True)
    assert (delivered.sent, delivered.waiting) == (
        3 + 1,
        0,
    )  # and one to the operator: it works again
    assert [
        one["metadata"]["event_payload"]["delivery_id"]
        for one in office.slack.channels[ARCHIVED].messages
    ] == [one.delivery_id for one in office.deliveries()[:3]]
    assert office.one_copy_each()


async def test_an_incident_alerts_the_operator_once(office: PostOffice) -> None:
    office.tell(opened("1"), channel="slack:#old")
    outbox = office.outbox()
    for _ in range(4):
        await outbox.deliver(until_idle=True)
        await office.clock.sleep(3600)
    assert operator_texts(office) == [
        "Slack refused #old: the channel is archived. 1 message waits."
    ]
    office.slack.channels[ARCHIVED].archived = False
    await outbox.deliver(until_idle=True)
    office.slack.channels[ARCHIVED].archived = True
    office.tell(opened("2"), channel="slack:#old")
    await outbox.deliver(until_idle=True)
    ended, second = operator_texts(office)
    assert ended.startswith("#old refused messages from ")
    assert second == "Slack refused #old: the channel is archived. 1 message waits."


async def test_an_incident_ends_in_the_operators_new_channel(office: PostOffice) -> None:
    office.tell(opened("1"), channel="slack:#old")
    await office.outbox().deliver(until_idle=True)
    office.operators = ("slack:#roles",)
    office.slack.channels[ARCHIVED].archived = False
    await office.clock.sleep(3600)
    await office.outbox().deliver(until_idle=True)
    [ended], [former] = office.slack.texts(ROLES), operator_texts(office)
    assert ended == former
    assert ended.startswith("#old refused messages from ")
    assert office.slack.channels[OPS].threads == {}


async def test_an_incident_ends_under_another_name_of_its_channel(office: PostOffice) -> None:
    """The configuration names it by its ID, and then `#roles`."""
    office.channels = (f"slack:{ROLES}",)
    await office.outbox().ask_channel_names()
    office.slack.channels[ROLES].archived = True
    office.tell(opened("1"), channel=f"slack:{ROLES}")
    await office.outbox().deliver(until_idle=True)
    refused = f"Slack refused {ROLES}: the channel is archived. 1 message waits."
    assert operator_texts(office) == [refused]
    office.channels = ("slack:#roles",)
    office.tell(opened("2"), channel="slack:#roles")
    await office.outbox().deliver(until_idle=True)
    assert operator_texts(office) == [refused]
    office.slack.channels[ROLES].archived = False
    await office.clock.sleep(3600)
    await office.outbox().deliver(until_idle=True)
    [ended] = operator_texts(office)
    assert ended.startswith(f"{ROLES} refused messages from ")


async def test_a_wrong_person_is_reported_with_what_to_correct(office: PostOffice) -> None:
    """Nobody can invite the app into a direct message."""
    office.operators = ("console",)
    office.tell(opened("1"), channel="slack:U0NOBODY1")
    office.slack.break_next("channel_not_found", "chat.postMessage")
    await office.outbox().deliver(until_idle=True)
    said = office.console.getvalue()
    assert "Slack refused U0NOBODY1: there is no such person in the workspace" in said
    assert "Name a person by the member ID that their profile shows, then run" in said
    assert "/invite" not in said


async def test_an_incident_ends_even_if_its_messages_were_discarded(
    office: PostOffice,
) -> None:
    office.tell(opened("1"), channel="slack:#old")
    await office.outbox().deliver(until_idle=True)
    with office.engine.begin() as connection:
        assert discard(connection, office.clock()) == 1
    office.slack.channels[ARCHIVED].archived = False
    office.tell(opened("2"), channel="slack:#old")
    await office.outbox().deliver(until_idle=True)
    [ended] = operator_texts(office)
    assert ended.startswith("#old refused messages from ")


async def test_a_refused_operator_channel_alerts_on_the_terminal(office: PostOffice) -> None:
    office.operators = ("slack:#old",)
    office.tell(opened(), channel="slack:#old")
    await office.outbox().deliver(until_idle=True)
    assert "Slack refused #old: the channel is archived" in office.console.getvalue()
    assert "1 message waits since" in office.console.getvalue()


async def test_a_revoked_token_alerts_elsewhere_once_and_blocks_slack(
    office: PostOffice,
) -> None:
    office.operators = ("slack:#ops", "webhook")
    office.tell(opened("1"), opened("2"))
    office.tell(opened("3"), channel="slack:#ops")
    office.tell(opened("4"), channel="console")
    office.slack.token = "another"
    await office.outbox().deliver(until_idle=True)
    assert office.console.getvalue().count("Slack refused messages: the token is not valid") == 1
    [delivered] = office.slack.texts()  # through the webhook
    assert delivered.startswith("Slack refused messages: the token is not valid.")
    # one per channel
    assert sum(office.slack.calls[method] for method in ("auth.test", "chat.postMessage")) <= 2
    await office.clock.sleep(60)
    await office.outbox().deliver(until_idle=True)
    assert office.console.getvalue().count("refused") == 1
    assert "pending" in office.states()


async def test_a_start_retries_refused_messages_at_once(office: PostOffice) -> None:
    token = office.slack.token
    office.slack.token = "another"
    office.tell(opened("1"), opened("2"))
    office.tell(opened("3"), channel="slack:#ops")
    await office.outbox().deliver(until_idle=True)
    office.slack.token = token
    delivered = await office.outbox().deliver(until_idle=True)
    # and one to the terminal: it works again
    assert (delivered.sent, delivered.failed, delivered.waiting) == (3 + 1, 0, 0)
    assert "Slack takes messages again" in office.console.getvalue()
    assert office.one_copy_each()


async def test_a_person_can_retry_at_once(office: PostOffice) -> None:
    office.tell(opened("1"), opened("2"), channel="slack:#old")
    outbox = office.outbox()
    await outbox.deliver(until_idle=True)
    office.slack.channels[ARCHIVED].archived = False
    assert (await outbox.deliver(until_idle=True)).sent == 0
    with office.engine.begin() as connection:
        assert retry(connection, office.clock()) == 1
    # and one to the operator: it works again
    assert (await outbox.deliver(until_idle=True)).sent == 2 + 1


async def test_an_old_reason_stays_on_no_message(office: PostOffice) -> None:
    token, office.slack.token = office.slack.token, "another"
    office.tell(opened("1"), opened("2"), channel="slack:#nochan")
    outbox = office.outbox()
    await outbox.deliver(until_idle=True)
    [stuck] = undelivered(office.engine)
    assert stuck == Undelivered(
        "slack:#nochan", 2, "invalid_auth: set a valid bot token in $SLACK_BOT_TOKEN", failed=True
    )
    office.slack.token = token
    await office.clock.sleep(5 * 60)
    await outbox.deliver(until_idle=True)
    first, second = office.deliveries()[:2]
    assert second.reason is None
    assert undelivered(office.engine) == [
        Undelivered("slack:#nochan", 2, first.reason, failed=True)
    ]
    assert str(first.reason).startswith("channel_not_found")


async def test_a_retry_shows_no_older_reason(office: PostOffice) -> None:
    office.slack.token = "another"
    office.tell(opened("1"), opened("2"))
    await office.outbox().deliver(until_idle=True)
    with office.engine.begin() as connection:
        retry(connection, office.clock())
    assert [one.reason for one in office.deliveries()[:2]] == [None, None]


async def test_a_person_can_retry_one_alert(office: PostOffice) -> None:
    first, _ = office.tell(opened("1"), channel="slack:#old") + office.tell(
        opened("2"), channel="slack:#absent"
    )
    await office.outbox().deliver(until_idle=True)
    with office.engine.begin() as connection:
        assert retry(connection, office.clock(), [first]) == 1
        assert retry(connection, office.clock(), [first]) == 0
    assert [one.state for one in office.deliveries() if one.channel != "slack:#ops"] == [
        "pending",
        "failed",
    ]


@pytest.mark.parametrize("fault", ["500", "reset", "accept_then_500", "timeout"])
async def test_an_unconfirmed_webhook_message_waits_for_a_person(
    office: PostOffice, fault: str
) -> None:
    office.slack.break_next(fault, "webhook")
    office.tell(opened("1"), opened("2"), channel="webhook")
    delivered = await office.outbox().deliver(until_idle=True)
    # and two to the operator: it did not confirm a message, and it takes messages again
    assert (delivered.sent, delivered.failed, delivered.waiting) == (1 + 2, 1, 0)
    failed, sent, *_ = office.deliveries()
    assert (failed.state, sent.state, failed.next_try_at) == ("failed", "sent", None)
    assert failed.reason is not None
    assert failed.reason.startswith("maybe sent: ")
    await office.clock.sleep(86_400)
    assert (await office.outbox().deliver(until_idle=True)).sent == 0
    with office.engine.begin() as connection:
        assert retry(connection, office.clock()) == 1
    assert (await office.outbox().deliver(until_idle=True)).sent == 1


async def test_an_unconfirmed_message_is_reported_with_what_to_do(office: PostOffice) -> None:
    """The program does not send it again, so the operator has to know."""
    office.slack.break_next("500", "webhook")
    office.tell(opened("1"), channel="webhook")
    await office.outbox().deliver(until_idle=True)
    [said] = operator_texts(office)
    assert said == "Webhook did not confirm a message: HTTP 500."
    [message] = office.slack.channels[OPS].messages
    assert "alerts retry" in shown(message)
    assert "wait for the next round" not in shown(message)
    office.tell(opened("2"), channel="webhook")
    await office.outbox().deliver(until_idle=True)
    [ended] = operator_texts(office)
    assert ended.startswith("Webhook did not confirm messages from ")


async def test_an_incident_ends_with_the_whole_name_of_its_channel(office: PostOffice) -> None:
    now = office.clock()
    with office.engine.begin() as connection:
        open_incident(connection, "apprise:one", ChannelRefusedError("HTTP 410"), ["console"], now)
        close_incident(connection, "apprise:one", ["console"], now + timedelta(minutes=3))
    await office.outbox().deliver(until_idle=True)
    assert "apprise:one refused messages: HTTP 410" in office.console.getvalue()
    assert "apprise:one takes messages again after 3 minutes" in office.console.getvalue()


async def test_a_webhook_that_asks_to_wait_is_retried_later(office: PostOffice) -> None:
    office.slack.break_next("429", "webhook")
    office.tell(opened(), channel="webhook")
    assert (await office.outbox().deliver(until_idle=True)).sent == 1
    assert len(office.slack.channels[ROLES].messages) == 1


async def test_a_half_printed_message_waits_for_a_person(office: PostOffice) -> None:
    office.tell(opened("1"), opened("2"), channel="console")
    await office.outbox().deliver(until_idle=False)
    office.set(office.deliveries()[0].delivery_id, state="sending")
    office.console.truncate(0)
    await office.outbox().deliver(until_idle=True)
    assert office.states() == ["failed", "sent"]
    assert office.deliveries()[0].reason == "maybe sent: the program stopped while sending"
    assert office.console.getvalue() == ""


async def test_an_internal_error_blocks_no_other_message(
    office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = ConsoleNotifier.send

    async def broken(
        self: ConsoleNotifier, channel: str, message: Message, delivery_id: str
    ) -> Receipt:
        if "Broken" in str(message):
            raise ZeroDivisionError
        return await send(self, channel, message, delivery_id)

    monkeypatch.setattr(ConsoleNotifier, "send", broken)
    office.tell(opened("1", title="Broken"), opened("2", title="Whole"), channel="console")
    delivered = await office.outbox().deliver(until_idle=True)
    assert (delivered.sent, delivered.failed) == (1, 1)
    assert "Whole" in office.console.getvalue()
    assert (
        office.deliveries()[0].reason
        == "maybe sent: a fault in rolewatch (ZeroDivisionError), see the log"
    )


async def test_an_unreadable_row_blocks_no_other_message(office: PostOffice) -> None:
    office.tell(opened("1"), opened("2"))
    await office.outbox().deliver(until_idle=True)
    first = office.deliveries()[0]
    office.set(first.delivery_id, state="pending", message='{"type":"unknown"}')
    office.tell(opened("3"))
    delivered = await office.outbox().deliver(until_idle=True)
    assert (delivered.sent, delivered.failed) == (1, 1)


async def test_a_retry_waits_for_a_channel_that_asked_to_wait(
    office: PostOffice,
) -> None:
    office.slack.wait = 120
    office.slack.break_next("accept_then_500", "webhook")
    office.slack.break_next("429", "webhook")
    office.tell(opened("1"), opened("2"), channel="webhook")
    assert (await office.outbox().deliver(until_idle=False)).failed == 1
    with office.engine.begin() as connection:
        assert retry(connection, office.clock()) == 2
    assert (await office.outbox().deliver(until_idle=False)).sent == 0
    assert office.slack.calls["webhook"] == 2
    await office.clock.sleep(120)
    # and one to the operator: it takes messages again
    assert (await office.outbox().deliver(until_idle=True)).sent == 2 + 1


async def test_an_edit_waits_as_long_as_slack_asked(office: PostOffice) -> None:
    office.slack.wait = 120
    office.tell(opened())
    await office.outbox().deliver(until_idle=True)
    with office.engine.begin() as connection:
        message = dump(card_of(opened(title="Research Scientist")))
        connection.execute(update(Card).values({Card.revision: 2, Card.message: message}))
    office.slack.break_next("429", "chat.update")
    await office.outbox().deliver(until_idle=False)
    with office.engine.begin() as connection:
        retry_edits_now(connection, office.clock())
    await office.outbox().deliver(until_idle=False)
    assert office.slack.calls["chat.update"] == 1
    await office.clock.sleep(120)
    await office.outbox().deliver(until_idle=False)
    assert office.slack.calls["chat.update"] == 2
