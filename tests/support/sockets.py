"""Addresses of this machine, and a service that takes signs of life."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web
from pydantic import SecretStr


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@asynccontextmanager
async def service(status: int = 200) -> AsyncIterator[tuple[SecretStr, list[str]]]:
    """Yield a heartbeat service: its secret address, and the requested paths."""
    asked: list[str] = []

    async def take(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response(status=status)

    app = web.Application()
    app.router.add_get("/{rest:.*}", take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield SecretStr(f"http://127.0.0.1:{runner.addresses[0][1]}/s3cr3t-ping"), asked
    await runner.cleanup()
