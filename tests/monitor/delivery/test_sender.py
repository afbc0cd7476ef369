"""Each message is sent once and in order, whatever fails."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import insert

from monitor.database.tables import Delivery
from monitor.delivery.manual import discard
from monitor.delivery.pack import pack
from monitor.messages import dump
from tests.support.alerts import HOSTILE, notice, opened, revised
from tests.support.outbox_fixture import PostOffice, until
from tests.support.slack_server import OPS, ROLES

FAULTS = ["500", "bad_json", "text", "timeout", "reset", "internal_error"]
OTHER = "slack:#ops"


async def test_a_sent_message_stores_its_location(office: PostOffice) -> None:
    office.tell(opened())
    delivered = await office.outbox().deliver(until_idle=True)
    assert (delivered.sent, delivered.failed, delivered.waiting) == (1, 0, 0)
    (delivery,) = office.deliveries()
    (message,) = office.slack.channels[ROLES].messages
    assert (delivery.state, delivery.channel_id, delivery.ts, delivery.attempts) == (
        "sent",
        ROLES,
        message["ts"],
        1,
    )
    assert (
        delivery.message_url
        == f"https://example.slack.com/archives/{ROLES}/p{message['ts'].replace('.', '')}"
    )
    assert delivery.sent_at is not None
    assert delivery.reason is None


async def test_nothing_is_sent_twice_by_a_second_delivery(office: PostOffice) -> None:
    office.tell(opened())
    await office.outbox().deliver(until_idle=True)
    delivered = await office.outbox().deliver(until_idle=True)
    assert delivered.sent == 0
    assert office.one_copy_each()


@pytest.mark.parametrize("fault", [*FAULTS, *(f"accept_then_{fault}" for fault in FAULTS), "429"])
async def test_one_copy_whatever_goes_wrong(office: PostOffice, fault: str) -> None:
    office.slack.break_next(fault)
    office.tell(opened("1"), opened("2"))
    delivered = await office.outbox().deliver(until_idle=True)
    assert (delivered.sent, delivered.waiting) == (2, 0)
    assert office.states() == ["sent", "sent"]
    assert len(office.slack.channels[ROLES].messages) == 2
    assert office.one_copy_each()


async def test_one_copy_after_many_accepted_calls_that_fail(office: PostOffice) -> None:
    office.slack.break_next("accept_then_500")
    office.slack.break_next("500", "conversations.history", times=3)
    office.slack.break_next("429", "conversations.history")
    office.tell(opened())
    delivered = await office.outbox().deliver(until_idle=True)
    assert delivered.sent == 1
    assert office.one_copy_each()


async def test_an_accepted_message_is_not_sent_again_while_the_channel_cannot_be_read(
    office: PostOffice,
) -> None:
    office.slack.break_next("accept_then_reset")
    office.slack.break_next("missing_scope", "conversations.history", times=9)
    office.tell(opened())
    delivered = await office.outbox().deliver(until_idle=True)
    (delivery, ops) = office.deliveries()
    assert (delivered.failed, delivery.state, delivery.attempts) == (1, "failed", 1)
    assert delivery.reason is not None
    assert delivery.reason.startswith("cannot check whether it was sent: missing_scope")
    assert ops.channel == "slack:#ops"  # which needs no search
    office.slack.faults.clear()
    await office.outbox().deliver(until_idle=True)
    assert office.deliveries()[0].state == "sent"
    assert office.slack.copies(delivery.delivery_id) == 1


async def test_retry_after_is_waited_for_and_the_message_keeps_its_place(
    office: PostOffice,
) -> None:
    office.slack.wait = 60
    office.slack.break_next("429")
    office.tell(opened("1"), opened("2"))
    delivered = await office.outbox().deliver(until_idle=True)
    assert delivered.sent == 2
    assert max(office.clock.slept) == pytest.approx(60, abs=1)
    assert "/1" in str(office.slack.channels[ROLES].messages[0])


async def test_a_longer_wait_is_left_for_later(office: PostOffice) -> None:
    office.slack.wait = 300
    office.slack.break_next("429", channel=ROLES)
    office.tell(opened("1"), opened("2"))
    office.tell(opened("3"), channel=OTHER)
    delivered = await office.outbox().deliver(until_idle=True)
    assert (delivered.sent, delivered.waiting) == (1, 2)
    (delivery, *_) = office.deliveries()
    assert delivery.reason == "Slack asks to wait 300 s"
    assert delivery.next_try_at is not None
    assert delivery.next_try_at - office.clock() > timedelta(seconds=290)


async def test_lasting_trouble_ends_the_waiting(office: PostOffice) -> None:
    office.slack.break_next("500", times=99)
    office.tell(opened())
    delivered = await office.outbox().deliver(until_idle=True)
    assert (delivered.sent, delivered.failed, delivered.waiting) == (0, 0, 1)
    assert sum(office.clock.slept) <= 60
    assert office.states() == ["sending"]


async def test_a_postponed_message_is_sent_by_a_later_call(office: PostOffice) -> None:
    office.slack.break_next("accept_then_500")
    office.tell(opened("1"), opened("2"))
    assert (await office.outbox().deliver(until_idle=False)).sent == 0
    await office.clock.sleep(5)
    assert (await office.outbox().deliver(until_idle=False)).sent == 2
    assert office.one_copy_each()


async def test_a_channel_keeps_its_order(office: PostOffice) -> None:
    for key in range(8):
        office.tell(opened(str(key)), revised(str(key)), round_id=office.begin_round())
    office.slack.break_next("500")
    office.slack.break_next("ok")
    office.slack.break_next("429")
    office.slack.break_next("accept_then_reset")
    await office.outbox().deliver(until_idle=True)
    shown = [
        message["blocks"][0]["elements"][0]["elements"][2]["url"]
        for message in office.slack.channels[ROLES].messages
    ]
    assert shown == [f"https://jobs.example/{key}" for key in range(8)]


async def test_a_failing_channel_does_not_block_another(office: PostOffice) -> None:
    office.slack.hang = 3
    office.slack.break_next("accept_then_timeout", channel=ROLES)
    office.slack.patience = 30
    office.tell(opened("1"))
    office.tell(*(opened(str(key)) for key in range(2, 8)), channel=OTHER)
    office.tell(opened("9"), channel="console")
    delivering = asyncio.create_task(office.outbox().deliver(until_idle=True))
    await until(lambda: len(office.slack.channels[OPS].messages) == 6)
    assert office.states()[0] == "sending"
    await delivering
    assert office.states() == ["sent"] * 8
    assert office.one_copy_each()


async def test_a_channel_sustains_one_message_a_second_after_a_short_burst(
    office: PostOffice,
) -> None:
    office.tell(*(opened(str(key)) for key in range(9)))
    await office.outbox().deliver(until_idle=True)
    stamps = [float(message["ts"]) for message in office.slack.channels[ROLES].messages]
    assert all(stamp - stamps[0] > number - 2.5 for number, stamp in enumerate(stamps))
    assert sum(office.clock.slept) < 7  # six for all of them: three go at once


@pytest.mark.parametrize(
    "text", [text for text in HOSTILE if "\ud800" not in text], ids=range(len(HOSTILE) - 1)
)
async def test_a_hostile_posting_is_sent(office: PostOffice, text: str) -> None:
    office.tell(opened(title=text))
    assert (await office.outbox().deliver(until_idle=True)).sent == 1
    assert "blocks" in office.slack.channels[ROLES].messages[0]


async def test_more_than_ten_of_a_round_arrive_as_one_message(office: PostOffice) -> None:
    round_id = office.begin_round()
    office.tell(*(opened(str(key)) for key in range(25)), round_id=round_id)
    await office.outbox().deliver(until_idle=True)
    assert office.slack.texts()[0].startswith("25 new roles at ")
    assert len({alert.delivery_id for alert in office.alerts()}) == 1


async def test_a_backlog_arrives_grouped_after_an_outage(office: PostOffice) -> None:
    office.slack.break_next("500", times=99)
    for key in range(12):
        office.tell(opened(str(key)), round_id=office.begin_round(), at=office.clock())
    await office.outbox().deliver(until_idle=True)
    office.slack.faults.clear()
    await office.clock.sleep(3600)
    assert (await office.outbox().deliver(until_idle=True)).sent == 2
    assert [text[:12] for text in office.slack.texts()] == ["Example Labs", "11 new roles"]


async def test_a_discarded_message_is_not_sent(office: PostOffice) -> None:
    office.tell(opened(), at=office.clock() - timedelta(days=2))
    office.tell(notice(), at=office.clock())
    with office.engine.begin() as connection:
        pack(connection, office.clock())
        assert discard(connection, office.clock() - timedelta(days=1)) == 1
    assert (await office.outbox().deliver(until_idle=True)).sent == 1
    assert office.states() == ["discarded", "sent"]


async def test_reposted_card_shows_current_state(office: PostOffice) -> None:
    row = {
        "delivery_id": "anew",
        "channel": "slack:#roles",
        "message": dump(notice()),
        "state": "pending",
        "attempts": 0,
    }
    with office.engine.begin() as connection:
        connection.execute(insert(Delivery).values(**row, created_at=office.clock()))
        assert discard(connection, office.clock() - timedelta(days=1)) == 0
        assert discard(connection, office.clock() + timedelta(days=1)) == 1


async def test_a_kind_of_channel_without_a_notifier_waits(office: PostOffice) -> None:
    office.tell(opened(), channel="apprise:phone")
    delivered = await office.outbox().deliver(until_idle=True)
    assert (delivered.sent, delivered.failed, delivered.waiting) == (0, 0, 1)
