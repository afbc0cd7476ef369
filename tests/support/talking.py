"""The talk of a daemon with people in Slack, over a real websocket and a real database."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

from history import History
from post_office import until
from pydantic import SecretStr
from socket_server import ADMIN, APP, BOT, SocketServer
from sqlalchemy import Engine

from monitor.messages import OperatorMessage
from monitor.settings import Settings, SlackSettings
from monitor.talk.talk import Talk


class Office:
    """The talk of a daemon on the history of `story.py`, on SQLite."""

    def __init__(self, server: SocketServer, engine: Engine, history: History) -> None:
        self.server = server
        self.engine = engine
        self.notices: list[OperatorMessage] = []
        slack = SlackSettings(SecretStr(BOT), SecretStr(APP), server.api_url, (ADMIN,))
        self.settings: Settings = replace(history.settings, slack=slack)
        self.history = history
        self.stop = asyncio.Event()

    async def start(self) -> None:
        self.talk = Talk(self.engine, self.settings, lambda: self.history.now, self.notices.append)
        self.running = asyncio.create_task(self.talk.run(self.stop))

    async def end(self) -> float:
        began = time.monotonic()
        self.stop.set()
        await self.running
        return time.monotonic() - began

    def rows(self, query: str) -> list[tuple[object, ...]]:
        return self.history.ask(query)


async def told(server: SocketServer, number: int = 1) -> list[str]:
    await until(lambda: len(server.answers) >= number)
    return server.said()
