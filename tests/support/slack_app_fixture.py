"""The daemon's Slack app over a real websocket and a real database."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from pydantic import SecretStr
from sqlalchemy import Engine

from monitor.channels import Listed
from monitor.config.model import Settings, SlackSettings
from monitor.database.slack_channels import remember
from monitor.messages import OperatorMessage
from monitor.slack_app.app import SlackApp
from tests.support.history import History
from tests.support.outbox_fixture import until
from tests.support.socket_server import ADMIN, APP, BOT, OPS, ROLES, SocketServer


class Office:
    """A Slack app on the history of `story.py`, on SQLite."""

    def __init__(self, server: SocketServer, engine: Engine, history: History) -> None:
        self.server = server
        self.engine = engine
        self.notices: list[OperatorMessage] = []
        slack = SlackSettings(server.api_url, (ADMIN,), SecretStr(BOT), SecretStr(APP))
        rules = tuple(
            replace(rule, notify=("console", "slack:#roles")) for rule in history.settings.rules
        )
        self.settings: Settings = replace(history.settings, slack=slack, rules=rules)
        know(engine)
        self.history = history
        self.stop = asyncio.Event()

    async def start(self) -> None:
        self.slack_app = SlackApp(
            self.engine, self.settings, lambda: self.history.now, self.notices.append
        )
        self.running = asyncio.create_task(self.slack_app.run(self.stop))

    async def end(self) -> float:
        began = time.monotonic()
        self.stop.set()
        await self.running
        return time.monotonic() - began

    def rows(self, query: str) -> list[tuple[object, ...]]:
        return self.history.ask(query)


def know(
    engine: Engine,
    private: Mapping[str, str] | None = None,
    public: Mapping[str, str] | None = None,
) -> None:
    """Store Slack's list of channels: #roles and #ops are public, and what is given besides."""
    shown = {"#roles": ROLES, "#ops": OPS, **(public or {})}
    listed = {name: Listed(channel_id, private=False) for name, channel_id in shown.items()}
    listed |= {
        name: Listed(channel_id, private=True) for name, channel_id in (private or {}).items()
    }
    with engine.begin() as connection:
        remember(connection, listed, datetime.now(UTC))


async def responses(server: SocketServer, number: int = 1) -> list[str]:
    await until(lambda: len(server.answers) >= number)
    return server.said()
