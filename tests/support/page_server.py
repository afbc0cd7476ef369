"""A site served on this machine from a thread, and a browser that reads it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from shutil import which
from typing import Final

from playwright.sync_api import Browser, sync_playwright

from monitor.config.model import Settings
from monitor.database.reading import reading_engine
from monitor.web.app import make_app
from monitor.web.server import PageServer
from monitor.web.site import Site
from tests.support.sockets import free_port

CHROMIUM: Final = next(
    filter(None, map(which, ("chromium", "chromium-browser", "google-chrome"))), None
)
_FLAGS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)


@contextmanager
def served(url: str, settings: Settings, now: datetime) -> Iterator[str]:
    """Serve the site of a database at a moment. Return its address without a slash."""
    listen = f"127.0.0.1:{free_port()}"
    engine = reading_engine(url)
    server = PageServer(make_app(Site(engine, lambda: settings, lambda: now, listen)), listen)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(server.start(), loop).result(10)
        yield f"http://{listen}"
    finally:
        asyncio.run_coroutine_threadsafe(server.stop(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
        engine.dispose()


@contextmanager
def browser() -> Iterator[Browser]:
    """Start the machine's Chromium without a window."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=list(_FLAGS))
        try:
            yield started
        finally:
            started.close()
