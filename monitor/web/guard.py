"""Check every request before a page sees it, and add the headers of every answer.

In this order: the host name, the method, the password; then a time limit. It is an ASGI application
around the site's, so that errors and files get the same headers as pages.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from monitor.config.model import WebSettings
from monitor.web import keys
from monitor.web.access import TryLimit, basic_password, host_name, is_loopback, is_same, own_hosts

# 'self' alone: no inline script or style, nothing of other hosts, no frame around the page
_POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Final = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_OPEN: Final = "/healthz"  # needs no password
_WITH_KEY: Final = ("/feeds/", "/calendar.ics", "/calendar/")  # also take `?key=…`
_MOST_AT_ONCE: Final = 100
_METHODS: Final = "GET, HEAD"
_UNPROTECTED: Final = "This page needs a password: set $ROLEWATCH_WEB_PASSWORD."


@dataclass(frozen=True, slots=True)
class Guard:
    """The site behind its guard. `settings` gives the current `[web]`."""

    app: ASGIApp
    listen: str
    settings: Callable[[], WebSettings]
    tries: TryLimit
    seconds: float
    working: set[asyncio.Task[None]] = field(default_factory=set)  # requests in work

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        answer = _Answer(send)
        refused = self._refuse(Request(scope)) or self._refuse_crowd()
        if refused is not None:
            await refused(scope, receive, answer.send)
            return
        work = asyncio.create_task(_run(self.app, scope, receive, answer.send))
        self.working.add(work)
        work.add_done_callback(self.working.discard)
        sentence = "This took too long. Narrow the filters, or try again."
        try:
            await asyncio.wait({work}, timeout=self.seconds)
        except asyncio.CancelledError:  # the server stops
            sentence = "rolewatch is stopping."
        if work.done():
            error = work.exception()
            if error is not None and not answer.begun:
                raise error  # else the page's own handler has logged and answered it
        elif not answer.begun:
            answer.over = True
            work.cancel()  # it may not have begun
            await _plain(503, sentence)(scope, receive, answer.send_always)

    def _refuse_crowd(self) -> Response | None:
        if len(self.working) < _MOST_AT_ONCE:
            return None
        return _plain(503, "Too many requests at once. Try again.", {"Retry-After": "1"})

    def _refuse(self, request: Request) -> Response | None:
        web = self.settings()
        host = host_name(request.headers.get("host", ""))
        if host not in own_hosts(self.listen, web.base_url):
            return _plain(421, "rolewatch does not serve this host name. See [web] base_url.")
        if request.method not in {"GET", "HEAD"}:
            return _plain(405, "This page only reads: GET and HEAD.", {"Allow": _METHODS})
        if request.scope["path"] == _OPEN:
            return None
        return self._refuse_stranger(request, web.password)

    def _refuse_stranger(self, request: Request, secret: SecretStr | None) -> Response | None:
        """Return 401 or 429, or None for whoever knows the password or the feed's key.

        Without a password everybody may read on loopback, and nobody beyond it: a changed `.env`
        may have lost the password since the start.
        """
        if secret is None:
            return None if is_loopback(self.listen) else _plain(503, _UNPROTECTED)
        password = secret.get_secret_value()
        address = request.client.host if request.client else ""
        if left := self.tries.seconds_left(address):
            return _too_many(left)
        given = basic_password(request.headers.get("authorization", ""))
        key = request.query_params.get("key", "")
        if given is not None and is_same(given, password):
            return None
        path = request.scope["path"]
        if key and path.startswith(_WITH_KEY) and keys.is_key(password, path, key):
            return None
        if given is not None or key:
            self.tries.note_wrong(address)
            if left := self.tries.seconds_left(address):
                return _too_many(left)
        return _plain(
            401,
            "This page needs its password.",
            {"WWW-Authenticate": 'Basic realm="rolewatch", charset="UTF-8"'},
        )


@dataclass(slots=True)
class _Answer:
    """Sends an answer with the headers of every answer. Nothing once the time is over."""

    raw: Send
    begun: bool = False
    over: bool = False

    async def send(self, message: Message) -> None:
        if not self.over:
            await self.send_always(message)

    async def send_always(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.begun = True
            own = {name.lower().encode(): value.encode() for name, value in HEADERS.items()}
            kept = [pair for pair in message["headers"] if pair[0].lower() not in own]
            message = {**message, "headers": [*kept, *own.items()]}
        await self.raw(message)


async def _run(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    await app(scope, receive, send)


def _too_many(seconds: int) -> Response:
    return _plain(
        429,
        "Too many wrong passwords from this address. Try again in a minute.",
        {"Retry-After": str(seconds)},
    )


def _plain(status: int, sentence: str, headers: Mapping[str, str] | None = None) -> Response:
    return PlainTextResponse(f"{sentence}\n", status, headers=dict(headers or {}))
