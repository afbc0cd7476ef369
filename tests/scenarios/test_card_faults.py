"""Every failure of a Slack call, for a card, its edit and a reply, on the strict simulator."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from monitor.database.tables import Card
from tests.support.alerts import opened, revised
from tests.support.simulator import ACCEPTED, FAULTS, Simulator

_EVERY = [*FAULTS, *(f"accept_then_{fault}" for fault in ACCEPTED)]
# every day; the others with the slow ones
_FEW = {"503", "timeout", "429", "accept_then_reset", "accept_then_500"}
EVERY = [
    fault if fault in _FEW else pytest.param(fault, marks=pytest.mark.slow) for fault in _EVERY
]
Body = dict[str, Any]


async def deliver(simulator: Simulator) -> None:
    delivered = await simulator.outbox().deliver(until_idle=True)
    assert (delivered.failed, delivered.waiting) == (0, 0)


async def break_next(simulator: Simulator, kind: str, method: str, **more: object) -> None:
    await simulator.control(
        "fault", kind=kind, method=method, **({"seconds": 0.3 if kind == "slow" else 3} | more)
    )


def identity(message: Body) -> str:
    return str(message["metadata"]["event_payload"]["delivery_id"])


async def assert_sent(simulator: Simulator, cards: int, replies: int) -> list[Body]:
    """Each once and in order; every card shows its newest truth, and every state is settled."""
    messages = await simulator.messages()
    assert len(messages) == cards
    for message in messages:
        assert len(message.get("replies", [])) == replies
    everything = [one for message in messages for one in (message, *message.get("replies", []))]
    assert sorted(map(identity, everything)) == sorted(
        one.delivery_id for one in simulator.deliveries()
    )
    assert [identity(one) for one in sorted(everything, key=lambda one: one["ts"])] == [
        one.delivery_id for one in simulator.deliveries()
    ]
    assert set(simulator.states()) == {"sent"}
    with simulator.engine.connect() as connection:
        assert all(
            revision == shown
            for revision, shown in connection.execute(select(Card.revision, Card.shown_revision))
        )
    return messages


@pytest.mark.parametrize("fault", EVERY)
async def test_a_fault_at_the_first_message_leaves_one_card_of_each_role(
    simulator: Simulator, fault: str
) -> None:
    await break_next(simulator, fault, "chat.postMessage")
    simulator.tell(opened("1"), opened("2"))
    simulator.tell(revised("1"), revised("2"), round_id=simulator.begin_round())
    await deliver(simulator)
    await assert_sent(simulator, cards=2, replies=1)


@pytest.mark.parametrize("fault", EVERY)
async def test_a_fault_at_a_reply_leaves_one_copy_of_each_reply(
    simulator: Simulator, fault: str
) -> None:
    simulator.tell(opened("1"))
    await deliver(simulator)
    await break_next(simulator, fault, "chat.postMessage")
    for _ in range(2):
        simulator.tell(revised("1"), round_id=simulator.begin_round())
    await deliver(simulator)
    await assert_sent(simulator, cards=1, replies=2)


@pytest.mark.parametrize("fault", EVERY)
async def test_a_fault_at_an_edit_leaves_the_card_in_its_last_state(
    simulator: Simulator, fault: str
) -> None:
    simulator.tell(opened("1"))
    await deliver(simulator)
    await break_next(simulator, fault, "chat.update")
    simulator.tell(opened("1", kind="closed"))
    await deliver(simulator)
    (card,) = await assert_sent(simulator, cards=1, replies=1)
    assert "closed this role" in str(card["blocks"][0])


@pytest.mark.parametrize("fault", ["500", "reset", "timeout", "429", "bad_json", "internal_error"])
async def test_a_fault_at_the_search_for_a_reply_leaves_one_copy_of_it(
    simulator: Simulator, fault: str
) -> None:
    simulator.tell(opened("1"))
    await deliver(simulator)
    await break_next(simulator, "accept_then_reset", "chat.postMessage")
    await break_next(simulator, fault, "conversations.replies", count=3)
    simulator.tell(revised("1"))
    await deliver(simulator)
    await assert_sent(simulator, cards=1, replies=1)


async def test_a_reply_is_found_among_many_when_pages_are_short(simulator: Simulator) -> None:
    await simulator.control("config", non_marketplace=True)
    await break_next(simulator, "accept_then_500", "chat.postMessage", after=20)
    simulator.tell(opened("1"))
    for _ in range(21):
        simulator.tell(revised("1"), round_id=simulator.begin_round())
    outbox = simulator.outbox()
    for _ in range(9):
        await outbox.deliver(until_idle=True)
    await assert_sent(simulator, cards=1, replies=21)


@pytest.mark.parametrize("word", ["invalid_blocks", "msg_blocks_too_long"])
@pytest.mark.parametrize("method", ["chat.postMessage", "chat.update"])
async def test_blocks_that_are_refused_arrive_as_text(
    simulator: Simulator, word: str, method: str
) -> None:
    simulator.tell(opened("1"))
    await deliver(simulator)
    await break_next(simulator, word, method)
    simulator.tell(opened("1", kind="closed"))
    await deliver(simulator)
    (card,) = await assert_sent(simulator, cards=1, replies=1)
    plain = card if method == "chat.update" else card["replies"][0]
    assert "blocks" not in plain
    assert "closed" in plain["text"].lower()
    simulator.injected += 1


@pytest.mark.parametrize("replies", [0, 1])
async def test_a_card_that_a_person_deleted_is_there_again_once(
    simulator: Simulator, replies: int
) -> None:
    simulator.tell(opened("1"))
    await deliver(simulator)
    if replies:
        simulator.tell(revised("1"), round_id=simulator.begin_round())
        await deliver(simulator)
    (card,) = await simulator.messages()
    await simulator.control("delete", channel="C0ROLES001", ts=card["ts"])
    simulator.tell(opened("1", kind="closed"), round_id=simulator.begin_round())
    await deliver(simulator)
    (card,) = [one for one in await simulator.messages() if one.get("subtype") != "tombstone"]
    assert "Closed" in str(card["blocks"][0]) or "closed" in str(card["blocks"][0])
    assert set(simulator.states()) == {"sent"}
