"""A small strict Slack on the loopback: channels, posting, reading back, and faults.

The methods are in `slack_methods.py`.
"""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.support.slack_channel import Body, Channel, Refusal, delivery_of
from tests.support.slack_methods import Methods

TOKEN = "xoxb-1-2-testToken"
APP_TOKEN = "xapp-1-A0-3-testToken"
PATIENCE = 5  # seconds that a notifier waits in tests: a busy machine answers in less
IMPATIENCE = 1  # where a test orders a timeout
WEBHOOK = "/services/T1/B1/testSecret"
ROLES, OPS, ARCHIVED, ABSENT = "C000ROLES", "C0000OPS", "C00OLD001", "C0NOTIN01"
_GARBLED = {
    "500": (500, "<html>error</html>", "text/html"),
    "bad_json": (200, '{"ok":true,"chan', "application/json"),
    "text": (200, "a proxy's page", "text/plain"),
    "line": (200, "ok\n", "text/html"),
    "empty": (204, "", "text/plain"),
    "list": (200, "[]", "application/json"),
}


@dataclass
class SlackServer(Methods):
    wait: int = 1  # seconds of a Retry-After
    hang: float = 30.0  # seconds of a timeout
    patience: int = PATIENCE
    faults: list[tuple[str, str]] = field(default_factory=list)  # (method, kind), one call each
    calls: Counter[str] = field(default_factory=Counter)
    token: str = TOKEN
    scopes: str = "chat:write,channels:read,channels:history,groups:read,groups:history"
    url: str = ""
    # called with the method of each call that has arrived, before it is worked on
    hook: Callable[[str], Awaitable[None]] | None = None

    def __post_init__(self) -> None:
        known = (
            Channel(ROLES, "roles"),
            Channel(OPS, "ops"),
            Channel(ARCHIVED, "old", archived=True),
            Channel(ABSENT, "absent", member=False),
            Channel("C00SECRET", "secret", private=True),
        )
        self.channels = {channel.id: channel for channel in known}

    @property
    def api_url(self) -> str:
        return f"{self.url}/api/"

    @property
    def webhook_url(self) -> str:
        return self.url + WEBHOOK

    def break_next(
        self, kind: str, method: str = "chat.postMessage", times: int = 1, channel: str = ""
    ) -> None:
        """Order a fault: `500 429 timeout reset bad_json`, `accept_then_…`, or Slack's error."""
        if kind.endswith("timeout"):
            self.patience = IMPATIENCE
        self.faults += [(f"{method} {channel}".strip(), kind)] * times

    def copies(self, delivery_id: str) -> int:
        """Return the number of messages and replies with that delivery id."""
        return sum(
            delivery_of(message) == delivery_id
            for channel in self.channels.values()
            for message in channel.everything()
        )

    def texts(self, channel: str = ROLES) -> list[str]:
        return [message["text"] for message in self.channels[channel].messages]

    def delete(self, message: Body, channel: str = ROLES) -> None:
        """Delete a message as a person. One with replies leaves a tombstone."""
        messages = self.channels[channel].messages
        if message["ts"] in self.channels[channel].threads:
            messages[messages.index(message)] = {
                "ts": message["ts"],
                "text": "This message was deleted.",
                "subtype": "tombstone",
            }
        else:
            messages.remove(message)

    async def api(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        self.calls[method] += 1
        if self.hook is not None:
            await self.hook(method)
        arguments = dict(request.query) if request.method == "GET" else await request.json()
        return await self._answer(
            request,
            f"{method} {arguments.get('channel')}",
            lambda: self._work(method, arguments, _token(request)),
        )

    async def webhook(self, request: web.Request) -> web.StreamResponse:
        self.calls["webhook"] += 1
        content = await request.json()

        def work() -> web.Response:
            if request.path != WEBHOOK:
                return web.Response(status=404, text="no_service")
            try:
                self._store(self.channels[ROLES], content)
            except Refusal as refusal:
                return web.Response(status=400, text=refusal.word)
            return web.Response(text="ok", content_type="text/html")

        return await self._answer(request, "webhook", work)

    # a function
    async def _answer(self, request: web.Request, call: str, work: Any) -> web.StreamResponse:
        name, kind = next(
            (
                (name, kind)
                for name, kind in self.faults
                if name in {call, call.split(maxsplit=1)[0]}
            ),
            ("", ""),
        )
        if kind:
            self.faults.remove((name, kind))
        kind = kind.removeprefix("ok")  # this one goes well, a later one does not
        if not kind or kind.startswith("accept_then_"):
            answer: web.StreamResponse = work()
        broken = kind.removeprefix("accept_then_")
        if not broken:
            return answer
        if broken in {"timeout", "reset"}:
            await asyncio.sleep(self.hang if broken == "timeout" else 0)
            return _drop(request)
        return self._garbled(broken, call)

    def _garbled(self, kind: str, call: str) -> web.Response:
        if kind == "429":
            return web.json_response(
                {"ok": False, "error": "ratelimited"},
                status=429,
                headers={"Retry-After": str(self.wait)},
            )
        if call == "webhook" and kind not in _GARBLED:
            return web.Response(status=404, text=kind)
        status, text, content_type = _GARBLED.get(
            kind, (200, json.dumps({"ok": False, "error": kind}), "application/json")
        )
        return web.Response(status=status, text=text, content_type=content_type)

    def _work(self, method: str, arguments: Body, authorization: str) -> web.Response:
        token = APP_TOKEN if method == "apps.connections.open" else self.token
        if authorization != f"Bearer {token}":
            return web.json_response({"ok": False, "error": "invalid_auth"})
        try:
            body = {"ok": True, **getattr(self, "_" + method.replace(".", "_"))(arguments)}
            return web.json_response(body, headers={"X-OAuth-Scopes": self.scopes})
        except Refusal as refusal:
            return web.json_response(refusal.body)


def _token(request: web.Request) -> str:
    return request.headers.get("Authorization", "")


def _drop(request: web.Request) -> web.Response:
    """Cuts the connection, as a broken network does."""
    if request.transport is not None:
        request.transport.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
        )
        request.transport.abort()
    return web.Response(status=500)


@asynccontextmanager
async def slack_server() -> AsyncIterator[SlackServer]:
    """Yield a running server on a port of its own."""
    server = SlackServer()
    app = web.Application()
    app.router.add_route("*", "/api/{method}", server.api)
    app.router.add_post("/services/{rest:.*}", server.webhook)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield server
    await runner.cleanup()


def shown(message: Body) -> str:
    """Everything that a message holds, as one text to search in."""
    return json.dumps(message, ensure_ascii=False)
