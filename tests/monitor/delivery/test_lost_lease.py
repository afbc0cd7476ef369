"""A daemon that loses the lease while it sends or edits does not go on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine

from monitor.database.lease import Lease, LeaseLost, acquire
from monitor.delivery.card_editor import CardEditor
from monitor.delivery.channel_names import ChannelNames
from tests.support.alerts import notice
from tests.support.named_scenario import BOTH, NAME, Named
from tests.support.outbox_fixture import post_office
from tests.support.slack_channel import Refusal
from tests.support.slack_scenario import MORE, PAY, RULE, paid
from tests.support.slack_server import OPS, shown


@pytest.fixture
async def life(engine: Engine) -> AsyncIterator[Named]:
    async with post_office(engine) as office:
        yield Named(office, BOTH)
        assert office.one_copy_each()


async def test_a_lease_lost_while_names_are_learned_stops_the_message(
    life: Named, monkeypatch: pytest.MonkeyPatch
) -> None:
    lease = acquire(life.office.engine, "run", life.office.clock)
    ask = ChannelNames.ask_if_needed  # the call before the one that sends

    async def slowly(*args: Any) -> bool:  # as it is called
        found = await ask(*args)
        lease.is_lost = True
        return found

    monkeypatch.setattr(ChannelNames, "ask_if_needed", slowly)
    life.office.tell(notice(), channel="slack:#ops")
    outbox = life.office.outbox()
    outbox.work_under(lease)
    with pytest.raises(LeaseLost):
        await outbox.deliver(until_idle=False)
    assert life.slack.texts() == []
    assert [one.state for one in life.office.deliveries()] == ["sending"]
    monkeypatch.undo()
    await life.deliver()
    assert len(life.slack.channels[OPS].messages) == 1


@pytest.mark.parametrize("method", ["auth.test", "conversations.list", "chat.postMessage"])
async def test_a_lease_lost_during_a_message_stops_it(
    life: Named, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    """Lose the lease before the post, or between refused blocks and their text."""
    lease = acquire(life.office.engine, "run", life.office.clock)
    handler = "_" + method.replace(".", "_")
    answer = getattr(life.slack, handler)

    def lose(arguments: dict[str, object]) -> object:
        lease.is_lost = True
        if method == "chat.postMessage":
            raise Refusal("invalid_blocks")
        return answer(arguments)

    monkeypatch.setattr(life.slack, handler, lose)
    life.office.tell(notice(), channel="slack:#ops")
    outbox = life.office.outbox()
    outbox.work_under(lease)
    with pytest.raises(LeaseLost):
        await outbox.deliver(until_idle=False)
    assert life.slack.channels[OPS].messages == []
    assert [one.state for one in life.office.deliveries()] == ["sending"]
    monkeypatch.undo()
    await life.deliver()
    assert len(life.slack.channels[OPS].messages) == 1


async def test_a_lease_lost_before_an_edit_leaves_the_card_stale(
    life: Named, monkeypatch: pytest.MonkeyPatch
) -> None:
    await life.use(replace(RULE, notify=(NAME,)))
    await life.check()
    await life.check(paid(PAY))
    life.check_without_delivery(paid(MORE))
    lease = acquire(life.office.engine, "run", life.office.clock)
    outbox = life.office.outbox()
    outbox.work_under(lease)
    monkeypatch.setattr(CardEditor, "_edit", lost_before(lease, CardEditor._edit))
    with pytest.raises(LeaseLost):
        await outbox.deliver(until_idle=False)
    assert life.slack.calls["chat.update"] == 0
    assert "$141k" not in shown(life.card)
    monkeypatch.undo()
    await life.deliver()
    assert "$141k" in shown(life.card)


def lost_before(lease: Lease, call: Any) -> Any:  # a method, as it is called
    async def lose(*args: object) -> object:
        lease.is_lost = True
        return await call(*args)

    return lose
