"""The outbox of a daemon: woken, stopped, killed and reconfigured."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import Engine, update

from monitor.database.tables import Delivery
from monitor.delivery.outbox import Outbox
from monitor.delivery.pack import pack
from tests.support.alerts import opened
from tests.support.outbox_fixture import PostOffice, post_office, until
from tests.support.places import ROOT
from tests.support.slack_server import OPS, ROLES

PROGRAM = (sys.executable, "-m", "tests.support.outbox_fixture")


async def test_a_woken_outbox_delivers_and_a_stopped_one_ends(office: PostOffice) -> None:
    wake, stop = asyncio.Event(), asyncio.Event()
    running = asyncio.create_task(
        Outbox(office.engine, office.notifiers(), office.clock).run(wake, stop)
    )
    await asyncio.sleep(0.1)
    office.tell(opened("1"))
    wake.set()
    await until(lambda: office.states() == ["sent"])
    office.tell(opened("2"), channel="slack:#ops")
    wake.set()
    await until(lambda: office.states() == ["sent", "sent"])
    stop.set()
    await asyncio.wait_for(running, 20)


async def test_a_due_message_is_sent_without_a_wake_up(office: PostOffice) -> None:
    office.slack.break_next("429")
    office.tell(opened("1"))
    wake, stop = asyncio.Event(), asyncio.Event()
    running = asyncio.create_task(
        Outbox(office.engine, office.notifiers(), office.clock).run(wake, stop)
    )
    await until(lambda: office.states() == ["sent"])
    stop.set()
    await running
    assert office.one_copy_each()


async def test_a_hanging_channel_does_not_block_another(
    office: PostOffice,
) -> None:
    office.slack.break_next("timeout", channel=ROLES)
    office.tell(opened("1"))
    wake, stop = asyncio.Event(), asyncio.Event()
    running = asyncio.create_task(office.outbox().run(wake, stop))
    await until(lambda: office.states() == ["sending"])
    office.tell(opened("2"), channel="slack:#ops")
    wake.set()
    await until(lambda: len(office.slack.channels[OPS].messages) == 1)
    await until(lambda: office.states() == ["sending", "sent"])
    stop.set()
    await running


async def test_a_call_in_flight_ends_before_the_outbox_stops(office: PostOffice) -> None:
    office.slack.hang = 0.3
    office.slack.break_next("accept_then_timeout")
    office.tell(opened("1"), opened("2"))
    stop = asyncio.Event()
    outbox = Outbox(office.engine, office.notifiers(), office.clock, grace=3)
    running = asyncio.create_task(outbox.run(asyncio.Event(), stop))
    await until(lambda: office.slack.calls["chat.postMessage"] == 1)
    stop.set()
    await asyncio.wait_for(running, 20)
    first, second = office.deliveries()
    assert (first.state, second.state) == ("sending", "pending")
    assert first.reason is not None  # the answer, or its absence, was settled


async def test_a_hanging_call_is_cut_off_and_searched_for_later(office: PostOffice) -> None:
    office.slack.break_next("accept_then_timeout")
    office.tell(opened("1"))
    stop = asyncio.Event()
    running = asyncio.create_task(office.outbox().run(asyncio.Event(), stop))
    await until(lambda: office.slack.calls["chat.postMessage"] == 1)
    stop.set()
    await asyncio.wait_for(running, 20)
    assert office.states() == ["sending"]
    await office.outbox().deliver(until_idle=True)
    assert office.states() == ["sent"]
    assert office.one_copy_each()


async def test_a_cancelled_delivery_leaves_nothing_running(office: PostOffice) -> None:
    office.slack.break_next("timeout")
    office.tell(opened("1"), opened("2"))
    delivering = asyncio.create_task(office.outbox().deliver(until_idle=True))
    await until(lambda: office.slack.calls["chat.postMessage"] == 1)
    delivering.cancel()
    with pytest.raises(asyncio.CancelledError):
        await delivering
    assert office.states() == ["sending", "pending"]


async def test_changed_settings_retry_refused_messages(
    office: PostOffice,
) -> None:
    wake, stop = asyncio.Event(), asyncio.Event()
    outbox = Outbox(office.engine, {"console": office.notifiers()["console"]}, office.clock)
    running = asyncio.create_task(outbox.run(wake, stop))
    office.tell(opened("1"))
    wake.set()
    await asyncio.sleep(0.1)
    assert office.slack.texts() == []
    outbox.reconfigure(office.outbox())
    wake.set()
    await until(lambda: office.states() == ["sent"])
    stop.set()
    await running


@pytest.fixture
async def own(sqlite_engine: Engine) -> AsyncIterator[PostOffice]:
    """Return a fixture whose database another process may open."""
    async with post_office(sqlite_engine) as office:
        yield office


@pytest.mark.parametrize("fault", ["accept_then_timeout", "timeout"])
async def test_a_kill_before_the_settlement_leaves_one_copy(own: PostOffice, fault: str) -> None:
    own.slack.break_next(fault)
    own.tell(*(opened(str(key)) for key in range(3)))
    url = own.engine.url.render_as_string(hide_password=False)
    process = await asyncio.create_subprocess_exec(*PROGRAM, url, own.slack.api_url, cwd=ROOT)
    await until(lambda: own.slack.calls["chat.postMessage"] == 1)
    process.send_signal(signal.SIGKILL)
    await process.wait()
    assert own.states() == ["sending", "pending", "pending"]
    delivered = await own.outbox().deliver(until_idle=True)
    assert delivered.sent == 3
    assert len(own.slack.channels[ROLES].messages) == 3
    assert own.one_copy_each()


@pytest.mark.parametrize("fault", ["accept_then_timeout", "timeout"])
@pytest.mark.parametrize("method", ["chat.postMessage", "chat.update"])
async def test_a_kill_after_a_reply_or_an_edit_leaves_one_copy(
    own: PostOffice, method: str, fault: str
) -> None:
    own.tell(opened("1"))
    await own.outbox().deliver(until_idle=True)
    own.slack.break_next(fault, method)
    own.tell(opened("1", kind="closed"))
    before = own.slack.calls[method]
    url = own.engine.url.render_as_string(hide_password=False)
    process = await asyncio.create_subprocess_exec(*PROGRAM, url, own.slack.api_url, cwd=ROOT)
    await until(lambda: own.slack.calls[method] == before + 1)
    process.send_signal(signal.SIGKILL)
    await process.wait()
    own.slack.faults.clear()
    await own.clock.sleep(5)
    await own.outbox().deliver(until_idle=True)
    (card,) = own.slack.channels[ROLES].messages
    assert own.states() == ["sent", "sent"]
    assert len(own.slack.channels[ROLES].replies(card)) == 1
    assert own.one_copy_each()
    assert "closed this role" in str(card["blocks"][0])


@pytest.mark.parametrize(
    ("ahead", "state"), [(timedelta(hours=1), "pending"), (timedelta(days=365), "sent")]
)
async def test_a_message_postponed_by_a_wrong_clock_is_sent_now(
    office: PostOffice, ahead: timedelta, state: str
) -> None:
    office.tell(opened("1"))
    await office.outbox().deliver(until_idle=False)
    office.tell(opened("2"))
    outbox = office.outbox()
    with office.engine.begin() as connection:
        pack(connection, office.clock())
        later = (
            update(Delivery)
            .where(Delivery.state == "pending")
            .values(next_try_at=office.clock() + ahead, attempts=1)
        )
        assert connection.execute(later).rowcount == 1
    await outbox.deliver(until_idle=False)
    assert office.states() == ["sent", state]
