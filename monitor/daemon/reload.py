"""Reload a running daemon's configuration, when one of its files changes or on SIGHUP.

A valid configuration replaces the old one completely. An invalid one is refused with its errors,
and the old one stays. So is a file that was emptied: it would end the coverage of every board.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

import structlog
from sqlalchemy import Engine

from monitor.alerts import daemon_incidents
from monitor.alerts.alerting import Alerting
from monitor.config.fresh import Stamp, stamps
from monitor.config.model import Settings
from monitor.daemon import shared_settings
from monitor.daemon.beside import Service
from monitor.database.trouble import DATABASE_ERRORS
from monitor.delivery import channel_merge
from monitor.delivery.outbox import Outbox
from monitor.errors import UserError
from monitor.health.guard import HealthMonitor
from monitor.history import boards
from monitor.rounds.board_incidents import end_unwatched
from monitor.rounds.shared_state import SettingsLock
from monitor.rules.watches import with_stored
from monitor.slack_app.app import SlackApp

log = structlog.get_logger()
_SETTLED: Final = 1.0  # seconds without a change, after which a file is whole
_PATIENCE: Final = 10  # such waits, for a file that somebody keeps writing


def store_configuration(engine: Engine, settings: Settings, now: datetime) -> None:
    """Store boards, rules and channels as configured. End the incident of a refused file."""
    with engine.begin() as connection:
        channel_merge.respell(connection)
        end_unwatched(connection, boards.sync_boards(connection, settings))
        daemon_incidents.accepted_file(connection, Alerting(settings), now)
        if settings.workers.queue:
            shared_settings.store(connection, settings)


@dataclass
class Configuration:
    """The settings that the daemon works with, and the parts that take new settings."""

    load: Callable[[], Settings]
    settings: Settings
    read_at: dict[Path, Stamp]  # taken before they were loaded
    engine: Engine
    clock: Callable[[], datetime]
    make_outbox: Callable[[Settings], Outbox]
    set_up_logs: Callable[[Settings], None]
    outbox: Outbox
    guard: HealthMonitor
    slack_app: SlackApp
    beside: Service
    is_reload_requested: bool = False  # by SIGHUP, or again after trouble
    watches_changed: Callable[[], None] = lambda: None  # called when the new ones are in use
    # a round that goes on stores each result by one configuration
    settings_lock: SettingsLock = field(default_factory=SettingsLock)
    _applying: asyncio.Lock = field(default_factory=asyncio.Lock)

    def is_old(self) -> bool:
        """Return True if a file has changed, or a reload was requested."""
        return self.is_reload_requested or stamps(self.read_at) != self.read_at

    async def apply_stored(self) -> None:
        """Use the stored watches, and one name for each Slack channel that has several."""
        async with self._applying:  # an older read must not replace a newer one
            self.settings = await asyncio.to_thread(with_stored, self.engine, self.settings)
        self.outbox.name_channels(self.settings.channels())

    @asynccontextmanager
    async def changing_watches(self) -> AsyncIterator[None]:
        """Change watches while no result is stored. Use them before the next one is stored.

        So a role that opens just now is in the answer to `watch`, or has an alert.
        """
        async with self.settings_lock.changing():
            yield
            await self.apply_stored()
        self.watches_changed()

    async def reconfigure(self) -> bool:
        """Apply the changed settings. Return False if they were refused.

        Database errors are raised, and the reload is then still requested.
        """
        found, self.is_reload_requested = await self._settled(), False
        try:
            taken = await self._take_up()
        except BaseException:
            self.is_reload_requested = True
            raise
        self.read_at = {
            file: found.get(file, now) for file, now in stamps(self.settings.sources).items()
        }
        return taken

    async def _settled(self) -> dict[Path, Stamp]:
        """Return the files' stamps once nobody writes them.

        The first half of a file may be valid, and have half of the boards.
        """
        before = self.read_at
        for _ in range(_PATIENCE):
            found = stamps(self.read_at)
            if found == before:
                break
            before = found
            await asyncio.sleep(_SETTLED)
        return before

    async def _take_up(self) -> bool:
        """Apply new settings: the steps that can be refused come first, then the database."""
        before = self.settings
        try:
            settings = self.load()
            _refuse_emptied(before, settings)
            _require_same_database(before, settings)
            _require_same_queue(before, settings)
            outbox = self.make_outbox(settings)
            await self._reconfigure_listeners(before, settings)
        except UserError as error:
            # a mistake of a person, who needs no traceback
            log.error("configuration_refused", reason=str(error))  # noqa: TRY400
            await asyncio.to_thread(self._refuse, str(error).splitlines())
            return False
        try:
            async with self.settings_lock.changing():
                await asyncio.to_thread(store_configuration, self.engine, settings, self.clock())
                self.settings = await asyncio.to_thread(with_stored, self.engine, settings)
        except DATABASE_ERRORS:
            await self._reconfigure_listeners(settings, before)
            raise
        self.set_up_logs(settings)
        self.outbox.reconfigure(outbox)
        await self.outbox.ask_channel_names()
        await self.apply_stored()
        self.slack_app.reconfigure(self.settings)
        log.info("configuration_reloaded", boards=len(settings.boards), rules=len(settings.rules))
        return True

    async def _reconfigure_listeners(self, before: Settings, settings: Settings) -> None:
        """Listen where the settings say. On UserError all listen where they did before."""
        await self.guard.reconfigure(settings)
        try:
            await self.beside.reconfigure(settings)
        except UserError:
            await self.guard.reconfigure(before)
            raise

    def _refuse(self, mistakes: list[str]) -> None:
        with self.engine.begin() as connection:
            daemon_incidents.refused_file(
                connection, Alerting(self.settings), mistakes, self.clock()
            )


def _refuse_emptied(now: Settings, changed: Settings) -> None:
    """Refuse a file without boards and rules. The last board alone may be removed."""
    had_rules = any(rule.watch is None for rule in now.rules)  # the others are not in the file
    if had_rules and not changed.boards and not changed.rules:
        raise UserError(
            f"{changed.file}: it has no board and no rule any more: bring them back, or stop the"
            " daemon"
        )


def _require_same_database(now: Settings, changed: Settings) -> None:
    if now.database_url.get_secret_value() != changed.database_url.get_secret_value():
        raise UserError(
            f"{changed.file}: database.url: the database of a running daemon cannot change: "
            "restart the daemon to use this one"
        )


def _require_same_queue(now: Settings, changed: Settings) -> None:
    if now.workers.queue != changed.workers.queue:
        raise UserError(
            f"{changed.file}: workers.queue: who checks the boards of a running daemon cannot"
            " change: restart the daemon"
        )
