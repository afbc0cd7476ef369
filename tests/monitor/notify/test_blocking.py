"""Hanging calls in threads: counted, limited, and released when they end."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from threading import Event
from types import SimpleNamespace

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine

from monitor.delivery.outbox import Outbox
from monitor.notify.apprise import AppriseNotifier
from monitor.notify.base import Receipt
from monitor.notify.blocking import Threads, TooManyLeftError
from tests.support.alerts import AlertWriter, opened


@pytest.fixture
def gate() -> Iterator[Event]:
    """Return an event that ends every hanging call."""
    gate = Event()
    yield gate
    gate.set()


async def hang(threads: Threads, gate: Event, key: str = "a", times: int = 1) -> None:
    for _ in range(times):
        with pytest.raises(TimeoutError):
            await threads.call(key, gate.wait, 0.01)


async def test_a_call_returns_the_result_or_raises_the_error() -> None:
    threads = Threads()
    assert await threads.call("a", lambda: 7, 5) == 7
    with pytest.raises(ZeroDivisionError):
        await threads.call("a", lambda: 1 // 0, 5)
    assert threads.left["a"] == 0


async def test_with_too_many_threads_left_behind_no_call_is_made(gate: Event) -> None:
    threads, made = Threads(most_left=2), Event()
    await hang(threads, gate, times=2)
    with pytest.raises(TooManyLeftError):
        await threads.call("a", made.set, 5)
    assert not made.is_set()
    assert await threads.call("b", lambda: "another channel goes on", 5)


async def test_an_ended_thread_frees_its_slot(gate: Event) -> None:
    threads = Threads(most_left=1)
    await hang(threads, gate)
    gate.set()
    async with asyncio.timeout(10):
        while threads.left["a"]:  # a thread rings no bell  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert await threads.call("a", lambda: 7, 5) == 7


class Console(AppriseNotifier):
    """Accepts the operator's messages."""

    def __init__(self) -> None:
        super().__init__({})
        self.taken: list[object] = []

    # it takes everything
    async def send(self, channel: str, message: object, delivery_id: str) -> Receipt:  # noqa: ARG002
        self.taken.append(message)
        return Receipt()


async def test_a_channel_with_hanging_calls_is_refused_then_retried(
    sqlite_engine: Engine, gate: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []

    class Services:
        def __iter__(self) -> Iterator[object]:
            return iter([SimpleNamespace(notify_format="text")])

        def notify(self, _body: str, title: str) -> bool:
            sent.append(title)
            return True

    monkeypatch.setattr(AppriseNotifier, "_services", lambda *_: Services())
    threads, console, now = Threads(most_left=1), Console(), [datetime.now(UTC)]
    await hang(threads, gate, "apprise:phone")
    ways = {
        "apprise": AppriseNotifier({"apprise:phone": SecretStr("json://x")}, threads=threads),
        "console": console,
    }
    writer = AlertWriter(sqlite_engine)
    writer.tell(opened(), channel="apprise:phone", at=now[0])

    async def deliver() -> None:
        await Outbox(sqlite_engine, ways, lambda: now[0], operators=("console",)).deliver(
            until_idle=True
        )

    await deliver()
    [first, _] = writer.deliveries()
    assert (first.state, first.reason) == (
        "failed",
        "not sent, will be retried: an earlier call has not ended",
    )
    assert "apprise:phone refused messages" in str(console.taken)
    gate.set()
    async with asyncio.timeout(10):
        while threads.left["apprise:phone"]:  # as above  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    now[0] += timedelta(hours=2)
    await deliver()
    assert writer.deliveries()[0].state == "sent"
    assert len(sent) == 1
