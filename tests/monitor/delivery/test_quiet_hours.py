"""Quiet hours: which messages are held, and how they are sent afterwards."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import fields, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import msgspec
import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, select, update

from crawler.items import Deadline
from monitor.alerts.scheduled import write_due
from monitor.config.model import AlertSettings
from monitor.database import tables
from monitor.delivery.held_messages import merged_messages
from monitor.delivery.manual import retry
from monitor.delivery.open_items import QueuedDelivery
from monitor.delivery.quiet_hours import hold_unsent
from monitor.message_parts import FieldChange, Reminder, Why
from monitor.messages import (
    GroupMessage,
    Message,
    QuietHoursMessage,
    ReminderMessage,
    card_of,
    load,
)
from monitor.notify.compose.message import fits_one_message
from monitor.notify.compose.pages import split_summary
from tests.support.alerts import AT, digest, notice, opened, revised, role, summary
from tests.support.boards import START, posting, postings
from tests.support.outbox_fixture import At, PostOffice, post_office
from tests.support.slack_scenario import MORE, PAY, RULE, SlackScenario, paid
from tests.support.slack_server import OPS, ROLES, shown

NIGHT = AlertSettings(quiet=(time(22), time(7)))  # UTC
EVENING = datetime(2026, 5, 4, 23, tzinfo=UTC)
WHY = (Why("engineers", "title has “engineer”"),)


class Night(PostOffice):
    """Return a fixture with quiet hours at night. It is 23:00."""

    def begin(self) -> None:
        self.clock: At = At(EVENING)
        self.hours = NIGHT

    async def deliver(self) -> int:
        return (await self.outbox().deliver(until_idle=True)).sent

    def wake(self) -> None:
        self.clock.now = EVENING + timedelta(hours=9)

    def said(self) -> list[dict[str, Any]]:
        return list(self.slack.channels[ROLES].messages)


async def openings_alone(night: Night) -> SlackScenario:
    """Return a board that was checked before the night, with a rule that tells openings alone."""
    night.clock.now = EVENING - timedelta(hours=2)
    life = SlackScenario(night, replace(RULE, on=("opened",)))
    life.history.now = START
    await life.check()
    night.clock.now = EVENING
    return life


@pytest.fixture
async def night(engine: Engine) -> AsyncIterator[Night]:
    async with post_office(engine) as office:
        quiet = Night(engine, office.slack)
        quiet.begin()
        yield quiet


async def test_alerts_at_night_are_held_and_sent_as_one_message(night: Night) -> None:
    for number in range(3):
        night.tell(opened(str(number)), round_id=night.begin_round(), at=night.clock())
        assert await night.deliver() == 0
    assert night.states() == ["held"] * 3
    night.wake()
    assert await night.deliver() == 1
    (delivery,) = night.deliveries()
    message = load(delivery.message)
    assert isinstance(message, QuietHoursMessage)
    [group] = message.parts
    assert isinstance(group, GroupMessage)
    assert [item.role.posting[-1] for item in group.items] == ["0", "1", "2"]
    assert len(night.said()) == 1


async def test_operator_messages_are_sent_at_any_time(night: Night) -> None:
    night.tell(notice(), channel="slack:#ops")
    night.tell(notice(), channel="slack:#roles")
    assert await night.deliver() == 2
    assert len(night.slack.channels[OPS].messages) == 1


async def test_a_held_digest_lists_no_deadline_that_passed_in_the_night(night: Night) -> None:
    passed, later = (
        role(name, f"Engineer {name}", deadline_at=night.clock() + timedelta(hours=hours))
        for name, hours in (("passed", 8), ("later", 10))
    )
    night.tell(digest(opened("1"), near=(passed, later)), at=night.clock())
    with night.engine.begin() as connection:  # of a rule, not of the operator
        connection.execute(update(tables.Alert).values(kind="digest"))
    night.tell(opened("2"), round_id=night.begin_round(), at=night.clock())
    await night.deliver()
    night.wake()
    assert await night.deliver() == 1
    [message] = night.said()
    assert "Engineer later" in shown(message)
    assert "Engineer passed" not in shown(message)


async def test_a_held_digest_names_the_day_of_which_it_tells(night: Night) -> None:
    daily = msgspec.structs.replace(digest(opened("1")), since=AT, at=night.clock())
    night.tell(daily, at=night.clock())
    with night.engine.begin() as connection:  # of a rule, not of the operator
        connection.execute(update(tables.Alert).values(kind="digest"))
    await night.deliver()
    night.wake()
    assert await night.deliver() == 1
    [message] = night.said()
    assert "May 4: 1 new" in shown(message)
    assert "Today" not in shown(message)


def test_a_night_tells_what_happened_to_a_role_after_its_digest() -> None:
    first, change = opened("1"), revised("1", FieldChange("location", "London", "Rome"))
    daily = msgspec.structs.replace(digest(first, opened("2")), at=AT + timedelta(hours=2))
    later = msgspec.structs.replace(change, at=AT + timedelta(hours=3))
    held: list[tuple[str, Message]] = [
        ("a", first),
        ("b", opened("2")),
        ("c", daily),
        ("d", later),
    ]
    [(names, message)] = merged_messages(held, AT + timedelta(hours=5))
    assert names == ["a", "b", "c", "d"]
    assert isinstance(message, QuietHoursMessage)
    [(item,)] = [part.items for part in message.parts if isinstance(part, GroupMessage)]
    assert (item.kind, item.changes) == ("revised", change.changes)


def test_a_night_repeats_nothing_that_its_digest_tells() -> None:
    first = opened("1")
    daily = msgspec.structs.replace(digest(first), at=AT + timedelta(hours=2))
    [(_, message)] = merged_messages([("a", first), ("b", daily)], AT + timedelta(hours=5))
    assert message == QuietHoursMessage((daily,))


async def test_a_night_says_what_closed_though_the_rule_tells_openings_alone(
    night: Night,
) -> None:
    life = await openings_alone(night)
    await life.check(paid(PAY, "1"), paid(PAY, "2"))
    await life.check(paid(PAY, "1"), closed="2")
    night.wake()
    assert await night.deliver() == 1
    assert "Overnight: 1 new, 1 closed" in night.said()[-1]["text"]


@pytest.mark.parametrize("number", [1, 2])
async def test_a_role_that_opened_in_the_night_has_its_facts_of_the_morning(
    night: Night, number: int
) -> None:
    life = await openings_alone(night)
    await life.check(*(paid(PAY, str(key)) for key in range(number)))
    moved = {"location": "Paris", "locations": ("Paris",)}
    await life.check(*(paid(MORE, str(key), **moved) for key in range(number)))
    night.wake()
    assert await night.deliver() == 1
    [_, message] = night.said()
    assert "Paris" in shown(message)
    assert "London" not in shown(message)


async def test_a_reminder_that_the_night_held_has_the_facts_of_the_morning(night: Night) -> None:
    night.clock.now = EVENING - timedelta(hours=2)
    life = SlackScenario(night, replace(RULE, on=("opened",), remind=(timedelta(hours=20),)))
    due = {
        "deadline": Deadline(EVENING + timedelta(hours=20), "Tuesday"),
        "stated": frozenset({"deadline"}),
    }
    await life.check(posting("1", **due), posting("2", **due))
    night.clock.now = EVENING
    assert write_due(night.engine, life.history.settings, EVENING) == 2
    moved = {"location": "Paris", "locations": ("Paris",)}
    await life.check(posting("1", **due, **moved), posting("2", **due, **moved))
    night.wake()
    assert await night.deliver() == 1
    message = shown(night.said()[-1])
    assert "2 deadlines are near" in message
    assert message.count("Paris") == 2
    assert "London" not in message


@pytest.mark.parametrize("roles", [2, 8])  # 8 have a thread
async def test_a_first_summary_that_the_night_held_shows_what_closed(
    night: Night, roles: int
) -> None:
    life = SlackScenario(night, replace(RULE, on=("opened",)))
    life.history.now = START
    await life.check(*postings(roles))
    await life.check(*postings(roles)[:-1], closed=str(roles))
    night.wake()
    await night.deliver()
    [summary] = night.said()
    messages = [summary, *night.slack.channels[ROLES].replies(summary)]
    struck = [shown(message).count('"strike": true') for message in messages]
    assert struck == ([1] if roles == 2 else [0, 1])
    assert "closed" in shown(messages[-1])


async def test_a_refused_first_summary_shows_what_has_reopened_as_open(night: Night) -> None:
    life = SlackScenario(night, replace(RULE, on=("opened",)))
    life.history.now = START
    life.check_without_delivery(*postings(2))
    life.check_without_delivery(*postings(1), closed="2")
    night.wake()
    night.slack.faults = [("chat.postMessage", "channel_not_found")]
    await night.deliver()
    life.check_without_delivery(*postings(2))
    night.clock.now += timedelta(days=1)
    await night.deliver()
    [summary] = night.said()
    assert "strike" not in shown(summary)


@pytest.mark.parametrize("channel", ["slack:#roles", "webhook"])
async def test_a_role_that_opened_and_closed_in_the_night_is_not_called_open(
    night: Night, channel: str
) -> None:
    secrets = {"webhook": SecretStr(night.slack.webhook_url)}
    life = SlackScenario(night, replace(RULE, on=("opened",), notify=(channel,)))
    life.history.settings = replace(life.history.settings, secrets=secrets)
    life.history.now = START
    night.clock.now = EVENING - timedelta(hours=2)
    await life.check()
    night.clock.now = EVENING
    await life.check(paid(PAY, "1"))
    await life.check(closed="1")
    night.wake()
    assert await night.deliver() == 1
    assert "closed this role after 15 minutes" in night.said()[-1]["text"]


async def test_a_single_message_stays_as_it_is(night: Night) -> None:
    night.tell(revised("1"), at=night.clock())
    await night.deliver()
    night.wake()
    assert await night.deliver() == 1
    assert "raised pay" in night.said()[0]["text"]


async def test_a_retry_does_not_break_quiet_hours(night: Night) -> None:
    night.tell(opened(), at=night.clock())
    await night.deliver()
    (held,) = night.deliveries()
    night.set(held.delivery_id, state="failed")
    with night.engine.begin() as connection:
        assert retry(connection, night.clock()) == 1
    assert await night.deliver() == 0
    assert night.states() == ["held"]


async def test_messages_waiting_when_the_hours_begin_are_held(night: Night) -> None:
    night.clock.now = EVENING - timedelta(hours=2)
    night.slack.wait = 600
    night.slack.break_next("429")
    night.tell(opened("1"), opened("2"), at=night.clock())
    assert await night.deliver() == 0
    assert night.states() == ["pending", "pending"]
    night.clock.now = EVENING
    assert await night.deliver() == 0
    assert night.states() == ["held", "held"]


async def test_a_refused_message_is_not_retried_before_morning(night: Night) -> None:
    night.clock.now = EVENING - timedelta(minutes=62)
    night.slack.channels[ROLES].archived = True
    night.tell(opened("1"), opened("2"), at=night.clock())
    outbox = night.outbox()
    await outbox.deliver(until_idle=True)
    assert night.states() == ["failed", "pending", "sent"]  # the last is the operator's
    night.slack.channels[ROLES].archived = False
    night.clock.now = EVENING
    await outbox.deliver(until_idle=True)
    assert night.said() == []
    night.wake()
    await outbox.deliver(until_idle=True)
    assert len(night.said()) == 1
    assert set(night.states()) == {"sent"}


async def test_a_reposted_card_waits_for_the_morning(night: Night) -> None:
    night.clock.now = EVENING - timedelta(hours=2)
    life = SlackScenario(night)
    life.history.now = START
    await life.check()
    await life.check(paid(PAY))
    night.slack.delete(life.card)
    night.clock.now = EVENING
    life.history.alerts = False
    await life.check(paid(MORE))
    assert life.cards == []
    night.wake()
    await night.deliver()
    assert "$141k" in shown(life.card)


async def test_a_field_changed_back_at_night_is_still_sent(night: Night) -> None:
    night.tell(opened("1"), at=night.clock() - timedelta(hours=2))
    night.clock.now = EVENING - timedelta(hours=2)
    await night.deliver()
    night.clock.now = EVENING
    for old, new in (("1-2 USD/year", "3-4 USD/year"), ("3-4 USD/year", "1-2 USD/year")):
        night.tell(
            revised("1", FieldChange("pay", old, new)),
            round_id=night.begin_round(),
            at=night.clock(),
        )
        await night.deliver()
    night.wake()
    await night.deliver()
    (card,) = night.said()
    (reply,) = night.slack.channels[ROLES].replies(card)
    assert "changed it back" in shown(reply)


async def test_an_unconfirmed_message_is_searched_for_at_night(night: Night) -> None:
    night.tell(opened("1"))
    night.clock.now = EVENING - timedelta(hours=2)
    night.slack.break_next("accept_then_reset", "chat.postMessage")
    outbox = night.outbox()
    await outbox.deliver(until_idle=False)
    night.clock.now = EVENING
    await night.deliver()
    assert night.states() == ["sent"]
    assert night.one_copy_each()


async def test_a_message_that_was_searched_for_in_vain_waits_for_the_morning(
    night: Night,
) -> None:
    night.tell(opened("1"))
    night.clock.now = EVENING - timedelta(hours=2)
    night.slack.break_next("500", "chat.postMessage")
    await night.outbox().deliver(until_idle=False)
    night.clock.now = EVENING
    await night.deliver()
    assert night.said() == []
    assert night.states() == ["held"]
    night.wake()
    assert await night.deliver() == 1
    assert night.one_copy_each()


async def test_a_message_that_another_process_claimed_during_the_search_is_not_held(
    night: Night, engine: Engine
) -> None:
    night.tell(opened("1"))
    night.clock.now = EVENING - timedelta(hours=2)
    night.slack.break_next("500", "chat.postMessage")
    await night.outbox().deliver(until_idle=False)
    columns = [getattr(tables.Delivery, one.name) for one in fields(QueuedDelivery)]
    with engine.begin() as connection:
        searched = QueuedDelivery(*connection.execute(select(*columns)).one())
        connection.execute(update(tables.Delivery).values(attempts=searched.attempts + 1))
        assert not hold_unsent(connection, searched, NIGHT, EVENING)
        claimed = replace(searched, attempts=searched.attempts + 1)
        assert hold_unsent(connection, claimed, NIGHT, EVENING)


async def test_a_night_of_several_kinds_is_one_message(night: Night) -> None:
    night.tell(
        summary(roles=[role("9", "Old Engineer")]), round_id=night.begin_round(), at=night.clock()
    )
    night.tell(opened("1"), round_id=night.begin_round(), at=night.clock())
    await night.deliver()
    assert night.states() == ["held"] * 2
    night.wake()
    assert await night.deliver() == 1
    [message] = night.said()
    assert "Overnight: 1 new" in shown(message)
    assert "Old Engineer" in shown(message)
    assert night.one_copy_each()


NEAR = ReminderMessage(
    (Reminder(role("9", deadline_at=EVENING + timedelta(hours=20)), WHY, 86400.0),), EVENING
)


def test_a_night_message_has_a_part_for_each_kind() -> None:
    held: list[tuple[str, Message]] = [
        ("a", opened("1")),
        ("b", GroupMessage((opened("2"), opened("3")))),
        ("c", NEAR),
        ("d", summary()),
        ("e", summary()),
        ("f", card_of(opened("4"))),
    ]
    [(names, message)] = merged_messages(held, EVENING + timedelta(hours=9))
    assert names == ["a", "b", "c", "d", "e"]
    assert isinstance(message, QuietHoursMessage)
    group, reminder, _ = message.parts
    assert isinstance(group, GroupMessage)
    assert isinstance(reminder, ReminderMessage)
    assert len(group.items) == 3
    assert reminder.at == EVENING + timedelta(hours=9)


def test_a_night_too_large_for_slack_is_a_message_per_kind() -> None:
    long = "Senior Research Engineer, Foundations of World Models"
    held: list[tuple[str, Message]] = [
        (str(number), opened(str(number), title=long)) for number in range(120)
    ]
    held += [("c", NEAR), ("d", summary(roles=[role(str(number), long) for number in range(120)]))]
    assert [len(names) for names, _ in merged_messages(held, EVENING)] == [120, 1, 1]


def test_a_deadline_in_two_messages_is_listed_once() -> None:
    due = role("9", deadline_at=EVENING + timedelta(hours=20))
    held: list[tuple[str, Message]] = [
        (rule, ReminderMessage((Reminder(due, (Why(rule, ""),), seconds),), EVENING))
        for rule, seconds in (("a", 86400.0), ("b", 72000.0))
    ]
    [(names, message)] = merged_messages(held, EVENING)
    assert names == ["a", "b"]
    assert isinstance(message, ReminderMessage)
    (item,) = message.items
    assert [why.rule for why in item.why] == ["a", "b"]


def test_a_night_with_too_many_roles_is_several_messages() -> None:
    held: list[tuple[str, Message]] = [
        (str(number), opened(str(number), title=f"Research Engineer, {'World ' * 9}{number}"))
        for number in range(300)
    ]
    parts = list(merged_messages(held, EVENING))
    assert [name for names, _ in parts for name in names] == [name for name, _ in held]
    groups = [
        part
        for _, message in parts
        if isinstance(message, QuietHoursMessage)
        for part in message.parts
        if isinstance(part, GroupMessage)
    ]
    assert [(group.part, group.parts) for group in groups] == [(1, 3), (2, 3), (3, 3)]
    assert all(fits_one_message(GroupMessage(group.items)) for group in groups)


def test_a_role_is_alerted_once_with_its_state_after_the_night() -> None:
    closed = opened("1", kind="closed")
    raised, back = (
        revised("2", FieldChange("pay", old, new)) for old, new in (("1", "2"), ("2", "1"))
    )
    held: list[tuple[str, Message]] = [
        (str(number), message)
        for number, message in enumerate([opened("1"), raised, opened("3"), closed, back])
    ]
    [(names, night)] = merged_messages(held, EVENING)
    assert sorted(names) == ["0", "1", "2", "3", "4"]
    assert isinstance(night, QuietHoursMessage)
    [group] = night.parts
    assert isinstance(group, GroupMessage)
    assert [(item.kind, item.after) for item in group.items] == [
        ("closed", "opened"),
        ("opened", ""),
    ]


def test_a_list_whose_thread_is_written_is_not_merged() -> None:
    head, rests = split_summary(summary(roles=[role(str(n)) for n in range(9)]), threaded=True)
    held: list[tuple[str, Message]] = [("a", opened("1")), ("b", head), ("c", rests[0])]
    assert [names for names, _ in merged_messages(held, EVENING)] == [["a"]]
