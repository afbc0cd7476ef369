"""A list's other roles: in its thread, each message exactly once, after the list."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select

from monitor.config.model import AlertSettings
from monitor.database.tables import Card, Delivery
from monitor.delivery.manual import discard
from monitor.delivery.pack import new_id, pack
from monitor.delivery.threads import begin_threads
from monitor.delivery.unsent import take_back
from monitor.message_parts import Passage, Role, RuleCount, Why
from monitor.messages import BoardWideEdit, FirstCheckSummary, Message, RestMessage, load
from tests.support.alerts import AT, opened, role, summary
from tests.support.block_rules import parts
from tests.support.outbox_fixture import At, PostOffice, post_office, until
from tests.support.places import ROOT
from tests.support.slack_server import ROLES, shown

PROGRAM = (sys.executable, "-m", "tests.support.outbox_fixture")
TITLE = "Senior Research Engineer, Foundations of World Models"
Body = dict[str, Any]


def roles(number: int) -> list[Role]:
    return [role(str(key), f"{TITLE} {key}") for key in range(number)]


def edit(number: int) -> BoardWideEdit:
    fit = (RuleCount("engineers", tuple(roles(number))),)
    passages = (Passage("old", "new", 9),)
    why = (Why("engineers", ""),)
    return BoardWideEdit("greenhouse:examplelabs", "Example Labs", "", AT, passages, 9, 9, fit, why)


LISTS: dict[str, Message] = {
    "a first summary": summary(roles=roles(9)),
    "a long first summary": summary(roles=roles(500)),
    "a board-wide edit": edit(9),
}


@pytest.fixture
async def own(sqlite_engine: Engine) -> AsyncIterator[PostOffice]:
    """Return a fixture whose database another process may open."""
    async with post_office(sqlite_engine) as office:
        yield office


def urls(messages: Iterable[Body]) -> list[str]:
    return [
        str(part["url"])
        for message in messages
        for part in parts(message["blocks"])
        if part.get("type") == "link"
    ]


def everything(office: PostOffice) -> tuple[Body, list[Body]]:
    """Return the only message of the channel, and its replies."""
    [head] = office.slack.channels[ROLES].messages
    return head, office.slack.channels[ROLES].replies(head)


def is_whole(office: PostOffice, message: Message) -> bool:
    """Return True if every role is in the channel or the thread once, each delivery once."""
    head, replies = everything(office)
    assert isinstance(message, FirstCheckSummary | BoardWideEdit)
    listed = sorted(one.url for one in message.rules[0].roles)
    return sorted(urls([head, *replies])) == listed and office.one_copy_each()


@pytest.mark.parametrize("name", LISTS)
async def test_the_other_roles_are_replies_in_its_thread(office: PostOffice, name: str) -> None:
    office.tell(LISTS[name])
    await office.outbox().deliver(until_idle=True)
    assert is_whole(office, LISTS[name])
    _, replies = everything(office)
    assert not any(reply.get("reply_broadcast") for reply in replies)
    assert office.states() == ["sent"] * (len(replies) + 1)
    assert len({delivery.delivery_id for delivery in office.deliveries()}) == len(replies) + 1


async def test_a_list_that_shows_everything_has_no_thread(office: PostOffice) -> None:
    office.tell(summary(roles=roles(5)))
    await office.outbox().deliver(until_idle=True)
    assert everything(office)[1] == []
    assert len(office.deliveries()) == 1


async def test_a_list_is_never_edited(office: PostOffice) -> None:
    office.tell(LISTS["a first summary"])
    await office.outbox().deliver(until_idle=True)
    office.tell(opened("1"))
    await office.outbox().deliver(until_idle=True)
    assert office.slack.calls["chat.update"] == 0


@pytest.mark.parametrize(
    "fault",
    ["500", "429", "timeout", "accept_then_500", "accept_then_reset", "accept_then_timeout"],
)
@pytest.mark.parametrize("healthy", [0, 1, 2])
async def test_a_thread_is_whole_whatever_goes_wrong(
    office: PostOffice, fault: str, healthy: int
) -> None:
    message = LISTS["a long first summary"]
    for _ in range(healthy):
        office.slack.break_next("ok", "chat.postMessage")
    office.slack.break_next(fault, "chat.postMessage")
    office.tell(message)
    await office.outbox().deliver(until_idle=True)
    assert is_whole(office, message)


@pytest.mark.parametrize("fault", ["accept_then_timeout", "timeout"])
@pytest.mark.parametrize("healthy", [0, 1])
async def test_a_kill_while_a_thread_is_sent_leaves_one_copy(
    own: PostOffice, fault: str, healthy: int
) -> None:
    message = LISTS["a first summary"]
    for _ in range(healthy):
        own.slack.break_next("ok", "chat.postMessage")
    own.slack.break_next(fault, "chat.postMessage")
    own.tell(message)
    url = own.engine.url.render_as_string(hide_password=False)
    process = await asyncio.create_subprocess_exec(*PROGRAM, url, own.slack.api_url, cwd=ROOT)
    await until(lambda: own.slack.calls["chat.postMessage"] == healthy + 1)
    process.send_signal(signal.SIGKILL)
    await process.wait()
    assert own.states()[healthy] == "sending"
    own.slack.faults.clear()
    await own.clock.sleep(5)
    await own.outbox().deliver(until_idle=True)
    assert is_whole(own, message)


async def test_the_other_roles_of_a_deleted_list_stand_alone(office: PostOffice) -> None:
    office.tell(LISTS["a first summary"])
    office.slack.break_next("ok", "chat.postMessage")
    office.slack.break_next("500", "chat.postMessage")
    await office.outbox().deliver(until_idle=False)
    [head] = office.slack.channels[ROLES].messages
    office.slack.delete(head)
    await office.clock.sleep(60)
    await office.outbox().deliver(until_idle=True)
    left = [one for one in office.slack.channels[ROLES].messages if "subtype" not in one]
    assert len(urls(left)) == 4
    assert office.states() == ["sent", "sent"]
    assert office.slack.calls["chat.update"] == 0


async def test_a_webhook_gets_the_other_roles_in_further_messages(office: PostOffice) -> None:
    message = LISTS["a long first summary"]
    assert isinstance(message, FirstCheckSummary)
    office.tell(message, channel="webhook")
    await office.outbox().deliver(until_idle=True)
    head, *rests = [load(one.message) for one in office.deliveries()]
    assert isinstance(head, FirstCheckSummary)
    further = [one for one in rests if isinstance(one, RestMessage)]
    assert len(further) == len(rests) > 0
    number = len(rests) + 1
    assert [(one.part, one.parts) for one in further] == [
        (part, number) for part in range(2, number + 1)
    ]
    rules = [*head.rules, *(rule for one in further for rule in one.rules)]
    listed = [one for rule in rules for one in rule.roles]
    assert sorted(one.url for one in listed) == sorted(one.url for one in message.rules[0].roles)
    with office.engine.connect() as connection:
        assert connection.execute(select(Card.id)).all() == []


async def test_a_terminal_gets_everything_in_one_message(office: PostOffice) -> None:
    office.tell(LISTS["a long first summary"], channel="console")
    await office.outbox().deliver(until_idle=True)
    assert len(office.deliveries()) == 1
    said = office.console.getvalue()
    assert all(f"{TITLE} {key} " in said for key in range(500))


async def test_a_list_held_at_night_has_its_thread_in_the_morning(office: PostOffice) -> None:
    evening = datetime(2026, 5, 4, 23, tzinfo=UTC)
    clock = At(evening)
    office.clock, office.hours = clock, AlertSettings(quiet=(time(22), time(7)))
    office.slack.clock = lambda: office.clock().timestamp()
    office.tell(LISTS["a first summary"], at=evening)
    await office.outbox().deliver(until_idle=True)
    assert office.states() == ["held"]
    clock.now = evening + timedelta(hours=9)
    await office.outbox().deliver(until_idle=True)
    assert is_whole(office, LISTS["a first summary"])


async def test_a_thread_that_waits_when_the_night_begins_is_sent_after_it(
    office: PostOffice,
) -> None:
    evening = datetime(2026, 5, 4, 21, tzinfo=UTC)
    clock = At(evening)
    office.clock, office.hours = clock, AlertSettings(quiet=(time(22), time(7)))
    office.slack.clock = lambda: office.clock().timestamp()
    office.slack.wait = 600
    office.slack.break_next("429")
    office.tell(LISTS["a first summary"], at=evening)
    await office.outbox().deliver(until_idle=False)
    assert office.states() == ["pending", "pending"]
    clock.now = evening + timedelta(hours=2)
    office.tell(opened("80"), at=clock())
    await office.outbox().deliver(until_idle=True)
    assert office.states() == ["held"] * 3
    clock.now = evening + timedelta(hours=11)
    await office.outbox().deliver(until_idle=True)
    head = office.slack.channels[ROLES].messages[0]
    replies = office.slack.channels[ROLES].replies(head)
    assert len(urls([head, *replies])) == 9
    assert "Now watching" in shown(head)
    assert office.one_copy_each()


def test_a_discarded_list_has_no_thread(office: PostOffice) -> None:
    office.tell(LISTS["a first summary"], at=AT)
    with office.engine.begin() as connection:
        pack(connection, office.clock())
        assert begin_threads(connection, new_id) == 1
        assert begin_threads(connection, new_id) == 0
        assert discard(connection, AT + timedelta(seconds=1)) == 2
    assert office.states() == ["discarded", "discarded"]


def test_a_list_that_is_taken_back_leaves_the_lists_of_other_channels(office: PostOffice) -> None:
    office.tell(LISTS["a long first summary"], channel="webhook")
    office.tell(opened(), channel="console")
    with office.engine.begin() as connection:
        pack(connection, office.clock())
        begin_threads(connection, new_id)
        take_back(connection, Delivery.channel == "console")
    states = office.states()
    assert len(states) > 1
    assert {one.channel for one in office.deliveries()} == {"webhook"}
    with office.engine.begin() as connection:
        take_back(connection, Delivery.channel == "slack:#none")
    assert office.states() == states
