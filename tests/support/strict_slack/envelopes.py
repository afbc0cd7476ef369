"""Socket Mode: envelopes and acknowledgements (docs.slack.dev/apis/events-api)."""

from __future__ import annotations

import asyncio
import json
import random
import time
import uuid
from typing import Any

from aiohttp import WSMsgType, web

from tests.support.strict_slack.content import content
from tests.support.strict_slack.workspace import (
    APP_ID,
    TEAM,
    USERS,
    ApiError,
    Body,
    Channel,
    Workspace,
    interactive,
)

_MOST_SOCKETS = 10
_GREETING = {
    "debug_info": {"host": "applink-sim", "approximate_connection_time": 18060},
    "connection_info": {"app_id": APP_ID},
}


async def listen(workspace: Workspace, request: web.Request) -> web.StreamResponse:
    """Serve a socket of the app until it ends."""
    until = workspace.tickets.pop(request.query.get("ticket", ""), None)
    if until is None or time.time() > until:
        return web.Response(status=408, text="Request Timeout")
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    if len(workspace.sockets) >= _MOST_SOCKETS:
        await socket.send_json({"type": "disconnect", "reason": "too_many_websockets"})
        await socket.close()
        return socket
    workspace.sockets.append(socket)
    workspace.log(kind="ws", method="ws.open", n=len(workspace.sockets))
    try:
        await socket.send_json(
            {"type": "hello", "num_connections": len(workspace.sockets), **_GREETING}
        )
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                _take(workspace, message.data)
    finally:
        if socket in workspace.sockets:
            workspace.sockets.remove(socket)
        workspace.log(
            kind="ws", method="ws.close", n=len(workspace.sockets), code=socket.close_code
        )
    return socket


def _take(workspace: Workspace, text: str) -> None:
    """Handle an acknowledgement."""
    try:
        said = json.loads(text)
    except ValueError:
        workspace.log(kind="ws", method="ws.bad_message", data=text[:300])
        return
    envelope_id = said.get("envelope_id")
    waiting = workspace.pending.get(envelope_id)
    workspace.log(
        kind="ws",
        method="ws.ack",
        envelope_id=envelope_id,
        payload=said.get("payload"),
        known=waiting is not None,
    )
    if waiting is not None and not waiting.done():
        waiting.set_result(said)


async def deliver(workspace: Workspace, kind: str, payload: Body, order: Body) -> Body:
    """Send an envelope and return how it was acknowledged, and the calls that followed.

    `order`: `ack_timeout` and `settle` in seconds, and `duplicate`, to send it twice.
    """
    sockets = [one for one in workspace.sockets if not one.closed]
    if not sockets:
        return {"delivered": False, "error": "no_socket_mode_connection"}
    envelope_id = str(uuid.uuid4())
    envelope = {
        "envelope_id": envelope_id,
        "type": kind,
        "payload": payload,
        "accepts_response_payload": kind != "events_api",
    }
    if kind == "events_api":
        envelope |= {"retry_attempt": 0, "retry_reason": ""}
    waiting: asyncio.Future[Body] = asyncio.get_running_loop().create_future()
    workspace.pending[envelope_id] = waiting
    mark, began = (workspace.recent[-1]["seq"] if workspace.recent else 0), time.monotonic()
    await random.choice(sockets).send_json(envelope)
    if order.get("duplicate"):
        await sockets[0].send_json(envelope)
    result: Body = {"delivered": True, "envelope_id": envelope_id, "type": kind}
    try:
        acknowledged = await asyncio.wait_for(waiting, order.get("ack_timeout", 3.0))
        result |= {
            "acked": True,
            "ack_ms": round((time.monotonic() - began) * 1000, 1),
            "ack_payload": acknowledged.get("payload"),
        }
        _answer_at_once(workspace, kind, payload, acknowledged.get("payload"), result)
    except TimeoutError:
        result |= {"acked": False, "error": "operation_timeout"}
    finally:
        workspace.pending.pop(envelope_id, None)
    await asyncio.sleep(order.get("settle", 0.3))
    result["calls_after"] = _calls_since(workspace, mark)
    workspace.log(
        kind="deliver", method=f"deliver.{kind}", acked=result.get("acked"), envelope_id=envelope_id
    )
    return result


# any JSON
def _answer_at_once(
    workspace: Workspace, kind: str, payload: Body, answer: Any, result: Body
) -> None:
    """Handle an answer in the acknowledgement of a command."""
    if not answer or kind != "slash_commands":
        return
    try:
        said = content(workspace, dict(answer), {"method": "slash_ack"}, [], "response_url")
    except ApiError as error:
        result["ack_payload_error"] = error.body
        return
    if answer.get("response_type") == "in_channel":
        workspace.store(workspace.channels[payload["channel_id"]], said)
    else:
        workspace.keep_ephemeral(payload["channel_id"], payload["user_id"], said, "slash_ack")


def _calls_since(workspace: Workspace, mark: int) -> list[Body]:
    shown = ("seq", "method", "status", "ok", "error", "channel", "ts", "args")
    mine = (
        one
        for one in workspace.recent
        if one["seq"] > mark and one["kind"] in {"api", "response_url", "webhook"}
    )
    return [{name: one.get(name) for name in shown} for one in mine]


def _person(user: str) -> Body:
    name = USERS.get(user, "user")
    return {"id": user, "username": name, "name": name, "team_id": TEAM}


def _common(workspace: Workspace, user: str) -> Body:
    trigger = (
        f"{random.randint(10**11, 10**12)}.{random.randint(10**11, 10**12)}.{uuid.uuid4().hex}"
    )
    workspace.triggers[trigger] = time.time() + 3
    app = {
        "api_app_id": APP_ID,
        "token": "verification-token",
        "enterprise": None,
        "is_enterprise_install": False,
    }
    return app | {
        "user": _person(user),
        "trigger_id": trigger,
        "team": {"id": TEAM, "domain": "simulator"},
        "state": {"values": {}},
    }


def response_url(
    workspace: Workspace, channel_id: str, user: str, *, ts: str = "", ephemeral: str = ""
) -> str:
    """Return a response URL. `ts` and `ephemeral` are the message that it may replace."""
    number = uuid.uuid4().hex
    place = {"channel": channel_id, "user": user, "ts": ts, "ephemeral": ephemeral}
    workspace.response_urls[number] = place | {"uses": 0, "until": time.time() + 1800}
    return f"{workspace.options.base}/response/{number}"


def pressed(blocks: list[Body], action_id: str, value: str | None, ts: str) -> Body | None:
    """Return the action of that button or option; None without one."""
    for block in blocks:
        for element in interactive(block):
            if element.get("action_id") != action_id:
                continue
            chosen = _chosen(element, value)
            if chosen is not None:
                same = {
                    "action_id": action_id,
                    "block_id": block["block_id"],
                    "type": element["type"],
                    "action_ts": ts,
                }
                return same | chosen
    return None


def _chosen(element: Body, value: str | None) -> Body | None:
    if element["type"] == "overflow" or element["type"].endswith("_select"):
        option = next((one for one in element.get("options", []) if one["value"] == value), None)
        return None if option is None else {"selected_option": option}
    if value not in {None, element.get("value")}:
        return None
    return {name: element[name] for name in ("text", "value", "style") if name in element}


def click_on_message(
    workspace: Workspace, channel: Channel, message: Body, user: str, action: Body
) -> Body:
    """Return the payload of a click on a message that everybody sees."""
    thread = {"thread_ts": message["thread_ts"]} if message.get("thread_ts") else {}
    container = {
        "type": "message",
        "message_ts": message["ts"],
        "channel_id": channel.id,
        "is_ephemeral": False,
        **thread,
    }
    return _common(workspace, user) | {
        "type": "block_actions",
        "container": container,
        "channel": {"id": channel.id, "name": channel.name or "directmessage"},
        "message": workspace.view(channel, message),
        "response_url": response_url(workspace, channel.id, user, ts=message["ts"]),
        "actions": [action],
    }


def click_on_answer(workspace: Workspace, answer: Body, action: Body) -> Body:
    """Return the payload of a click on an ephemeral answer, which has only a response URL."""
    container = {
        "type": "message",
        "message_ts": answer["ts"],
        "channel_id": answer["channel"],
        "is_ephemeral": True,
    }
    return _common(workspace, answer["user"]) | {
        "type": "block_actions",
        "container": container,
        "channel": {"id": answer["channel"], "name": "privategroup"},
        "response_url": response_url(
            workspace, answer["channel"], answer["user"], ephemeral=answer["ts"]
        ),
        "actions": [action],
    }


def click_at_home(workspace: Workspace, user: str, action: Body) -> Body:
    """Return the payload of a click in App Home: a view without channel or message."""
    view = workspace.homes[user]
    container = {"type": "view", "view_id": view["id"]}
    return _common(workspace, user) | {
        "type": "block_actions",
        "container": container,
        "view": view,
        "actions": [action],
    }


def command(workspace: Workspace, channel: Channel, user: str, name: str, text: str) -> Body:
    """Return the payload of a typed command."""
    where = {
        "channel_id": channel.id,
        "channel_name": channel.name or "directmessage",
        "team_id": TEAM,
        "team_domain": "simulator",
    }
    who = {
        "user_id": user,
        "user_name": USERS.get(user, "user"),
        "token": "verification-token",
        "api_app_id": APP_ID,
    }
    trigger = {
        "trigger_id": _common(workspace, user)["trigger_id"],
        "is_enterprise_install": "false",
    }
    return (
        where
        | who
        | trigger
        | {"command": name, "text": text, "response_url": response_url(workspace, channel.id, user)}
    )
