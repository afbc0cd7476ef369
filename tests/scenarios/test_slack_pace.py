"""Many alerts to several channels at Slack's pace, with its refusals, in real time."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest

from monitor.delivery.outbox import Outbox
from tests.support.alerts import opened, revised
from tests.support.simulator import Simulator

CHANNELS = {
    "general": "C0GENERAL1",
    "roles": "C0ROLES001",
    "roles-research": "C0ROLES002",
    "roles-digest": "C0DIGEST01",
    "rolewatch-ops": "C0OPS00001",
}
BURST, RATE = 3, 1.0


@pytest.fixture
async def simulator(simulator: Simulator) -> Simulator:
    """Return the strict Slack at the pace that Slack documents."""
    await simulator.control("config", rate=RATE, burst=BURST, workspace_per_min=0)
    return simulator


def tell(simulator: Simulator, rounds: int, each: int) -> None:
    """Record rounds with alerts in each channel. The first opens postings, the others edit."""
    for number in range(rounds):
        round_id = simulator.begin_round()
        for name in CHANNELS:
            messages = [revised(str(key)) if number else opened(str(key)) for key in range(each)]
            simulator.tell(*messages, channel=f"slack:#{name}", round_id=round_id)


async def refuse_at_random(
    simulator: Simulator, chance: Random, calls: int, number: int, longest: int
) -> dict[str, float]:
    """Plan so many 429s at posts. Return the seconds that each channel must wait in all."""
    waits = dict.fromkeys(CHANNELS, 0.0)
    for _ in range(number):
        name, seconds = chance.choice(list(CHANNELS)), chance.randint(1, longest)
        after = chance.randrange(calls)
        await simulator.control(
            "fault",
            kind="429",
            method="chat.postMessage",
            channel=CHANNELS[name],
            after=after,
            retry_after=seconds,
        )
        waits[name] += seconds
    return waits


async def run(simulator: Simulator) -> dict[str, float]:
    """Delivers as the daemon does; gives the second at which each channel had everything."""
    outbox = Outbox(simulator.engine, {"slack": simulator.notifier()}, lambda: datetime.now(UTC))
    stop, began = asyncio.Event(), time.monotonic()
    running = asyncio.create_task(outbox.run(asyncio.Event(), stop))
    done: dict[str, float] = {}
    while len(done) < len(CHANNELS):
        await asyncio.sleep(0.25)
        open_ = {
            one.channel.partition("#")[2] for one in simulator.deliveries() if one.state != "sent"
        }
        packed = bool(simulator.deliveries())
        done |= {
            name: time.monotonic() - began
            for name in CHANNELS
            if packed and name not in open_ and name not in done
        }
    stop.set()
    await running
    return done


async def assert_in_order(simulator: Simulator) -> None:
    deliveries = simulator.deliveries()
    state: dict[str, Any] = await simulator.control("state")
    for name, channel_id in CHANNELS.items():
        messages = next(
            one["messages"] for one in state["channels"].values() if one["id"] == channel_id
        )
        everything = [one for message in messages for one in (message, *message.get("replies", []))]
        found = [
            one["metadata"]["event_payload"]["delivery_id"]
            for one in sorted(everything, key=lambda one: one["ts"])
        ]
        assert found == [one.delivery_id for one in deliveries if one.channel == f"slack:#{name}"]


def least(messages: int, waits: float) -> float:
    """Return the minimum of seconds by the rate and the Retry-Afters."""
    return (messages - BURST) / RATE + waits


@pytest.mark.slow
async def test_alerts_to_five_channels_arrive_in_order_and_independently(
    simulator: Simulator,
) -> None:
    await simulator.control(
        "fault", kind="429", method="chat.postMessage", channel=CHANNELS["roles"], retry_after=4
    )
    tell(simulator, rounds=2, each=3)
    done = await run(simulator)
    await assert_in_order(simulator)
    assert max(seconds for name, seconds in done.items() if name != "roles") < done["roles"]


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_three_hundred_to_five_channels_take_a_tenth_longer_than_they_must(
    simulator: Simulator,
) -> None:
    tell(simulator, rounds=6, each=10)
    waits = await refuse_at_random(simulator, Random(4), calls=60, number=15, longest=5)
    done = await run(simulator)
    await assert_in_order(simulator)
    for name, seconds in done.items():
        # the measurement
        print(
            f"{name}: {seconds:.1f} s, least {least(60, waits[name]):.1f} s, "
            f"of which Retry-After {waits[name]:.0f} s"
        )
    assert len(simulator.deliveries()) == 300
    assert max(done.values()) <= 1.1 * max(least(60, seconds) for seconds in waits.values())
