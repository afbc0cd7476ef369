"""The page as a part of a running program: alone in its process, or beside the daemon."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from datetime import datetime
from typing import Final

from sqlalchemy import Engine

from monitor.config.model import Settings
from monitor.database.reading import reading_engine, stop_reads
from monitor.errors import UserError
from monitor.web.access import require_password
from monitor.web.app import make_app
from monitor.web.prepared import AT_ONCE
from monitor.web.server import PageServer
from monitor.web.site import Site

LISTEN: Final = "127.0.0.1:8460"


class PageService:
    """Serves the page where `[web] listen` says, and follows changed settings."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._settings: Settings | None = None
        self._engines: tuple[Engine, Engine] | None = None
        self._server: PageServer | None = None

    async def start(self, settings: Settings) -> None:
        """Serve the page. Raise UserError if the address is not available or needs a password."""
        self._settings = settings
        listen = settings.web.listen
        if listen is not None:
            self._server = await self._serve(listen, settings)

    async def reconfigure(self, settings: Settings) -> None:
        """Use changed settings. On UserError everything stays as before."""
        listen, old = settings.web.listen, self._server
        if listen is not None:
            require_password(listen, settings.web)
        if listen == (old.listen if old else None):
            self._settings = settings
            return
        if listen is not None and old is not None and _port(listen) == _port(old.listen):
            await self._move(listen, settings, old.listen)
            return
        new = await self._serve(listen, settings) if listen is not None else None
        self._settings, self._server = settings, new
        if old is not None:
            await old.stop()

    async def _move(self, listen: str, settings: Settings, before: str) -> None:
        """Serve another host at the same port, which only one socket can have at a time."""
        assert self._server is not None  # it serves `before`  # noqa: S101
        await self._server.stop()
        try:
            self._server = await self._serve(listen, settings)
        except UserError:
            self._server = await self._serve(before, self._current())
            raise
        self._settings = settings

    async def stop(self) -> None:
        if self._server is not None:
            await self._server.stop()
        if self._engines is not None:
            _close(self._engines)

    async def _serve(self, listen: str, settings: Settings) -> PageServer:
        require_password(listen, settings.web)
        if self._engines is None:
            self._engines = _open(settings)
        engine, beside = self._engines
        site = Site(engine, self._current, self._clock, listen, beside=beside)
        server = PageServer(make_app(site), listen)
        await server.start()
        return server

    def _current(self) -> Settings:
        assert self._settings is not None  # noqa: S101  # `start` has set it
        return self._settings


def _port(listen: str) -> str:
    return listen.rpartition(":")[2]


def _open(settings: Settings) -> tuple[Engine, Engine]:
    """Return the engine of requests, and another one of what is made beside them."""
    url = settings.database_url.get_secret_value()
    return reading_engine(url), reading_engine(url, AT_ONCE)


def _close(engines: tuple[Engine, Engine]) -> None:
    for engine in engines:
        stop_reads(engine)
        engine.dispose()


async def serve_alone(
    listen: str,
    settings: Callable[[], Settings],
    clock: Callable[[], datetime],
    ready: Callable[[str], None],
) -> None:
    """Serve the page until SIGTERM or SIGINT. `ready` gets the address once it listens.

    Raise UserError if the address is not available or needs a password.
    """
    now = settings()
    require_password(listen, now.web)
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    engines = engine, beside = _open(now)
    site = Site(engine, settings, clock, listen, beside=beside)
    server = PageServer(make_app(site), listen)
    try:
        await server.start()
        ready(server.address)
        await stop.wait()
    finally:
        await server.stop()
        _close(engines)
