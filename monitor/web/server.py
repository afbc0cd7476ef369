"""Serve the site with uvicorn inside the caller's event loop.

`uvicorn.Server.serve` takes the process's signals and wakes ten times a second to renew a date
header. The daemon has its own signals and is idle while nobody reads the page. So the server is
started and shut down here, without that loop, and Starlette's answers carry no date.
"""

from __future__ import annotations

import socket
from contextlib import suppress
from typing import Final

import structlog
import uvicorn
from starlette.types import ASGIApp

from monitor.errors import UserError

log = structlog.get_logger()
_STOP_WITHIN: Final = 2  # seconds for answers that are being sent


class PageServer:
    """One listening address."""

    def __init__(self, app: ASGIApp, listen: str) -> None:
        config = uvicorn.Config(
            app,
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="warning",
            access_log=False,
            proxy_headers=False,  # the address of the connection counts wrong passwords
            server_header=False,
            date_header=False,
            timeout_graceful_shutdown=_STOP_WITHIN,
        )
        config.load()
        self.listen = listen
        self._server = uvicorn.Server(config)
        self._server.lifespan = config.lifespan_class(config)
        self._sockets: list[socket.socket] = []

    async def start(self) -> None:
        """Start listening. Raise UserError when the address is not available."""
        self._sockets = [_bound(self.listen)]
        await self._server.startup(sockets=self._sockets)
        log.info("page served", address=self.listen)

    async def stop(self) -> None:
        """Stop listening, and wait shortly for answers that are being sent."""
        if self._sockets:
            with suppress(OSError):
                await self._server.shutdown(sockets=self._sockets)
            self._sockets = []


def _bound(listen: str) -> socket.socket:
    host, _, port = listen.rpartition(":")
    host = host.strip("[]")
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        bound = socket.socket(family, socket.SOCK_STREAM)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, int(port)))
        bound.setblocking(False)
    except OSError as error:
        raise UserError(f"web.listen: {listen} cannot be listened on: {error.strerror}") from error
    return bound
