"""The daemon with the strict Slack of `tests/support/strict_slack`: one copy, no complaint."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from monitor.delivery.outbox import Outbox
from monitor.messages import GroupMessage, Message, RoleMessage
from monitor.notify.compose.pages import split_digest
from tests.support.alerts import (
    AT,
    HOSTILE,
    digest,
    every_kind,
    opened,
    reminder,
    revised,
    role,
    summary,
)
from tests.support.simulator import ACCEPTED, FAULTS, Simulator

OLD = "C0ARCHIVE1"


async def assert_one_copy_each(simulator: Simulator, number: int) -> None:
    assert simulator.states() == ["sent"] * number
    ids = [
        message["metadata"]["event_payload"]["delivery_id"]
        for message in await simulator.messages()
    ]
    assert ids == [one.delivery_id for one in simulator.deliveries()]


async def test_every_kind_of_message_is_taken(simulator: Simulator) -> None:
    groups = [
        GroupMessage(tuple(opened(str(key), title=f"Engineer {key} " * 8) for key in range(number)))
        for number in (11, 150)
    ]
    listed = summary(roles=[role(str(key)) for key in range(300)])
    notifier = simulator.notifier()
    for number, message in enumerate([*every_kind(), *groups, listed]):
        await notifier.send("slack:#roles", message, f"id{number}")
    assert len(await simulator.messages()) == 13


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
async def test_hostile_texts_are_taken(simulator: Simulator, text: str) -> None:
    bad = role(
        title=text,
        location=text,
        pay=text,
        deadline_text=text,
        department=text,
        employment_type=text,
        workplace=text,
    )
    one = RoleMessage("opened", bad, opened().why, AT)
    shapes: list[Message] = [
        one,
        GroupMessage((one,) * 11),
        summary(text, [bad] * 5),
        RoleMessage("closed", bad, (), AT),
    ]
    near = msgspec.structs.replace(bad, deadline_at=AT + timedelta(hours=20))
    shapes += [
        reminder(near),
        reminder(*[near] * 12),
        digest(one, one, near=(near,) * 3, company=text),
    ]
    notifier = simulator.notifier()
    for number, message in enumerate(shapes):
        await notifier.send("slack:#roles", message, f"id{number}")
    assert len(await simulator.messages()) == 7


async def test_a_digest_of_a_very_busy_day_is_taken(simulator: Simulator) -> None:
    items = [opened(str(key), title=f"Engineer {key} " * 8) for key in range(400)]
    near = tuple(role(str(key), "Engineer " * 20, deadline_at=AT) for key in range(400, 600))
    pages = split_digest(digest(*items, near=near))
    for number, page in enumerate(pages):
        await simulator.notifier().send("slack:#roles", page, f"id{number}")
    messages = await simulator.messages()
    assert len(messages) == len(pages)
    assert all(f"Engineer {key} " in str(messages) for key in range(400))


@pytest.mark.parametrize("fault", [*FAULTS, *(f"accept_then_{fault}" for fault in ACCEPTED)])
async def test_one_copy_whatever_goes_wrong(simulator: Simulator, fault: str) -> None:
    await simulator.control(
        "fault", kind=fault, method="chat.postMessage", seconds=0.3 if fault == "slow" else 3
    )
    simulator.tell(opened("1"), revised("2"))
    delivered = await simulator.outbox().deliver(until_idle=True)
    assert (delivered.sent, delivered.failed, delivered.waiting) == (2, 0, 0)
    await assert_one_copy_each(simulator, 2)


@pytest.mark.parametrize("fault", ["500", "reset", "timeout", "429", "bad_json", "internal_error"])
async def test_one_copy_even_if_the_search_fails(simulator: Simulator, fault: str) -> None:
    await simulator.control("fault", kind="accept_then_reset", method="chat.postMessage")
    await simulator.control("fault", kind=fault, method="conversations.history", seconds=3, count=3)
    simulator.tell(opened("1"))
    await simulator.outbox().deliver(until_idle=True)
    await assert_one_copy_each(simulator, 1)


async def test_a_message_is_found_among_many_when_pages_are_short(simulator: Simulator) -> None:
    await simulator.control("config", non_marketplace=True)
    await simulator.control("fault", kind="accept_then_500", method="chat.postMessage", after=40)
    simulator.tell(*(revised(str(key)) for key in range(41)))
    for _ in range(41):
        simulator.tell(opened(), round_id=simulator.begin_round())
    await simulator.outbox().deliver(until_idle=True)
    assert len(
        {
            message["metadata"]["event_payload"]["delivery_id"]
            for message in await simulator.messages()
        }
    ) == len(await simulator.messages())
    assert set(simulator.states()) == {"sent"}


async def test_an_archived_channel_gets_its_messages_when_it_is_open_again(
    simulator: Simulator,
) -> None:
    simulator.tell(opened("1"), opened("2"), channel="slack:#old-archive")
    assert (await simulator.outbox().deliver(until_idle=True)).failed == 1
    assert len(await simulator.messages("C0OPS00001")) == 1
    await simulator.control("config", channels={OLD: {"is_archived": False}})
    await simulator.outbox().deliver(until_idle=True)
    assert len(await simulator.messages(OLD)) == 2


@pytest.mark.parametrize(
    "channel",
    ["slack:#private-in", "slack:C0PRIVATE1", "slack:U0ALICE001", "slack:#roles-research"],
)
async def test_every_kind_of_channel_is_reached_and_read(
    simulator: Simulator, channel: str
) -> None:
    await simulator.control("fault", kind="accept_then_500", method="chat.postMessage")
    simulator.tell(opened(), channel=channel)
    await simulator.outbox().deliver(until_idle=True)
    assert simulator.states() == ["sent"]
    state = await simulator.control("state")
    assert sum(one["message_count"] for one in state["channels"].values()) == 1


async def test_slacks_own_pace_is_never_exceeded(simulator: Simulator) -> None:
    await simulator.control("config", rate=1.0, burst=3)
    simulator.tell(*(opened(str(key)) for key in range(6)))
    outbox = Outbox(simulator.engine, {"slack": simulator.notifier()}, lambda: datetime.now(UTC))
    assert (await outbox.deliver(until_idle=True)).sent == 6
    assert not [
        outcome
        for outcome in (await simulator.control("state"))["outcomes"]
        if "ratelimited" in outcome or "429" in outcome
    ]


async def test_a_webhook_takes_every_kind(simulator: Simulator) -> None:
    simulator.tell(*every_kind(), channel="webhook")
    delivered = await simulator.outbox().deliver(until_idle=True)
    assert (delivered.failed, delivered.waiting) == (0, 0)
    assert len(await simulator.messages("C0GENERAL1")) == delivered.sent
