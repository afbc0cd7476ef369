"""The simulator's own methods at `/_ctl/NAME`, which are not part of Slack.

fault       {kind, count, method, channel, after, seconds, retry_after}, or {clear: true}
            Kinds: 500 502 503 504 429 timeout reset slow bad_json; accept_then_ with one of
            reset timeout 500 503 bad_json; or any error of Slack's
state log lint reset config     the state, the calls, the complaints; start again; change options
click       {action_id, value, user, settle, ack_timeout, duplicate} with {ts, channel} of a
            message, {answer: ts} of an ephemeral answer, or {home: true}
slash event disconnect          a typed command, an event, the end of every connection
say delete                      a person posts, or deletes a message
"""

from __future__ import annotations

import asyncio
import contextlib
import time
import uuid
from collections.abc import Awaitable, Callable

from aiohttp import web

from tests.support.strict_slack import envelopes
from tests.support.strict_slack.options import CHANGEABLE
from tests.support.strict_slack.workspace import APP_ID, TEAM, ApiError, Body, Workspace

_ALICE = "U0ALICE001"


async def control(workspace: Workspace, request: web.Request) -> web.Response:
    """Do what is ordered."""
    name = request.match_info["name"]
    order: Body = (
        await request.json()
        if request.method == "POST" and request.can_read_body
        else dict(request.query)
    )
    work = _ORDERS.get(name)
    if work is None:
        return web.json_response({"ok": False, "error": "unknown order"}, status=404)
    try:
        answer = {"ok": True} | await work(workspace, order)
    except (KeyError, ApiError) as error:
        return web.json_response(
            {"ok": False, "error": f"{type(error).__name__}: {error}"}, status=404
        )
    if name not in {"state", "log", "lint"}:
        workspace.log(kind="ctl", method=f"ctl.{name}", args=order)
    return web.json_response(answer, status=200 if answer["ok"] else 404)


async def fault(workspace: Workspace, order: Body) -> Body:
    if order.get("clear"):
        workspace.faults.clear()
    else:
        kept = {name: value for name, value in order.items() if value not in {"", None}}
        workspace.faults.append({"count": 1, **kept, "kind": str(order["kind"])})
    return {"faults": workspace.faults}


async def state(workspace: Workspace, order: Body) -> Body:
    wanted, channels = order.get("channel"), {}
    for one in workspace.channels.values():
        if wanted and wanted not in {one.id, one.name}:
            continue
        roots = [workspace.view(one, message, internal=True) for message in one.roots()]
        for message in roots:
            message["replies"] = [
                workspace.view(one, reply, internal=True) for reply in one.replies(message["ts"])
            ]
        facts = {
            "id": one.id,
            "is_member": one.is_member,
            "is_archived": one.is_archived,
            "message_count": len(one.messages),
        }
        channels[one.name or one.id] = facts | {"messages": roots}
    kept = {
        "ephemeral": workspace.ephemeral,
        "files": workspace.files,
        "views": workspace.views,
        "homes": workspace.homes,
    }
    counts = {
        "calls": dict(workspace.calls),
        "outcomes": dict(workspace.outcomes),
        "lint_count": len(workspace.lints),
    }
    return {
        "channels": channels,
        "faults": workspace.faults,
        "sockets": len(workspace.sockets),
        **kept,
        **counts,
    }


async def log(workspace: Workspace, order: Body) -> Body:
    since, method = int(order.get("since", 0)), order.get("method")
    return {
        "log": [
            one
            for one in workspace.recent
            if one["seq"] > since and method in {None, one["method"]}
        ]
    }


async def lint(workspace: Workspace, _: Body) -> Body:
    return {"lints": workspace.lints}


async def reset(workspace: Workspace, _: Body) -> Body:
    workspace.reset()
    return {}


async def config(workspace: Workspace, order: Body) -> Body:
    for name, value in order.items():
        if name == "channels":
            for channel_id, changes in value.items():
                for field, changed in changes.items():
                    setattr(workspace.channels[channel_id], field, changed)
        elif name in CHANGEABLE:
            setattr(workspace.options, name, value)
        else:
            return {"ok": False, "error": f"unknown setting {name}"}
    workspace.buckets.clear()
    workspace.tier_hits.clear()
    return {}


async def say(workspace: Workspace, order: Body) -> Body:
    channel = workspace.channel(order["channel"], names=True, member=False)
    more = {
        "user": order.get("user", _ALICE),
        "thread_ts": order.get("thread_ts"),
        "client_msg_id": str(uuid.uuid4()),
    }
    return {"ts": workspace.store(channel, {"text": order["text"]}, **more)["ts"]}


async def delete(workspace: Workspace, order: Body) -> Body:
    workspace.channel(order["channel"], names=True, member=False).messages.pop(order["ts"])
    return {}


async def click(workspace: Workspace, order: Body) -> Body:
    """Press what is really there, and return what came of it."""
    payload = _click(workspace, order)
    if payload is None:
        return {"ok": False, "error": "no such element in that message"}
    answers = len(workspace.ephemeral)
    result = await envelopes.deliver(workspace, "interactive", payload, order)
    return result | {"ephemeral": workspace.ephemeral[answers:]}


def _click(workspace: Workspace, order: Body) -> Body | None:
    user, ts = order.get("user", _ALICE), workspace.new_ts()
    if order.get("home"):
        action = envelopes.pressed(
            workspace.homes[user]["blocks"], order["action_id"], order.get("value"), ts
        )
        return action and envelopes.click_at_home(workspace, user, action)
    if "answer" in order:
        answer = next(one for one in workspace.ephemeral if one["ts"] == order["answer"])
        action = envelopes.pressed(answer["blocks"], order["action_id"], order.get("value"), ts)
        return action and envelopes.click_on_answer(workspace, answer, action)
    for channel in workspace.channels.values():
        message = (
            channel.messages.get(order["ts"])
            if order.get("channel", channel.id) in {channel.id, channel.name}
            else None
        )
        action = (
            envelopes.pressed(message.get("blocks", []), order["action_id"], order.get("value"), ts)
            if message
            else None
        )
        if message and action:
            return envelopes.click_on_message(workspace, channel, message, user, action)
    return None


async def slash(workspace: Workspace, order: Body) -> Body:
    channel = workspace.channel(order.get("channel", "C0GENERAL1"), names=True, member=False)
    name = order["command"] if order["command"].startswith("/") else "/" + order["command"]
    payload = envelopes.command(
        workspace, channel, order.get("user", _ALICE), name, order.get("text", "")
    )
    answers = len(workspace.ephemeral)
    result = await envelopes.deliver(workspace, "slash_commands", payload, order)
    return result | {"ephemeral": workspace.ephemeral[answers:]}


async def event(workspace: Workspace, order: Body) -> Body:
    app = {"token": "t", "team_id": TEAM, "api_app_id": APP_ID, "type": "event_callback"}
    payload = app | {
        "event_id": "Ev" + uuid.uuid4().hex[:8].upper(),
        "event_time": int(time.time()),
        "event": order["event"],
    }
    return await envelopes.deliver(workspace, "events_api", payload, order)


async def disconnect(workspace: Workspace, order: Body) -> Body:
    """`drop` cuts the connection; any other reason is said first, and two of them end it."""
    reason, sockets = order.get("reason", "refresh_requested"), list(workspace.sockets)
    for socket in sockets:
        if reason == "drop":
            socket._req.transport.abort()
            continue
        with contextlib.suppress(ConnectionError):
            await socket.send_json(
                {"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-sim"}}
            )
    if reason in {"refresh_requested", "link_disabled"}:
        await asyncio.sleep(float(order.get("grace", 0.5)))
        for socket in sockets:
            with contextlib.suppress(ConnectionError):
                await socket.close()
    return {"was_connected": len(sockets)}


_ORDERS: dict[str, Callable[[Workspace, Body], Awaitable[Body]]] = {
    one.__name__: one
    for one in (
        fault,
        state,
        log,
        lint,
        reset,
        config,
        say,
        delete,
        click,
        slash,
        event,
        disconnect,
    )
}
