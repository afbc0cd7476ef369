"""Every method of the Web API with scope and limit; some beside chat.* and conversations.*."""

from __future__ import annotations

import json
import re
import time
import uuid
from collections.abc import Callable
from typing import NamedTuple

from tests.support.strict_slack import messages, reading
from tests.support.strict_slack.blocks import MOST_IN_VIEW, check
from tests.support.strict_slack.content import decoded
from tests.support.strict_slack.messages import TS, Call, thread_root
from tests.support.strict_slack.workspace import (
    APP_ID,
    BOT_ID,
    BOT_USER,
    TEAM,
    USERS,
    ApiError,
    Body,
    with_ids,
)

_EMOJI = re.compile(r"^[a-z0-9_'+-]+(::skin-tone-[2-6])?$")
_SNIPPET = 1024 * 1024
_TICKET = 30  # seconds that an address of a socket is good for
_UPLOAD = 600
_VIEW = {"type", "blocks", "private_metadata", "callback_id", "external_id"}
_MODAL = {"title", "close", "submit", "clear_on_close", "notify_on_close"}


class Method(NamedTuple):
    work: Callable[[Call], Body]
    scope: str | None = None
    per_minute: int | None = None  # None: a limit of its own, or none


def api_test(call: Call) -> Body:
    return {"ok": True, "args": call.arguments}


def auth_test(_: Call) -> Body:
    who = {
        "team": "Simulator",
        "user": "rolewatch",
        "team_id": TEAM,
        "user_id": BOT_USER,
        "bot_id": BOT_ID,
    }
    return {
        "ok": True,
        "url": "https://simulator.slack.com/",
        **who,
        "is_enterprise_install": False,
    }


def open_connection(call: Call) -> Body:
    ticket, options = uuid.uuid4().hex, call.workspace.options
    call.workspace.tickets[ticket] = time.time() + _TICKET
    return {
        "ok": True,
        "url": f"ws://{options.host}:{options.port}/link/?ticket={ticket}&app_id={APP_ID}",
    }


def user_info(call: Call) -> Body:
    call.need("user")
    name = USERS.get(call.arguments["user"])
    if name is None:
        raise ApiError("user_not_found")
    profile = {"real_name": name.title(), "display_name": name}
    zone = {"tz": "Europe/London", "tz_offset": 0}
    who = {
        "id": call.arguments["user"],
        "team_id": TEAM,
        "name": name,
        "deleted": False,
        "is_bot": name == "rolewatch",
    }
    return {"ok": True, "user": who | zone | {"real_name": name.title(), "profile": profile}}


def add_reaction(call: Call) -> Body:
    call.need("channel", "name")
    if not call.arguments.get("timestamp"):
        raise ApiError("no_item_specified")
    channel = call.workspace.channel(call.arguments["channel"])
    ts, name = str(call.arguments["timestamp"]), str(call.arguments["name"])
    if not TS.match(ts):
        raise ApiError("bad_timestamp")
    if not _EMOJI.match(name):
        raise ApiError("invalid_name")
    if ts not in channel.messages:
        messages.missing()
    reactions = channel.messages[ts].setdefault("reactions", [])
    found = next((one for one in reactions if one["name"] == name), None)
    if found and BOT_USER in found["users"]:
        raise ApiError("already_reacted")
    if found:
        found |= {"users": [*found["users"], BOT_USER], "count": found["count"] + 1}
    else:
        reactions.append({"name": name, "users": [BOT_USER], "count": 1})
    return {"ok": True}


def get_upload_url(call: Call) -> Body:
    call.need("filename", "length")
    try:
        length = int(call.arguments["length"])
    except ValueError as error:
        raise ApiError(
            "invalid_arguments", ["must be an integer [json-pointer:/length]"]
        ) from error
    if length <= 0:
        raise ApiError("missing_argument")
    if call.arguments.get("snippet_type") and length > _SNIPPET:
        raise ApiError("snippet_too_large")
    file_id, ticket = "F0" + uuid.uuid4().hex[:8].upper(), uuid.uuid4().hex
    call.workspace.uploads[ticket] = file_id
    file = {
        "id": file_id,
        "name": call.arguments["filename"],
        "length": length,
        "uploaded": False,
        "complete": False,
    }
    call.workspace.files[file_id] = file | {"expires": time.time() + _UPLOAD}
    return {
        "ok": True,
        "upload_url": f"{call.workspace.options.base}/upload/v1/{ticket}",
        "file_id": file_id,
    }


def complete_upload(call: Call) -> Body:
    asked = decoded(call.arguments, "files", "invalid_arguments")
    if (
        not isinstance(asked, list)
        or not asked
        or not all(isinstance(one, dict) and one.get("id") for one in asked)
    ):
        raise ApiError("invalid_arguments", ["missing required field: files"])
    files = [call.workspace.files.get(one["id"]) for one in asked]
    if not all(file and file["uploaded"] for file in files):
        raise ApiError("file_not_found")
    titled = [
        file | {"title": one.get("title") or file["name"]}
        for file, one in zip(files, asked, strict=True)
        if file
    ]
    channel_id = call.arguments.get("channel_id")
    channel = call.workspace.channel(channel_id) if channel_id else None
    root = thread_root(call, channel) if channel else None
    for file in titled:
        call.workspace.files[file["id"]] |= {"complete": True, "title": file["title"]}
    if channel:
        shared = [
            {"id": one["id"], "name": one["name"], "title": one["title"], "size": one["length"]}
            for one in titled
        ]
        said = {"text": call.arguments.get("initial_comment") or ""}
        call.done(
            channel, call.workspace.store(channel, said, thread_ts=root, files=shared, upload=True)
        )
    return {"ok": True, "files": [{"id": one["id"], "title": one["title"]} for one in titled]}


def open_view(call: Call) -> Body:
    call.need("trigger_id", "view")
    until = call.workspace.triggers.pop(call.arguments["trigger_id"], None)
    if until is None:
        raise ApiError("invalid_trigger_id")
    if time.time() > until:
        raise ApiError("expired_trigger_id")
    view = _view(call, "modal")
    call.workspace.views.append(view)
    return {"ok": True, "view": view}


def publish_view(call: Call) -> Body:
    """Publish App Home (https://docs.slack.dev/reference/methods/views.publish)."""
    call.need("user_id", "view")
    user, given = call.arguments["user_id"], call.arguments.get("hash")
    if user not in USERS:
        raise ApiError("invalid_arguments", ["user_not_found [json-pointer:/user_id]"])
    before = call.workspace.homes.get(user)
    if given and before and given != before["hash"]:
        raise ApiError("hash_conflict")
    call.workspace.homes[user] = _view(call, "home")
    return {"ok": True, "view": call.workspace.homes[user]}


def _view(call: Call, kind: str) -> Body:
    """Return a view as Slack keeps it. Raises ApiError."""
    view = decoded(call.arguments, "view", "invalid_arguments")
    if not isinstance(view, dict) or view.get("type") != kind:
        raise ApiError(
            "invalid_arguments", [f"must be a view of type {kind} [json-pointer:/view/type]"]
        )
    errors, _ = check(view.get("blocks"), "/view/blocks", MOST_IN_VIEW)
    allowed = _VIEW | (_MODAL if kind == "modal" else set())
    errors += [
        f"no additional properties allowed: {name} [json-pointer:/view]"
        for name in sorted(set(view) - allowed)
    ]
    if len(str(view.get("private_metadata", ""))) > 3000:
        errors.append("must be less than 3001 characters [json-pointer:/view/private_metadata]")
    if errors:
        raise ApiError("invalid_arguments", errors)
    if len(json.dumps(view)) > 250_000:
        raise ApiError("view_too_large")
    return {
        **view,
        "blocks": with_ids(view["blocks"]),
        "id": "V0" + uuid.uuid4().hex[:8].upper(),
        "hash": uuid.uuid4().hex,
    }


METHODS = {
    "api.test": Method(api_test, None, 600),
    "auth.test": Method(auth_test, None, 600),
    "apps.connections.open": Method(open_connection, None, 50),
    "chat.postMessage": Method(messages.post_message, "chat:write"),
    "chat.postEphemeral": Method(messages.post_ephemeral, "chat:write", 100),
    "chat.update": Method(messages.update, "chat:write", 50),
    "chat.delete": Method(messages.delete, "chat:write", 50),
    "chat.getPermalink": Method(messages.get_permalink),
    "conversations.history": Method(reading.history, "channels:history", 50),
    "conversations.replies": Method(reading.replies, "channels:history", 50),
    "conversations.list": Method(reading.list_, "channels:read", 20),
    "conversations.info": Method(reading.info, "channels:read", 50),
    "conversations.join": Method(reading.join, "channels:join", 50),
    "reactions.add": Method(add_reaction, "reactions:write", 50),
    "files.getUploadURLExternal": Method(get_upload_url, "files:write", 100),
    "files.completeUploadExternal": Method(complete_upload, "files:write", 100),
    "users.info": Method(user_info, "users:read", 100),
    "views.open": Method(open_view, None, 100),
    "views.publish": Method(publish_view, None, 100),
}
