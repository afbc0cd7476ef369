"""A reminder and a digest in a channel of Slack's."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine

from crawler.items import Deadline, Posting, Probe
from monitor.alerts import scheduled
from monitor.config.model import AlertSettings, SlackSettings
from monitor.delivery.pack import pack
from tests.support.boards import START, posting, snapshot
from tests.support.history import ENGINEER, History, settings
from tests.support.outbox_fixture import At, PostOffice, post_office
from tests.support.slack_server import ROLES, TOKEN, shown

DEADLINE = START + timedelta(days=5)
CHEF = posting("99", title="Chef")
DUE = posting(deadline=Deadline(DEADLINE, "12pm PST"), stated=frozenset({"deadline"}))


class Channel:
    """A board, the clock, and what the channel shows."""

    def __init__(self, office: PostOffice) -> None:
        self.office = office
        wanted = settings(
            replace(ENGINEER, notify=("slack:#roles",)), slack=SlackSettings(token=SecretStr(TOKEN))
        )
        self.history = History(office.engine, replace(wanted, alerts=AlertSettings(digest=time(9))))

    async def check(self, *postings: Posting) -> None:
        self.history.check(snapshot([CHEF, *postings]))
        await self.deliver()

    async def pass_to(self, moment: datetime) -> None:
        self.history.now = moment
        if isinstance(self.office.clock, At):
            self.office.clock.now, self.office.clock.skipped = moment, timedelta()
        scheduled.write(self.office.engine, self.history.settings, moment)
        await self.deliver()

    async def deliver(self) -> None:
        delivered = await self.office.outbox().deliver(until_idle=True)
        assert (delivered.failed, delivered.waiting) == (0, 0)

    @property
    def messages(self) -> list[dict[str, Any]]:
        return self.office.slack.channels[ROLES].messages

    def replies(self, message: dict[str, Any]) -> list[dict[str, Any]]:
        return self.office.slack.channels[ROLES].replies(message)


@pytest.fixture
async def channel(engine: Engine) -> AsyncIterator[Channel]:
    async with post_office(engine) as office:
        office.clock = At(START)
        yield Channel(office)


@pytest.mark.parametrize(
    ("words", "quoted"), [("noon, Sunday 7 March 2026", True), ("Saturday 7 March 2026", False)]
)
async def test_a_reminder_quotes_a_deadline_with_two_readings(
    channel: Channel, words: str, quoted: bool
) -> None:
    await channel.check()
    await channel.check(replace(DUE, deadline=Deadline(DEADLINE, words)))
    await channel.pass_to(DEADLINE - timedelta(hours=24))
    (reply,) = channel.replies(channel.messages[1])
    assert (words in shown(reply)) is quoted


async def test_a_reminder_is_a_reply_to_the_role_that_the_channel_sees(channel: Channel) -> None:
    await channel.check()
    await channel.check(DUE)
    await channel.pass_to(DEADLINE - timedelta(hours=24))
    card = channel.messages[1]
    (reply,) = [one for one in channel.replies(card) if "left to apply" in one["text"]]
    assert reply["reply_broadcast"] is True
    assert "24 hours left to apply" in shown(reply)
    assert "left to apply" not in shown(card)


async def test_a_reminder_that_waited_says_how_much_time_is_left(channel: Channel) -> None:
    await channel.check()
    await channel.check(DUE)
    scheduled.write(channel.office.engine, channel.history.settings, DEADLINE - timedelta(hours=72))
    with channel.office.engine.begin() as connection:
        pack(connection, DEADLINE - timedelta(hours=72))
    channel.office.clock = At(DEADLINE - timedelta(hours=30))
    await channel.deliver()
    (reply,) = [
        one for one in channel.replies(channel.messages[1]) if "left to apply" in one["text"]
    ]
    assert "30 hours left to apply" in shown(reply)


async def test_a_reminder_whose_deadline_passed_while_nobody_ran_is_not_sent(
    channel: Channel,
) -> None:
    """The first delivery after a start comes before anything that is due by time."""
    await channel.check()
    await channel.check(DUE)
    due = DEADLINE - timedelta(hours=24)
    scheduled.write(channel.office.engine, channel.history.settings, due)
    with channel.office.engine.begin() as connection:
        pack(connection, due)
    channel.office.clock = At(DEADLINE + timedelta(minutes=1))
    await channel.deliver()
    assert all("left to apply" not in one["text"] for one in channel.replies(channel.messages[1]))
    assert channel.history.ask("SELECT state, reason FROM alerts WHERE kind = 'reminder'") == [
        ("expired", "the deadline passed before it could be sent")
    ]


async def test_a_list_is_sent_without_the_reminders_whose_deadline_passed(
    channel: Channel,
) -> None:
    await channel.check()
    soon = replace(DUE, deadline=Deadline(DEADLINE - timedelta(hours=6), "noon"))
    await channel.check(
        *(replace(soon if number < 3 else DUE, key=str(number)) for number in range(1, 13))
    )
    due = DEADLINE - timedelta(hours=24)
    scheduled.write(channel.office.engine, channel.history.settings, due)
    with channel.office.engine.begin() as connection:
        pack(connection, due)
    channel.office.clock = At(DEADLINE - timedelta(hours=1))
    await channel.deliver()
    assert "10 deadlines are near" in channel.messages[-1]["text"]
    states = channel.history.ask("SELECT state FROM alerts WHERE kind = 'reminder'")
    assert sorted(states) == [("expired",)] * 2 + [("sent",)] * 10


async def test_a_role_without_a_card_is_reminded_of_in_a_message_of_its_own(
    channel: Channel,
) -> None:
    await channel.check(DUE)
    await channel.pass_to(DEADLINE - timedelta(hours=24))
    assert "24 hours left to apply" in channel.messages[-1]["text"]
    await channel.check(replace(DUE, title="Senior Research Engineer"))
    assert "24 hours left to apply" in shown(channel.messages[-2])
    assert "Senior" in shown(channel.messages[-1])


async def test_a_reminder_that_may_have_arrived_is_there_once(channel: Channel) -> None:
    await channel.check()
    await channel.check(DUE)
    channel.office.slack.break_next("accept_then_reset")
    await channel.pass_to(DEADLINE - timedelta(hours=24))
    assert channel.office.one_copy_each()
    assert channel.history.ask("SELECT state FROM alerts WHERE kind = 'reminder'") == [("sent",)]


async def test_a_digest_that_may_have_arrived_is_there_once(channel: Channel) -> None:
    await channel.check(DUE)
    channel.office.slack.break_next("accept_then_500")
    await channel.pass_to(START + timedelta(days=1, hours=1))
    assert channel.office.one_copy_each()
    assert channel.history.ask("SELECT state, channel FROM alerts WHERE kind = 'digest'") == [
        ("sent", "slack:#roles")
    ]
    assert "Next deadline" in channel.messages[-1]["text"]


async def test_a_reminder_that_was_held_is_a_reply_too(channel: Channel) -> None:
    await channel.check()
    await channel.check(DUE)
    moment = DEADLINE - timedelta(hours=24)
    channel.office.clock = At(moment)
    channel.history.settings = replace(channel.history.settings, alerts=AlertSettings())
    channel.office.hours = AlertSettings(
        quiet=((moment - timedelta(hours=1)).time(), (moment + timedelta(hours=2)).time())
    )
    await channel.pass_to(moment)
    assert len(channel.messages) == 2
    assert channel.replies(channel.messages[1]) == []
    channel.office.clock = At(moment + timedelta(hours=2))
    await channel.deliver()
    assert len(channel.messages) == 2
    (reply,) = channel.replies(channel.messages[1])
    assert "22 hours left to apply" in reply["text"]


async def test_a_reminder_whose_card_was_deleted_stays_a_reminder(channel: Channel) -> None:
    await channel.check()
    await channel.check(DUE)
    channel.office.slack.delete(channel.messages[1])
    await channel.pass_to(DEADLINE - timedelta(hours=24))
    assert "24 hours left to apply" in shown(channel.messages[-1])
    await channel.check(replace(DUE, title="Senior Research Engineer"))
    assert "24 hours left to apply" in shown(channel.messages[-2])
    assert "Senior" in shown(channel.messages[-1])


async def test_a_card_is_edited_once_when_its_deadline_has_passed(channel: Channel) -> None:
    channel.office.clock = At(START)
    await channel.check()
    await channel.check(DUE)
    card, slack = channel.messages[1], channel.office.slack
    await channel.pass_to(DEADLINE - timedelta(seconds=1))
    assert "apply by" in shown(card)
    assert slack.calls["chat.update"] == 0
    messages = len(slack.channels[ROLES].everything())
    for seconds in (0, 1, 90_000):
        await channel.pass_to(DEADLINE + timedelta(seconds=seconds))
        assert "deadline passed" in shown(card)
        assert "deadline passed" in card["text"]
    assert slack.calls["chat.update"] == 1
    digests = 2  # that came meanwhile
    assert len(slack.channels[ROLES].everything()) <= messages + digests


async def test_a_deadline_that_is_extended_passes_again(channel: Channel) -> None:
    channel.office.clock = At(START)
    await channel.check()
    await channel.check(DUE)
    card, slack = channel.messages[1], channel.office.slack
    await channel.pass_to(DEADLINE)
    later = DEADLINE + timedelta(days=3)
    await channel.check(replace(DUE, deadline=Deadline(later, "noon")))
    assert "deadline passed" not in shown(card)
    assert slack.calls["chat.update"] == 2
    await channel.pass_to(later)
    assert "deadline passed" in shown(card)
    assert slack.calls["chat.update"] == 3


async def test_a_closed_role_has_no_deadline_that_passes(channel: Channel) -> None:
    channel.office.clock = At(START)
    await channel.check()
    await channel.check(DUE)
    channel.history.check(snapshot([CHEF], {"1": Probe.GONE}))
    await channel.deliver()
    edits = channel.office.slack.calls["chat.update"]
    await channel.pass_to(DEADLINE + timedelta(days=1))
    assert channel.office.slack.calls["chat.update"] == edits
    assert "deadline passed" not in shown(channel.messages[1])


def test_the_clock_is_read_when_a_deadline_passes(engine: Engine) -> None:
    history = History(engine, settings(replace(ENGINEER, remind=())))
    history.check(snapshot([CHEF]))
    history.check(snapshot([CHEF, DUE]))
    with engine.connect() as connection:
        assert (
            scheduled.next_due(connection, history.settings, DEADLINE - timedelta(minutes=5))
            == DEADLINE
        )
