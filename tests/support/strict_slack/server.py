"""The HTTP server: Web API, incoming webhooks, response URLs, uploads, and faults."""

from __future__ import annotations

import asyncio
import hashlib
import json
import signal
import socket
import sys
import time
import uuid
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web

from tests.support.strict_slack import control, envelopes, options
from tests.support.strict_slack.content import content
from tests.support.strict_slack.faults import HTML, Answer, Dropped, faulty
from tests.support.strict_slack.messages import Call, thread_root
from tests.support.strict_slack.methods import METHODS
from tests.support.strict_slack.requests import (
    RateLimited,
    authorize,
    limit_channel,
    limit_method,
    parse,
)
from tests.support.strict_slack.workspace import (
    BOT_USER,
    TEAM,
    ApiError,
    Body,
    Workspace,
    is_true,
    with_ids,
)

WEBHOOK = f"/services/{TEAM}/B0WEBHOOK1/simulatorWebhookSecret"


class Server:
    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace

    def app(self) -> web.Application:
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_route("*", "/api/{method:[A-Za-z.]+}", self.api)
        app.router.add_post("/services/{team}/{hook}/{secret}", self.webhook)
        app.router.add_post("/response/{number}", self.response_url)
        app.router.add_post("/upload/v1/{ticket}", self.upload)
        app.router.add_get("/link/", lambda request: envelopes.listen(self.workspace, request))
        app.router.add_route(
            "*", "/_ctl/{name}", lambda request: control.control(self.workspace, request)
        )
        return app

    async def api(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        record: Body = {"kind": "api", "method": method, "http": request.method}
        self.workspace.calls[method] += 1
        began = time.monotonic()
        try:
            status, body, headers = await self._answered(request, method, record)
        except Dropped:
            self.workspace.outcomes[f"{method}:{record.get('outcome')}"] += 1
            return web.Response(status=500)
        finally:
            self.workspace.log(**record, ms=round((time.monotonic() - began) * 1000, 1))
        self.workspace.outcomes[f"{method}:{record.get('error') or status}"] += 1
        return _response(status, body, headers)

    async def _answered(self, request: web.Request, method: str, record: Body) -> Answer:
        """Return the answer to a call, errors as Slack answers them."""
        try:
            status, body, headers = await self._work(request, method, record)
        except ApiError as error:
            status, body, headers = 200, error.body, {}
        except RateLimited as error:
            status, body, headers = (
                429,
                {"ok": False, "error": "ratelimited"},
                {"Retry-After": str(error.retry_after)},
            )
        record["status"] = status
        if isinstance(body, dict):
            messages = (body.get("response_metadata") or {}).get("messages")
            record |= {"ok": body.get("ok"), "error": body.get("error"), "messages": messages}
        return status, body, headers

    async def _work(self, request: web.Request, method: str, record: Body) -> Answer:
        known = METHODS.get(method)
        if known is None:
            raise ApiError("unknown_method", req_method=method)
        arguments, token, warnings = await parse(request)
        record |= {"args": arguments, "token": token[:5] + "…" if token else None}

        async def work() -> Answer:
            authorize(
                self.workspace,
                method,
                token,
                known.scope,
                in_header="Authorization" in request.headers,
            )
            if method == "apps.connections.open" and request.method != "POST":
                raise ApiError("insecure_request")
            limit_method(self.workspace, method, known.per_minute)
            body = known.work(Call(self.workspace, arguments, record, warnings))
            if warnings:
                body["warning"] = ",".join(warnings)
                body.setdefault("response_metadata", {})["warnings"] = warnings
            return 200, body, {"X-OAuth-Scopes": self.workspace.options.scopes}

        return await faulty(self.workspace, request, record, arguments, work)

    async def webhook(self, request: web.Request) -> web.Response:
        """Take a message for an incoming webhook (docs.slack.dev/messaging)."""
        record: Body = {"kind": "webhook", "method": "webhook", "path": request.path}
        self.workspace.calls["webhook"] += 1
        try:
            status, body, headers = await faulty(
                self.workspace, request, record, {}, lambda: self._hook(request, record)
            )
        except Dropped:
            return web.Response(status=500)
        finally:
            self.workspace.log(**record)
        return _response(status, body, headers)

    async def _hook(self, request: web.Request, record: Body) -> Answer:
        """Return what a webhook answers: words, but for 429."""
        wrong = _wrong_hook(request)
        if wrong:
            return wrong
        arguments = _payload(await request.read(), request.content_type)
        if arguments is None:
            return 400, "invalid_payload", {}
        record["args"] = arguments
        channel = self.workspace.channels[self.workspace.options.webhook_channel]
        if channel.is_archived:
            return 410, "channel_is_archived", {}
        for name in ("channel", "username", "icon_emoji", "icon_url"):
            if name in arguments:
                self.workspace.lint(record, "webhook_override_ignored", name)
        call = Call(self.workspace, arguments, record, [])
        try:
            said = content(self.workspace, arguments, record, [], "webhook")
            root = thread_root(call, channel)
            limit_channel(self.workspace, channel.id)
        except ApiError as error:
            return 400, error.word, {}
        except RateLimited as error:
            body = {"retry_after": error.retry_after, "ok": False, "error": "rate_limited"}
            return 429, body, {"Retry-After": str(error.retry_after)}
        call.done(channel, self.workspace.store(channel, said, thread_ts=root))
        return 200, "ok", HTML

    async def response_url(self, request: web.Request) -> web.Response:
        """Take an answer to a click or command (docs.slack.dev/interactivity)."""
        record: Body = {"kind": "response_url", "method": "response_url"}
        place = self.workspace.response_urls.get(request.match_info["number"])
        status, word = 404, "no_such_url" if place is None else "used_url"
        if place is not None and time.time() <= place["until"] and place["uses"] < 5:
            status, word = self._respond(
                place, _payload(await request.read(), "application/json"), record
            )
        self.workspace.log(
            **record, status=status, ok=status == 200, error=None if status == 200 else word
        )
        return web.Response(status=status, text=word)

    def _respond(self, place: Body, arguments: Body | None, record: Body) -> tuple[int, str]:
        if arguments is None:
            return 400, "invalid_payload"
        record |= {"args": arguments, "channel": place["channel"]}
        channel = self.workspace.channels[place["channel"]]
        shown = channel.messages.get(place["ts"]) or next(
            (one for one in self.workspace.ephemeral if one["ts"] == place["ephemeral"]), None
        )
        if is_true(arguments.get("delete_original")):
            place["uses"] += 1
            channel.messages.pop(place["ts"], None)
            self.workspace.ephemeral[:] = [
                one for one in self.workspace.ephemeral if one["ts"] != place["ephemeral"]
            ]
            return 200, "ok"
        try:
            said = content(self.workspace, arguments, record, [], "response_url")
        except ApiError as error:
            return 400, error.word
        place["uses"] += 1
        if shown is not None and is_true(arguments.get("replace_original")):
            shown["text"] = said["text"] or shown["text"]
            shown["blocks"] = (
                with_ids(said["blocks"]) if said["blocks"] is not None else shown.get("blocks")
            )
            shown["edited"] = {"user": BOT_USER, "ts": self.workspace.new_ts()}
        elif (
            arguments.get("response_type") or ("in_channel" if place["ts"] else "ephemeral")
        ) == "in_channel":
            self.workspace.store(channel, said, thread_ts=arguments.get("thread_ts"))
        else:
            self.workspace.keep_ephemeral(channel.id, place["user"], said, "response_url")
        return 200, "ok"

    async def upload(self, request: web.Request) -> web.Response:
        file = self.workspace.files.get(
            self.workspace.uploads.get(request.match_info["ticket"], "")
        )
        if file is None or time.time() > file["expires"]:
            return web.Response(status=404, text="not_found")
        data = await request.read()
        self.workspace.log(kind="upload", method="upload", bytes=len(data), declared=file["length"])
        if len(data) != file["length"]:
            return web.Response(status=400, text="length_mismatch")
        file |= {
            "uploaded": True,
            "sha256": hashlib.sha256(data).hexdigest(),
            "preview": data[:200].decode("utf-8", "replace"),
        }
        return web.Response(text=f"OK - {len(data)}", content_type="text/plain")


def _wrong_hook(request: web.Request) -> Answer | None:
    """Return why there is no such webhook."""
    if request.match_info["team"] != TEAM:
        return 404, "no_team", {}
    if request.match_info["hook"] != "B0WEBHOOK1":
        return 404, "no_service", {}
    return (403, "invalid_token", {}) if request.path != WEBHOOK else None


def _payload(raw: bytes, kind: str) -> Body | None:
    """Return the posted JSON or form; None if it is not an object."""
    try:
        found = json.loads(
            dict(parse_qsl(raw.decode()))["payload"]
            if kind == "application/x-www-form-urlencoded"
            else raw
        )
    except (ValueError, KeyError):
        return None
    return found if isinstance(found, dict) else None


# text or JSON
def _response(status: int, body: Any, headers: dict[str, str]) -> web.Response:
    common = {
        "X-Slack-Req-Id": uuid.uuid4().hex,
        "Cache-Control": "private, no-cache, no-store, must-revalidate",
    }
    if isinstance(body, dict):
        return web.json_response(body, status=status, headers=common | headers)
    return web.Response(text=body, status=status, headers=HTML | common | headers)


async def serve(chosen: options.Options) -> None:
    """Serve until a signal; prints READY and the address."""
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind((chosen.host, chosen.port))
    chosen.port = listening.getsockname()[1]
    chosen.base = f"http://{chosen.host}:{chosen.port}"
    runner = web.AppRunner(Server(Workspace(chosen)).app(), access_log=None)
    await runner.setup()
    await web.SockSite(runner, listening, shutdown_timeout=0.5).start()
    print(f"READY {chosen.base}", flush=True)  # for whoever started it
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(serve(options.read(sys.argv[1:])))
