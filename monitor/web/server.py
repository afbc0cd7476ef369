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
            log_level="error",  # a warning is a stranger's mistake, which nobody can act on
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
    bound = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, int(port)))
        bound.setblocking(False)
    except (OSError, UnicodeError) as error:  # the latter for a host such as `a..b`
        bound.close()
        reason = getattr(error, "strerror", None) or "it is no host name"
        raise UserError(f"web.listen: {listen} cannot be listened on: {reason}") from error
    return bound
