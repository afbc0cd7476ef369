"""A small strict Slack on the loopback for the suite: channels, posting, reading back, and the ways in which a call goes wrong.

It takes only what rolewatch sends, keeps what Slack would keep, and complains about anything else in `complaints`.
"""

from __future__ import annotations

import asyncio
import json
import re
import socket
import struct
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from block_rules import TOTAL, faults, length
from slack_channel import Body, Channel, Refusal, delivery_of

TOKEN = "xoxb-1-2-testToken"
APP_TOKEN = "xapp-1-A0-3-testToken"
WEBHOOK = "/services/T1/B1/testSecret"
ROLES, OPS, ARCHIVED, ABSENT = "C000ROLES", "C0000OPS", "C00OLD001", "C0NOTIN01"
_GARBLED = {
    "500": (500, "<html>error</html>", "text/html"),
    "bad_json": (200, '{"ok":true,"chan', "application/json"),
    "text": (200, "a proxy's page", "text/plain"),
    "list": (200, "[]", "application/json"),
}


@dataclass
class SlackServer:
    page: int = 2  # items of a page, so that every reading has several
    wait: int = 1  # seconds of a Retry-After
    hang: float = 30.0  # seconds of a timeout
    faults: list[tuple[str, str]] = field(default_factory=list)  # (method, kind), one call each
    calls: Counter[str] = field(default_factory=Counter)
    complaints: list[str] = field(default_factory=list)
    channels: dict[str, Channel] = field(default_factory=dict)
    token: str = TOKEN
    private_scope: bool = True
    scopes: str = "chat:write,channels:read,channels:history,groups:read,groups:history"
    url: str = ""
    clock: Callable[[], float] = time.time
    _stamp: int = 0

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

    def break_next(self, kind: str, method: str = "chat.postMessage", times: int = 1, channel: str = "") -> None:
        """`500 429 timeout reset bad_json`, the same after `accept_then_`, or an error word of Slack's."""
        self.faults += [(f"{method} {channel}".strip(), kind)] * times

    def copies(self, delivery_id: str) -> int:
        """How many messages and replies carry that delivery id."""
        return sum(delivery_of(message) == delivery_id for channel in self.channels.values() for message in channel.everything())

    def texts(self, channel: str = ROLES) -> list[str]:
        return [message["text"] for message in self.channels[channel].messages]

    def delete(self, message: Body, channel: str = ROLES) -> None:
        """A person deletes a message: of one with replies a stone is left, which cannot be edited, and which replies still reach."""
        messages = self.channels[channel].messages
        if message["ts"] in self.channels[channel].threads:
            messages[messages.index(message)] = {"ts": message["ts"], "text": "This message was deleted.", "subtype": "tombstone"}
        else:
            messages.remove(message)

    async def api(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        self.calls[method] += 1
        arguments = dict(request.query) if request.method == "GET" else await request.json()
        return await self._answer(request, f"{method} {arguments.get('channel')}", lambda: self._work(method, arguments, _token(request)))

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

    async def _answer(self, request: web.Request, call: str, work: Any) -> web.StreamResponse:  # noqa: ANN401  # a function
        name, kind = next(((name, kind) for name, kind in self.faults if name in {call, call.split(maxsplit=1)[0]}), ("", ""))
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
            return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers={"Retry-After": str(self.wait)})
        if call == "webhook" and kind not in _GARBLED:
            return web.Response(status=404, text=kind)
        status, text, content_type = _GARBLED.get(kind, (200, json.dumps({"ok": False, "error": kind}), "application/json"))
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

    def _auth_test(self, _: Body) -> Body:
        return {"url": "https://example.slack.com/", "team": "Example", "user": "rolewatch", "user_id": "U0BOT0001"}

    def _apps_connections_open(self, _: Body) -> Body:
        return {"url": "ws://127.0.0.1:9/"}

    def _chat_postMessage(self, arguments: Body) -> Body:  # noqa: N802  # Slack's name
        channel = self._channel(arguments["channel"], posting=True)
        if arguments.get("unfurl_links") is not False or arguments.get("unfurl_media") is not False:
            self.complaints.append("unfurling not decided")
        thread = arguments.get("thread_ts")
        if thread is None and "reply_broadcast" in arguments:
            self.complaints.append("broadcast of what is no reply")
        if thread is not None and channel.parent(thread) is None:
            raise Refusal("thread_not_found")
        return {"channel": channel.id, "ts": self._store(channel, arguments, thread)}

    def _chat_update(self, arguments: Body) -> Body:
        channel = self._channel(arguments["channel"])
        if channel.archived:
            raise Refusal("is_inactive")
        message = channel.parent(arguments["ts"])
        if message is None or "subtype" in message:
            raise Refusal("message_not_found")
        if "blocks" not in arguments:
            self.complaints.append("an edit that keeps old blocks")
        self._check(arguments)
        message |= {"text": arguments["text"], "blocks": arguments["blocks"], "edits": message.get("edits", 0) + 1}
        return {"channel": channel.id, "ts": message["ts"]}

    def _check(self, content: Body) -> None:
        if "blocks" in content and (found := faults(content["blocks"])):
            raise Refusal("invalid_blocks", response_metadata={"messages": found})
        if length(content.get("blocks", [])) > TOTAL:
            raise Refusal("msg_blocks_too_long")
        text = content.get("text", "")
        if not text.strip() or len(text) > 4000:
            self.complaints.append(f"text of {len(text)} characters")
        if re.search(r"[<>]|&(?!(amp|lt|gt);)", text):
            self.complaints.append(f"text not escaped: {text[:80]}")

    def _store(self, channel: Channel, content: Body, thread: str | None = None) -> str:
        self._check(content)
        self._stamp = max(self._stamp + 1, int(self.clock() * 1e6))
        ts = f"{self._stamp // 1_000_000}.{self._stamp % 1_000_000:06d}"
        kept = ("text", "blocks", "metadata", "thread_ts", "reply_broadcast")
        where = channel.messages if thread is None else channel.threads.setdefault(thread, [])
        where.append({"ts": ts, **{name: content[name] for name in kept if name in content}})
        return ts

    def _channel(self, name: str, *, posting: bool = False) -> Channel:
        if posting and name.startswith("U"):
            return self.channels.setdefault("D" + name[1:], Channel("D" + name[1:], "", user=name))
        channel = self.channels.get(name)
        if channel is None:
            raise Refusal("channel_not_found")
        if not channel.member:
            raise Refusal("not_in_channel")
        if posting and channel.archived:
            raise Refusal("is_archived")
        return channel

    def _conversations_history(self, arguments: Body) -> Body:
        messages = [one for one in self._channel(arguments["channel"]).messages if float(one["ts"]) > float(arguments["oldest"])]
        if arguments.get("include_all_metadata") != "true":
            self.complaints.append("history without metadata")
        return self._page("messages", messages, arguments)

    def _conversations_replies(self, arguments: Body) -> Body:
        channel = self._channel(arguments["channel"])
        parent = channel.parent(arguments["ts"])
        if parent is None:
            raise Refusal("thread_not_found")
        if arguments.get("include_all_metadata") != "true":
            self.complaints.append("replies without metadata")
        replies = [one for one in channel.replies(parent) if float(one["ts"]) > float(arguments["oldest"])]
        return self._page("messages", [parent, *replies], arguments)

    def _conversations_list(self, arguments: Body) -> Body:
        types = arguments["types"].split(",")
        if "private_channel" in types and not self.private_scope:
            raise Refusal("missing_scope", needed="groups:read")
        wanted = {"im"} & set(types)
        kinds = [(channel, "im" if channel.user else "private_channel" if channel.private else "public_channel") for channel in self._all()]
        found = [self._view(channel) for channel, kind in kinds if kind in (wanted or types)]
        return self._page("channels", found, arguments)

    def _conversations_info(self, arguments: Body) -> Body:
        channel = self.channels.get(arguments["channel"])
        if channel is None:
            raise Refusal("channel_not_found")
        return {"channel": self._view(channel)}

    def _all(self) -> list[Channel]:
        return list(self.channels.values())

    def _view(self, channel: Channel) -> Body:
        if channel.user:
            return {"id": channel.id, "is_im": True, "user": channel.user}
        return {"id": channel.id, "name": channel.name, "is_archived": channel.archived, "is_member": channel.member}

    def _page(self, name: str, items: list[Body], arguments: Body) -> Body:
        start = int(arguments.get("cursor") or 0)
        after = start + self.page
        return {name: items[start:after], "response_metadata": {"next_cursor": str(after) if after < len(items) else ""}}


def _token(request: web.Request) -> str:
    return request.headers.get("Authorization", "")


def _drop(request: web.Request) -> web.Response:
    """Cuts the connection, as a broken network does."""
    if request.transport is not None:
        request.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        request.transport.abort()
    return web.Response(status=500)


@asynccontextmanager
async def slack_server() -> AsyncIterator[SlackServer]:
    """A running server on a port of its own."""
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
