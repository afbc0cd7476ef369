"""The strict Slack of `strict_slack/` in a process of its own, a database, and an outbox."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import aiohttp
from pydantic import SecretStr
from sqlalchemy import Engine

from monitor.delivery.outbox import Outbox
from monitor.notify.base import Notifier
from monitor.notify.slack.notifier import SlackNotifier
from monitor.notify.webhook import WebhookNotifier
from tests.support.alerts import AlertWriter
from tests.support.outbox_fixture import Clock
from tests.support.places import ROOT
from tests.support.slack_server import IMPATIENCE, PATIENCE

TOKEN = SecretStr("xoxb-100000000000-200000000000-simulatorBotToken")
ROLES = "C0ROLES001"
FAULTS = [
    "500",
    "502",
    "503",
    "504",
    "timeout",
    "reset",
    "bad_json",
    "429",
    "slow",
    "internal_error",
    "fatal_error",
]
ACCEPTED = ["reset", "timeout", "500", "503", "bad_json"]


class Simulator(AlertWriter):
    """A database, an outbox that posts to the simulator, and the simulator's own word."""

    def __init__(self, office: AlertWriter, base: str, session: aiohttp.ClientSession) -> None:
        super().__init__(office.engine)
        self.base = base
        self.session = session
        self.clock = Clock()
        self.patience = PATIENCE
        self.injected = 0  # refusals of a form that the test itself asked for

    async def control(self, what: str, **body: object) -> dict[str, Any]:
        if str(body.get("kind", "")).endswith("timeout"):
            self.patience = IMPATIENCE
        async with self.session.request(
            "POST" if body else "GET", f"{self.base}/_ctl/{what}", json=body or None
        ) as response:
            answer: dict[str, Any] = await response.json()
            return answer

    def notifier(self) -> SlackNotifier:
        return SlackNotifier(
            TOKEN,
            f"{self.base}/api/",
            timeout=self.patience,
            seconds=lambda: self.clock().timestamp(),
        )

    def outbox(self) -> Outbox:
        webhook = WebhookNotifier(
            SecretStr(f"{self.base}/services/T0SIMTEAM1/B0WEBHOOK1/simulatorWebhookSecret"),
            timeout=self.patience,
        )
        notifiers: dict[str, Notifier] = {"slack": self.notifier(), "webhook": webhook}
        return Outbox(
            self.engine,
            notifiers,
            self.clock,
            operators=("slack:#rolewatch-ops",),
            sleep=self.clock.sleep,
        )

    async def messages(self, channel: str = ROLES) -> list[dict[str, Any]]:
        state = await self.control("state")
        found: list[dict[str, Any]] = next(
            one["messages"] for one in state["channels"].values() if one["id"] == channel
        )
        return found

    async def refusals(self) -> int:
        """Return the number of calls that it refused for their form."""
        outcomes: dict[str, int] = (await self.control("state"))["outcomes"]
        return sum(
            number
            for outcome, number in outcomes.items()
            if "invalid_" in outcome or "too_long" in outcome
        )


@contextmanager
def simulating(*options: str) -> Iterator[str]:
    """Start the simulator. Yield its address."""
    command = [
        sys.executable,
        "-m",
        "tests.support.strict_slack.server",
        "--tier-factor",
        "0",
        *options,
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().split()[1]
        finally:  # else the end of a failed test waits for it
            process.terminate()


@asynccontextmanager
async def simulated(address: str, engine: Engine) -> AsyncIterator[Simulator]:
    """At the end: nothing to complain of, nothing refused for its form."""
    async with aiohttp.ClientSession() as session:
        simulator = Simulator(AlertWriter(engine), address, session)
        await simulator.control("reset", now=True)
        await simulator.control("config", rate=0, workspace_per_min=0, non_marketplace=False)
        yield simulator
        assert (await simulator.control("lint"))["lints"] == []
        assert await simulator.refusals() == simulator.injected
