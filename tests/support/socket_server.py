"""A small Slack with Socket Mode on the loopback: envelopes, acknowledgements, answers, calls.

It accepts what Slack accepts and records the rest in `complaints`. `refuse` orders a fault.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from aiohttp import WSMsgType, web

from tests.support.block_rules import TOTAL, faults, length, view_faults

BOT, APP = "xoxb-1-2-testToken", "xapp-1-A1-2-testToken"
ALICE, BOB, ADMIN = "U0ALICE001", "U0BOBBY001", "U0ADMIN001"
ROLES, OPS = "C000ROLES", "C0000OPS"
CARD = "1700000000.000100"
Body = dict[str, Any]


@dataclass
class SocketServer:
    url: str = ""
    sockets: list[web.WebSocketResponse] = field(default_factory=list)
    opened: int = 0  # addresses that were given out
    greets: bool = True
    silence: float = 30.0  # seconds of a handshake that is refused with `silence`
    # by method: what is answered instead of what Slack documents
    odd: dict[str, Body] = field(default_factory=dict)
    # (method, an error word or an HTTP status), one call each
    refusals: list[tuple[str, object]] = field(default_factory=list)
    acked: dict[str, float] = field(default_factory=dict)  # envelope → seconds
    calls: list[tuple[str, Body]] = field(default_factory=list)
    answers: list[Body] = field(default_factory=list)  # to the one who asked
    files: dict[str, bytes] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)
    _tickets: set[str] = field(default_factory=set)
    _sent: dict[str, float] = field(default_factory=dict)
    _numbers: Any = field(default_factory=lambda: count(1))

    @property
    def api_url(self) -> str:
        return f"{self.url}/api/"

    def refuse(self, method: str, with_: object, times: int = 1) -> None:
        self.refusals += [(method, with_)] * times

    def made(self, method: str) -> list[Body]:
        """Return the accepted calls of a method."""
        return [arguments for name, arguments in self.calls if name == method]

    def said(self) -> list[str]:
        return [answer["text"] for answer in self.answers]

    async def api(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        arguments: Body = dict(request.query) | (
            dict(await request.post())
            if request.content_type.startswith("application/x-www")
            else await _json(request)
        )
        refusal = self._refusal(method)
        if isinstance(refusal, int):
            return web.Response(status=refusal, headers={"Retry-After": "0"})
        if refusal is not None:
            return web.json_response({"ok": False, "error": refusal})
        token = APP if method == "apps.connections.open" else BOT
        if request.headers.get("Authorization") != f"Bearer {token}":
            return web.json_response({"ok": False, "error": "invalid_auth"})
        self._check(method, arguments)
        self.calls.append((method, arguments))
        return web.json_response(
            {
                "ok": True,
                **(self.odd[method] if method in self.odd else self._answer(method, arguments)),
            }
        )

    def _refusal(self, method: str) -> object:
        refusal = next((one for one in self.refusals if one[0] == method), None)
        if refusal is None:
            return None
        self.refusals.remove(refusal)
        return refusal[1]

    def _answer(self, method: str, arguments: Body) -> Body:
        ticket = str(next(self._numbers))
        match method:
            case "apps.connections.open":
                self.opened += 1
                self._tickets.add(ticket)
                return {"url": f"{self.url.replace('http', 'ws', 1)}/link?ticket={ticket}"}
            case "files.getUploadURLExternal":
                return {"upload_url": f"{self.url}/upload/{ticket}", "file_id": f"F{ticket}"}
            case "files.completeUploadExternal":
                return {"files": json.loads(arguments["files"])}
            case "chat.postEphemeral":
                self.answers.append(arguments)
            case "conversations.list":
                return {"channels": [{"id": ROLES, "name": "roles"}, {"id": OPS, "name": "ops"}]}
        return {"ts": f"1700000000.{int(ticket):06d}", "channel": arguments.get("channel")}

    def _check(self, method: str, content: Body) -> None:
        found = faults(content["blocks"]) if "blocks" in content else []
        if method == "views.publish":
            found = view_faults(content["view"]["blocks"]) if _is_home(content) else ["no home"]
        if found or length(content.get("blocks", [])) > TOTAL:
            self.complaints.append(f"{method}: {found or 'too long'}")
        if method == "chat.postMessage" and "delivery_id" not in str(content.get("metadata")):
            self.complaints.append(f"{method}: no delivery id")
        if method.startswith(("chat.", "response")) and not str(content.get("text", "")).strip():
            self.complaints.append(f"{method}: no text")
        if len(str(content.get("text", ""))) > 4000:
            self.complaints.append(f"{method}: text too long")

    async def response(self, request: web.Request) -> web.Response:
        content = await request.json()
        refusal = self._refusal("response")
        if refusal is not None:
            return web.Response(status=int(str(refusal)), headers={"Retry-After": "0"})
        self._check("response", content)
        if content.get("response_type") != "ephemeral" or not isinstance(
            content.get("replace_original"), bool
        ):
            self.complaints.append("an answer that everybody sees")
        self.answers.append(content)
        return web.Response(text="ok")

    async def upload(self, request: web.Request) -> web.Response:
        self.files[request.match_info["ticket"]] = await request.read()
        return web.Response(text="OK")

    async def link(self, request: web.Request) -> web.StreamResponse:
        ticket = request.query["ticket"]
        refusal = self._refusal("link")
        if refusal == "silence":
            await asyncio.sleep(self.silence)
        if ticket not in self._tickets or refusal is not None:
            self._tickets.discard(ticket)  # an address is good for one try
            return web.Response(status=408)
        self._tickets.discard(ticket)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        if self.greets:
            self.sockets.append(socket)
            await socket.send_json({"type": "hello", "num_connections": len(self.sockets)})
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                envelope_id = json.loads(message.data)["envelope_id"]
                self.acked[envelope_id] = time.monotonic() - self._sent[envelope_id]
        if socket in self.sockets:
            self.sockets.remove(socket)
        return socket

    async def send(self, kind: str, payload: object, *, times: int = 1) -> float:
        """Send an envelope to the newest connection. Return the seconds to its acknowledgement."""
        envelope_id = f"e{next(self._numbers)}"
        self._sent[envelope_id] = time.monotonic()
        for _ in range(times):
            await self.sockets[-1].send_json(
                {
                    "envelope_id": envelope_id,
                    "type": kind,
                    "payload": payload,
                    "accepts_response_payload": True,
                }
            )
        async with asyncio.timeout(3):
            # a server's own book rings no bell
            while envelope_id not in self.acked:  # noqa: ASYNC110
                await asyncio.sleep(0.005)
        return self.acked[envelope_id]

    async def raw(self, text: str) -> None:
        await self.sockets[-1].send_str(text)

    async def click(
        self,
        action: str,
        value: str = "",
        user: str = ALICE,
        channel: str = ROLES,
        *,
        times: int = 1,
        at: str = "",
        private: bool = False,
        ts: str = CARD,
    ) -> float:
        payload = click(action, value, user, channel, ts=ts, at=at, url=self._response_url())
        payload["container"]["is_ephemeral"] = private
        return await self.send("interactive", payload, times=times)

    async def home_click(self, action: str, value: str, user: str = ALICE) -> float:
        """Choose an entry of a menu in App Home: in a view, without a channel or an answer."""
        act: Body = {"action_id": action, "block_id": "b", "type": "static_select"}
        act |= {"selected_option": {"value": value}, "action_ts": f"{time.time_ns()}"}
        payload = {
            "type": "block_actions",
            "user": {"id": user, "name": "somebody"},
            "container": {"type": "view", "view_id": "V0HOME"},
            "view": {"id": "V0HOME", "type": "home"},
            "actions": [act],
        }
        return await self.send("interactive", payload)

    async def slash(self, text: str, user: str = ALICE, *, times: int = 1) -> float:
        trigger = f"t{next(self._numbers)}"
        payload = {
            "command": "/rolewatch",
            "text": text,
            "user_id": user,
            "channel_id": ROLES,
            "trigger_id": trigger,
        }
        return await self.send(
            "slash_commands", payload | {"response_url": self._response_url()}, times=times
        )

    async def disconnect(self, reason: str) -> None:
        """As Slack does: `drop` cuts the connection, anything else says so first."""
        for socket in list(self.sockets):
            if reason != "drop":
                await socket.send_json({"type": "disconnect", "reason": reason})
            elif socket._req is not None and socket._req.transport is not None:
                socket._req.transport.abort()

    def _response_url(self) -> str:
        return f"{self.url}/response/{next(self._numbers)}"


def click(
    action: str,
    value: str = "",
    user: str = ALICE,
    channel: str = ROLES,
    *,
    ts: str = CARD,
    at: str = "",
    url: str = "",
) -> Body:
    """Return a `block_actions` payload."""
    act = {
        "action_id": action,
        "block_id": "b",
        "type": "button",
        "value": value,
        "action_ts": at or f"{time.time_ns()}",
    }
    return {
        "type": "block_actions",
        "user": {"id": user, "username": "somebody"},
        "container": {
            "type": "message",
            "message_ts": ts,
            "channel_id": channel,
            "is_ephemeral": False,
        },
        "channel": {"id": channel},
        "actions": [act],
        "response_url": url,
    }


def _is_home(content: Body) -> bool:
    view = content.get("view")
    return set(content) == {"user_id", "view"} and (
        isinstance(view, dict) and set(view) == {"type", "blocks"} and view["type"] == "home"
    )


async def _json(request: web.Request) -> Body:
    body = await request.text()
    found: Body = json.loads(body) if body else {}
    return found


@asynccontextmanager
async def socket_server() -> AsyncIterator[SocketServer]:
    """Yield a running server on a port of its own. Assert at the end that all calls were valid."""
    server = SocketServer()
    app = web.Application()
    app.router.add_route("*", "/api/{method}", server.api)
    app.router.add_get("/link", server.link)
    app.router.add_post("/response/{id}", server.response)
    app.router.add_post("/upload/{ticket}", server.upload)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield server
    await runner.cleanup()
    assert server.complaints == []
