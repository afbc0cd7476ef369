"""The whole of it for the daemon: heard while there is an app token, stopped within a few seconds."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime
from typing import Final

import structlog
from sqlalchemy import Engine

from monitor.config.model import Settings
from monitor.messages import OperatorMessage
from monitor.slack_app.connection import LONGEST_WAIT, Envelope, SocketManager
from monitor.slack_app.handler import InteractionHandler
from monitor.slack_app.payloads import Click, SlashCommand, parse_envelope
from monitor.slack_app.responses import SlackResponses

log = structlog.get_logger()

_REMEMBERED: Final = 1000  # questions; one that comes again is the same one
_GRACE: Final = 4.0  # seconds that questions in work may take when we stop
_AT_ONCE: Final = 20  # questions in work; a wait of seconds is better than a thousand threads


class SlackApp:
    """Answers what people ask in Slack. `notice` writes an operator's message, and may wait for the database."""

    def __init__(
        self,
        engine: Engine,
        settings: Settings,
        clock: Callable[[], datetime],
        write_operator_alert: Callable[[OperatorMessage], None],
    ) -> None:
        self._settings = settings
        self._notice = write_operator_alert
        self._desk = InteractionHandler(
            engine, lambda: self._settings, SlackResponses(lambda: self._settings.slack), clock
        )
        self._keeping: asyncio.Task[None] | None = None
        self._work: set[asyncio.Task[None]] = set()
        self._room = asyncio.Semaphore(_AT_ONCE)
        self._known: OrderedDict[str, None] = OrderedDict()

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`, when what is in work has a few seconds to end."""
        self._begin()
        await stop.wait()
        await self._end()

    def reconfigure(self, settings: Settings) -> None:
        """Goes on with changed settings: another token is used at once, and without one nothing is heard."""
        before, self._settings = self._settings.slack, settings
        if (before.app_token, before.api_url) == (settings.slack.app_token, settings.slack.api_url):
            return
        if self._keeping is not None:
            self._keeping.cancel()
            self._track(self._keeping)
        self._begin()

    def _begin(self) -> None:
        self._keeping = (
            asyncio.create_task(self._keep()) if self._settings.slack.app_token else None
        )

    async def _keep(self) -> None:
        """For as long as the daemon runs: whatever a connection dies of, another is begun, since buttons that fell silent stay so."""
        keeper = SocketManager(lambda: self._settings.slack, self._hear, self._tell)
        while True:
            try:
                await keeper.run()
            except Exception:  # a fault of ours: alerts go on beside it
                log.exception("slack's buttons and commands are not heard, beginning again")
            await asyncio.sleep(LONGEST_WAIT)

    async def _end(self) -> None:
        tasks = [task for task in (self._keeping, *self._work) if task is not None]
        if self._keeping is not None:
            self._keeping.cancel()
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=_GRACE)
            for task in late:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _hear(self, envelope: Envelope) -> None:
        """Begins the work on what is new in an envelope."""
        for asked in parse_envelope(envelope):
            if asked.key not in self._known:
                self._remember(asked.key)
                self._track(asyncio.create_task(self._serve(asked)))

    def _track(self, task: asyncio.Task[None]) -> None:
        self._work.add(task)
        task.add_done_callback(self._work.discard)

    async def _serve(self, asked: Click | SlashCommand) -> None:
        async with self._room:
            await self._desk.serve(asked)

    def _remember(self, key: str) -> None:
        self._known[key] = None
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)

    async def _tell(self, reason: str, remedy: str) -> None:
        lines = (f"Reason: {reason}", f"What to do: {remedy}", "Alerts are sent as always.")
        await asyncio.to_thread(
            self._notice,
            OperatorMessage("configuration", "Slack's buttons and /rolewatch do not work", lines),
        )
