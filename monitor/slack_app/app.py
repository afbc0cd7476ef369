"""Slack's buttons and `/rolewatch` as one task of the daemon."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from datetime import datetime
from typing import Final

import structlog
from sqlalchemy import Engine

from monitor.config.model import Settings
from monitor.messages import OperatorMessage
from monitor.slack_app.connection import LONGEST_WAIT, Envelope, SocketManager
from monitor.slack_app.handler import InteractionHandler
from monitor.slack_app.home import HomePublisher
from monitor.slack_app.payloads import Asked, parse_envelope
from monitor.slack_app.slack_calls import SlackCalls

log = structlog.get_logger()

_REMEMBERED: Final = 1000  # keys of clicks and commands, to skip one that arrives again
_GRACE: Final = 4.0  # seconds to finish when the daemon stops
_REFRESH_EVERY: Final = 30.0  # seconds, at least, between two refreshes of App Home
_AT_ONCE: Final = 20  # handled at once: a short wait is better than a thousand threads


class SlackApp:
    """Handles clicks and commands while there is an app token.

    Only the daemon runs it. The daemon holds the database's lease, so one process receives the
    envelopes: Slack may send an envelope to any open connection of the app.
    `write_operator_alert` may wait for the database.
    """

    def __init__(
        self,
        engine: Engine,
        settings: Settings,
        clock: Callable[[], datetime],
        write_operator_alert: Callable[[OperatorMessage], None],
        changing_watches: Callable[[], AbstractAsyncContextManager[None]] = nullcontext,
    ) -> None:
        self._settings = settings
        self._write_operator_alert = write_operator_alert
        calls = SlackCalls(lambda: self._settings)
        self._homes = HomePublisher(engine, lambda: self._settings, calls, clock)
        self._handler = InteractionHandler(
            engine,
            lambda: self._settings,
            calls,
            clock,
            self._homes,
            changing_watches=changing_watches,
        )
        self._refreshing: asyncio.Task[None] | None = None
        self._refresh_again = False
        self._connecting: asyncio.Task[None] | None = None
        self._running: set[asyncio.Task[None]] = set()
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._known: OrderedDict[str, None] = OrderedDict()

    async def run(self, stop: asyncio.Event) -> None:
        """Run until `stop`. Clicks and commands in progress have a few seconds to finish."""
        self._begin()
        await stop.wait()
        await self._end()

    def reconfigure(self, settings: Settings) -> None:
        """Use changed settings. Another app token is used at once; without one nothing is read."""
        before, self._settings = self._settings.slack, settings
        if (before.app_token, before.api_url) == (settings.slack.app_token, settings.slack.api_url):
            return
        if self._connecting is not None:
            self._connecting.cancel()
            self._track(self._connecting)
        self._begin()

    def refresh_homes(self) -> None:
        """Publish App Home again to everyone whose lists have changed. Call this in the loop."""
        self._refresh_again = True
        if self._settings.slack.app_token and (self._refreshing is None or self._refreshing.done()):
            self._refreshing = asyncio.create_task(self._refresh())
            self._track(self._refreshing)

    async def _refresh(self) -> None:
        while self._refresh_again:
            self._refresh_again = False
            await self._homes.refresh()
            await asyncio.sleep(_REFRESH_EVERY)

    def _begin(self) -> None:
        self._connecting = (
            asyncio.create_task(self._stay_connected()) if self._settings.slack.app_token else None
        )

    async def _stay_connected(self) -> None:
        """Keep a socket open for as long as the daemon runs, whatever ends the last one."""
        sockets = SocketManager(lambda: self._settings.slack, self._receive, self._notify_operator)
        while True:
            try:
                await sockets.run()
            except Exception:  # our own error: alerts continue without the buttons
                log.exception("slack_socket_failed")
            await asyncio.sleep(LONGEST_WAIT)

    async def _end(self) -> None:
        tasks = [task for task in (self._connecting, *self._running) if task is not None]
        for endless in (self._connecting, self._refreshing):
            if endless is not None:
                endless.cancel()
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=_GRACE)
            for task in late:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _receive(self, envelope: Envelope) -> None:
        """Start to handle what is new in an envelope."""
        for asked in parse_envelope(envelope):
            if asked.key not in self._known:
                self._remember(asked.key)
                self._track(asyncio.create_task(self._handle(asked)))

    def _track(self, task: asyncio.Task[None]) -> None:
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _handle(self, asked: Asked) -> None:
        async with self._slots:
            await self._handler.handle(asked)

    def _remember(self, key: str) -> None:
        self._known[key] = None
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)

    async def _notify_operator(self, reason: str, remedy: str) -> None:
        lines = (f"{reason}. {remedy}", "Alerts are still sent.")
        await asyncio.to_thread(
            self._write_operator_alert,
            OperatorMessage("configuration", "Slack's buttons and /rolewatch do not work", lines),
        )
