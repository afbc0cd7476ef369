"""Listen for PostgreSQL's NOTIFY: another process has written.

https://www.postgresql.org/docs/current/sql-notify.html
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from sqlalchemy import Engine

from monitor.database.engine import CHANNEL
from monitor.database.trouble import DATABASE_ERRORS


class Listener:
    """Calls `on_write` in the event loop when another process writes to PostgreSQL."""

    def __init__(self, engine: Engine, on_write: Callable[[], None]) -> None:
        self._engine, self._on_write = engine, on_write
        self._connection: Any = None  # the driver's, taken out of the pool
        self._number = -1  # its socket

    @property
    def is_missing(self) -> bool:
        """True while it should listen and does not."""
        return self._connection is None and self._engine.dialect.name == "postgresql"

    async def keep(self) -> None:
        """Listen, again after a lost connection. Call once for what was missed in between."""
        if not self.is_missing:
            return
        self._connection = await asyncio.to_thread(self._listen)
        if self._connection is not None:
            self._number = self._connection.fileno()
            asyncio.get_running_loop().add_reader(self._number, self._read)
            self._on_write()

    def close(self) -> None:
        """Stop listening. Call it in the event loop."""
        if self._connection is not None:
            asyncio.get_running_loop().remove_reader(self._number)
            with suppress(*DATABASE_ERRORS, self._errors):
                self._connection.close()
        self._connection = None

    @property
    def _errors(self) -> type[Exception]:
        found: type[Exception] = self._engine.dialect.loaded_dbapi.Error
        return found

    def _listen(self) -> Any:  # a type of the driver, which is an extra  # noqa: ANN401
        """Return a listening connection. None while the server cannot be reached."""
        try:
            connection = self._engine.raw_connection()
            driver: Any = connection.driver_connection
            connection.detach()
            driver.autocommit = True
            driver.execute(f"LISTEN {CHANNEL}")
        except self._errors:
            return None
        return driver

    def _read(self) -> None:
        server = self._connection.pgconn
        try:
            server.consume_input()
        except self._errors:
            self.close()
            self._on_write()
            return
        notified = False
        while server.notifies():
            notified = True
        if notified:
            self._on_write()
