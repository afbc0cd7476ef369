"""/healthz and /metrics, served by the daemon's own loop where `[health] listen` says."""

from __future__ import annotations

import errno
import os
from collections.abc import Awaitable, Callable, Sequence

from aiohttp import web

from monitor.errors import UserError

_MISSING = "metrics need the extra `metrics`: pip install 'rolewatch[metrics]'\n"


class NoMetrics(Exception):  # a state of the database  # noqa: N818
    """The database does not answer."""


class AddressInUseError(UserError):
    """The address is in use, perhaps by our own previous server."""


class HealthServer:
    """Serves /healthz and /metrics.

    `reasons` returns the current problems, `metrics` the text of /metrics. It returns None where
    the library is missing, and raises NoMetrics when the database does not answer.
    """

    def __init__(
        self,
        listen: str,
        reasons: Callable[[], Sequence[str]],
        metrics: Callable[[], Awaitable[bytes | None]],
    ) -> None:
        self.listen, self._reasons, self._metrics = listen, reasons, metrics
        app = web.Application()
        app.router.add_get("/healthz", self._healthz)
        app.router.add_get("/metrics", self._serve_metrics)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)

    async def start(self) -> None:
        """Start listening. Raises UserError when the address is not available."""
        host, _, port = self.listen.rpartition(":")
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, host.strip("[]"), int(port)).start()
        except OSError as error:
            await self._runner.cleanup()
            number = error.errno or 0
            kind = AddressInUseError if number == errno.EADDRINUSE else UserError
            # asyncio's text has the address again. A host that is not found has a negative number
            reason = os.strerror(number) if number > 0 else error.strerror
            raise kind(
                f"health.listen: {self.listen} cannot be listened on: {reason};"
                " choose another host or port"
            ) from error

    async def stop(self) -> None:
        await self._runner.cleanup()

    @property
    def port(self) -> str:
        return self.listen.rpartition(":")[2]

    async def _healthz(self, _: web.Request) -> web.Response:
        wrong = self._reasons()
        return web.Response(
            text="".join(f"{line}\n" for line in wrong or ["ok"]), status=503 if wrong else 200
        )

    async def _serve_metrics(self, _: web.Request) -> web.Response:
        try:
            text = await self._metrics()
        except NoMetrics:
            return web.Response(text="the database does not answer\n", status=503)
        if text is None:
            return web.Response(text=_MISSING, status=501)
        return web.Response(
            body=text, headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"}
        )
