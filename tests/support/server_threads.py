"""Servers in threads, for tests without an event loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from typing import Any, TypeVar

from monitor.demo.board_server import BoardServer

Server = TypeVar("Server", bound=AbstractAsyncContextManager[Any])


@contextmanager
def serving() -> Iterator[BoardServer]:
    """Run a board server in a thread, for callers without an event loop."""
    with in_a_thread(BoardServer()) as server:
        yield server


@contextmanager
def in_a_thread(server: Server) -> Iterator[Server]:
    """Run the server in a thread."""
    ready, stop = threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        async with server:
            ready.set()
            await stop.wait()

    thread = threading.Thread(
        target=loop.run_until_complete, args=[serve()], name="board server", daemon=True
    )
    thread.start()
    ready.wait()
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()
