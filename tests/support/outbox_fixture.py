"""An outbox with a real Slack server and a database, whose waits pass at once.

Run as a program (`python -m tests.support.outbox_fixture DATABASE API_URL`), it delivers what waits
with real time, for tests that kill it.
"""

from __future__ import annotations

import asyncio
import io
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from pydantic import SecretStr
from sqlalchemy import Engine

from monitor.config.model import AlertSettings
from monitor.database.engine import make_engine
from monitor.delivery.outbox import Outbox
from monitor.notify.base import Notifier
from monitor.notify.console import ConsoleNotifier
from monitor.notify.slack.notifier import SlackNotifier
from monitor.notify.webhook import WebhookNotifier
from tests.support.alerts import AlertWriter
from tests.support.slack_server import TOKEN, SlackServer, slack_server


class Clock:
    """Real time plus the time of all sleeps."""

    def __init__(self) -> None:
        self.skipped = timedelta()
        self.slept: list[float] = []

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.skipped

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.skipped += timedelta(seconds=seconds)
        await asyncio.sleep(0)


class At(Clock):
    """A clock that is stopped at a time of day."""

    def __init__(self, now: datetime) -> None:
        super().__init__()
        self.now = now

    def __call__(self) -> datetime:
        return self.now + self.skipped


class PostOffice(AlertWriter):
    """An outbox with its alerts, notifiers and clock."""

    def __init__(self, engine: Engine, slack: SlackServer) -> None:
        super().__init__(engine)
        self.slack = slack
        self.clock: Clock = Clock()
        self.hours = AlertSettings()
        self.console = io.StringIO()
        self.operators: tuple[str, ...] = ("slack:#ops",)
        self.channels: tuple[str, ...] = ()  # that the configuration names
        slack.clock = lambda: self.clock().timestamp()

    def notifiers(self) -> Mapping[str, Notifier]:
        return {
            "slack": SlackNotifier(
                SecretStr(TOKEN),
                self.slack.api_url,
                timeout=self.slack.patience,
                seconds=lambda: self.clock().timestamp(),
            ),
            "webhook": WebhookNotifier(
                SecretStr(self.slack.webhook_url), timeout=self.slack.patience
            ),
            "console": ConsoleNotifier(self.console),
        }

    def outbox(self) -> Outbox:
        """Return a new outbox, as after a restart."""
        return Outbox(
            self.engine,
            self.notifiers(),
            self.clock,
            operators=self.operators,
            hours=self.hours,
            channels=self.channels,
            sleep=self.clock.sleep,
            grace=0.2,
        )

    def one_copy_each(self) -> bool:
        """Return True if every delivered message of Slack was posted exactly once."""
        return all(
            self.slack.copies(one.delivery_id) == 1
            for one in self.deliveries()
            if one.channel.startswith("slack:")
        )


async def until(reached: Callable[[], bool]) -> None:
    """Wait for another task's work. Raise TimeoutError after 60 s."""
    async with asyncio.timeout(60):
        # databases and servers have no event to wait for
        while not reached():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


@asynccontextmanager
async def post_office(engine: Engine) -> AsyncIterator[PostOffice]:
    async with slack_server() as slack:
        yield PostOffice(engine, slack)
        assert slack.complaints == []


async def _deliver(database: str, api_url: str) -> None:
    notifiers: dict[str, Notifier] = {
        "slack": SlackNotifier(SecretStr(TOKEN), api_url),
        "console": ConsoleNotifier(sys.stdout),
    }
    await Outbox(make_engine(database), notifiers, lambda: datetime.now(UTC)).deliver(
        until_idle=True
    )


if __name__ == "__main__":
    asyncio.run(_deliver(*sys.argv[1:]))
