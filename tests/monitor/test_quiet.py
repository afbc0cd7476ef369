"""Quiet hours: what is held, what is not, and what comes after them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from alerts import notice, opened, revised, role, summary
from post_office import Clock, PostOffice, post_office
from slack_server import OPS, ROLES
from sqlalchemy import Engine

from monitor.deliveries import retry
from monitor.messages import GroupMessage, Message, Reminder, ReminderMessage, Why, load
from monitor.outbox import Outbox
from monitor.quiet import together
from monitor.settings import AlertSettings

NIGHT = AlertSettings(quiet=(time(22), time(7)))  # UTC
EVENING = datetime(2026, 5, 4, 23, tzinfo=UTC)
WHY = (Why("engineers", "title has “engineer”"),)


class At(Clock):
    """A clock that stands at a time of day."""

    def __init__(self, now: datetime) -> None:
        super().__init__()
        self.now = now

    def __call__(self) -> datetime:
        return self.now + self.skipped


class Night(PostOffice):
    """An office whose rules' channels are quiet at night; it is 23:00."""

    def begin(self) -> None:
        self.clock: At = At(EVENING)
        self.slack.clock = lambda: self.clock().timestamp()

    def outbox(self) -> Outbox:
        return Outbox(self.engine, self.notifiers(), self.clock, operators=self.operators, sleep=self.clock.sleep, grace=0.2, hours=NIGHT)

    async def deliver(self) -> int:
        return (await self.outbox().deliver(until_idle=True)).sent

    def wake(self) -> None:
        self.clock.now = EVENING + timedelta(hours=9)

    def said(self) -> list[dict[str, Any]]:
        return list(self.slack.channels[ROLES].messages)


@pytest.fixture
async def night(engine: Engine) -> AsyncIterator[Night]:
    async with post_office(engine) as office:
        quiet = Night(engine, office.slack)
        quiet.begin()
        yield quiet


async def test_what_rules_tell_at_night_is_held_and_sent_as_one_message(night: Night) -> None:
    for number in range(3):
        night.tell(opened(str(number)), round_id=night.begin_round(), at=night.clock())
        assert await night.deliver() == 0
    assert night.states() == ["held"] * 3
    night.wake()
    assert await night.deliver() == 1
    (told,) = night.deliveries()
    message = load(told.message)
    assert isinstance(message, GroupMessage)
    assert [item.role.posting[-1] for item in message.items] == ["0", "1", "2"]
    assert len(night.said()) == 1


async def test_operators_are_told_at_any_time(night: Night) -> None:
    night.tell(notice(), channel="slack:#ops")
    night.tell(notice(), channel="slack:#roles")
    assert await night.deliver() == 2
    assert len(night.slack.channels[OPS].messages) == 1


async def test_a_single_message_stays_as_it_is(night: Night) -> None:
    night.tell(revised("1"), at=night.clock())
    await night.deliver()
    night.wake()
    assert await night.deliver() == 1
    assert "Role changed" in night.said()[0]["text"]


async def test_a_retry_does_not_break_the_quiet(night: Night) -> None:
    night.tell(opened(), at=night.clock())
    await night.deliver()
    (held,) = night.deliveries()
    night.set(held.delivery_id, state="failed")
    with night.engine.begin() as connection:
        assert retry(connection) == 1
    assert await night.deliver() == 0
    assert night.states() == ["held"]


async def test_what_waits_when_the_quiet_begins_is_held_too(night: Night) -> None:
    night.clock.now = EVENING - timedelta(hours=2)
    night.slack.wait = 600
    night.slack.break_next("429")
    night.tell(opened("1"), opened("2"), at=night.clock())
    assert await night.deliver() == 0
    assert night.states() == ["pending", "pending"]
    night.clock.now = EVENING
    assert await night.deliver() == 0
    assert night.states() == ["held", "held"]


async def test_a_message_of_which_nobody_knows_is_looked_for_at_night(night: Night) -> None:
    night.tell(opened("1"))
    night.clock.now = EVENING - timedelta(hours=2)
    night.slack.break_next("accept_then_reset", "chat.postMessage")
    outbox = night.outbox()
    await outbox.deliver(until_idle=False)
    night.clock.now = EVENING
    await night.deliver()
    assert night.states() == ["sent"]
    assert night.one_copy_each()


def test_what_is_put_together_is_of_one_kind_each() -> None:
    near = ReminderMessage((Reminder(role("9", deadline_at=EVENING + timedelta(hours=20)), WHY, 86400.0),), EVENING)
    held: list[tuple[str, Message]] = [
        ("a", opened("1")),
        ("b", GroupMessage((opened("2"), opened("3")))),
        ("c", near),
        ("d", summary()),
        ("e", summary()),
    ]
    made = {tuple(names): message for names, message in together(held, EVENING + timedelta(hours=9))}
    assert list(made) == [("a", "b"), ("c",), ("d", "e")]
    group, reminder = made["a", "b"], made["c",]
    assert isinstance(group, GroupMessage)
    assert isinstance(reminder, ReminderMessage)
    assert len(group.items) == 3
    assert reminder.at == EVENING + timedelta(hours=9)


def test_a_night_with_more_than_a_message_has_room_for_is_several() -> None:
    held: list[tuple[str, Message]] = [(str(number), opened(str(number))) for number in range(200)]
    assert [len(names) for names, _ in together(held, EVENING)] == [150, 50]
