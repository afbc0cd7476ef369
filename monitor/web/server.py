"""Serve the site with uvicorn inside the caller's event loop.

`uvicorn.Server.serve` takes the process's signals and wakes ten times a second to renew a date
header. The daemon has its own signals and is idle while nobody reads the page. So the server is
started and shut down here, without that loop, and Starlette's answers carry no date.
"""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from typing import Final, cast

import h11
import structlog
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from monitor.errors import UserError
from monitor.web.guard import HEADERS

log = structlog.get_logger()
ARRIVES_WITHIN: Final = 10.0  # seconds for the first request of a connection
_STOP_WITHIN: Final = 2  # seconds for answers that are being sent


class _Protocol(H11Protocol):
    """uvicorn's protocol: a broken request is answered with our headers, a late one is not."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for the first request, but not for ever."""
        super().connection_made(transport)
        self.loop.call_later(ARRIVES_WITHIN, self._end_without_request)

    def _end_without_request(self) -> None:
        if cast("object", self.cycle) is None:  # uvicorn types it as always there
            self.transport.close()

    def send_400_response(self, msg: str) -> None:
        headers = {"Content-Type": "text/plain; charset=utf-8", "Connection": "close"} | HEADERS
        named = [(name.encode(), value.encode()) for name, value in headers.items()]
        for event in (
            h11.Response(status_code=400, headers=named, reason=b"Bad Request"),
            h11.Data(data=f"{msg}\n".encode()),
            h11.EndOfMessage(),
        ):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()


class PageServer:
    """One listening address."""

    def __init__(self, app: ASGIApp, listen: str) -> None:
        config = uvicorn.Config(
            app,
            http=_Protocol,
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
        log.info("web_server_started", address=self.address)

    @property
    def address(self) -> str:
        """The host and the port that it listens on: the system chooses one for port 0."""
        port = self._sockets[0].getsockname()[1]
        return f"{self.listen.rpartition(':')[0]}:{port}"

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
        raise UserError(
            f"web.listen: {listen} cannot be listened on: {reason}; choose another host or port"
        ) from error
    return bound
