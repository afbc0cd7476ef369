"""Publish App Home: when a person opens it, and when one of its lists changes.

It is published to people who have opened it, and only if its content differs from what this process
published last. A failure is logged and stops nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import structlog
from sqlalchemy import Connection, Engine, insert, select, update

from monitor.config.model import Settings
from monitor.database.engine import read_transaction
from monitor.database.tables import HomeVisitor
from monitor.notify.base import NotifyError
from monitor.notify.document import Document
from monitor.queries.home import personal_lists
from monitor.slack_app.home_view import home
from monitor.slack_app.slack_calls import SlackCalls

log = structlog.get_logger()
_HIDDEN: Final = frozenset({"not_enabled", "home_tab_disabled"})  # the app has no Home tab


@dataclass
class HomePublisher:
    """Publishes App Home with the newest settings."""

    engine: Engine
    settings: Callable[[], Settings]
    calls: SlackCalls
    clock: Callable[[], datetime]
    _shown: dict[str, Document] = field(default_factory=dict)  # by person, without the grey line
    _hidden: bool = False  # the app's settings hide the tab
    _publishing: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def opened(self, user: str) -> None:
        """Publish to a person who opened the tab, and remember them."""
        self._hidden = False  # whoever sees the tab has one
        await self._guarded(user, visit=True)

    async def publish(self, user: str) -> None:
        """Publish to a person, one of whose lists may have changed."""
        await self._guarded(user, visit=False)

    async def refresh(self) -> None:
        """Publish to everyone whose lists have changed."""
        if self._hidden or self.settings().slack.token is None:
            return
        try:
            visitors = await asyncio.to_thread(self._visitors)
        except Exception:  # as below
            log.exception("app_home_not_refreshed")
            return
        for user in visitors:
            await self._guarded(user, visit=False)

    async def _guarded(self, user: str, *, visit: bool) -> None:
        """Publish. Catches everything: alerts, clicks and commands must go on."""
        try:
            async with self._publishing:
                await self._publish(user, visit=visit)
        except NotifyError as error:
            self._hidden |= error.slack_error in _HIDDEN  # not tried again until a visit
            log.warning("app_home_not_published", user=user, reason=error.reason)
        except Exception:
            log.exception("app_home_not_published", user=user)

    async def _publish(self, user: str, *, visit: bool) -> None:
        if self._hidden:
            return
        document = await asyncio.to_thread(self._document, user, visit=visit)
        # the last line says when boards were read, which is no news
        if document is None or (not visit and self._shown.get(user) == document[:-1]):
            return
        await self.calls.publish_home(user, document)
        self._shown[user] = document[:-1]

    def _document(self, user: str, *, visit: bool) -> Document | None:
        """Return a person's App Home. None for one who has never opened it."""
        now = self.clock()
        if visit:
            with self.engine.begin() as connection:
                _remember(connection, user, now)
        with read_transaction(self.engine) as connection:
            known = select(HomeVisitor.user_id).where(HomeVisitor.user_id == user)
            if connection.scalar(known) is None:
                return None
            return home(personal_lists(connection, self.settings(), user, now))

    def _visitors(self) -> list[str]:
        with read_transaction(self.engine) as connection:
            query = select(HomeVisitor.user_id).order_by(HomeVisitor.user_id)
            return list(connection.scalars(query))


def _remember(connection: Connection, user: str, now: datetime) -> None:
    mine = HomeVisitor.user_id == user
    if not connection.execute(update(HomeVisitor).where(mine).values(opened_at=now)).rowcount:
        connection.execute(insert(HomeVisitor).values(user_id=user, opened_at=now))
