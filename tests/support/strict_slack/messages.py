"""The methods chat.* (https://docs.slack.dev/reference/methods/chat.postMessage)."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import NoReturn

from tests.support.strict_slack.content import content
from tests.support.strict_slack.requests import limit_channel, need
from tests.support.strict_slack.workspace import (
    BOT_USER,
    USERS,
    ApiError,
    Body,
    Channel,
    Workspace,
    is_true,
    with_ids,
)

TS = re.compile(r"^\d{10}\.\d{6}$")


@dataclass(frozen=True)
class Call:
    """A call of a method, its record in the log, and the warnings of its answer."""

    workspace: Workspace
    arguments: Body
    record: Body
    warnings: list[str]

    def need(self, *names: str) -> None:
        need(self.arguments, *names)

    def done(self, channel: Channel, message: Body) -> Body:
        """Return what a call that touched a message answers at least."""
        self.record.update(channel=channel.id, ts=message["ts"])
        return {"ok": True, "channel": channel.id, "ts": message["ts"]}


def post_message(call: Call) -> Body:
    call.need("channel")
    workspace, arguments = call.workspace, call.arguments
    channel = workspace.channel(arguments["channel"], names=True)
    if channel.is_archived:
        raise ApiError("is_archived")
    if any(arguments.get(name) for name in ("username", "icon_url", "icon_emoji")):
        raise ApiError(
            "missing_scope", needed="chat:write.customize", provided=workspace.options.scopes
        )
    said = content(workspace, arguments, call.record, call.warnings, "chat.postMessage")
    root = thread_root(call, channel)
    broadcast = is_true(arguments.get("reply_broadcast"))
    if broadcast and not root:
        workspace.lint(call.record, "reply_broadcast_without_thread")
    limit_channel(workspace, channel.id)
    _lint_copies(call, channel, said)
    more = {"subtype": "thread_broadcast"} if broadcast and root else {}
    message = workspace.store(channel, said, thread_ts=root, **more)
    return call.done(channel, message) | {"message": workspace.view(channel, message)}


def _lint_copies(call: Call, channel: Channel, said: Body) -> None:
    mark = json.dumps(said.get("metadata"), sort_keys=True)
    if said.get("metadata") and any(
        json.dumps(one.get("metadata"), sort_keys=True) == mark for one in channel.messages.values()
    ):
        call.workspace.lint(call.record, "duplicate_metadata", mark[:200])


def thread_root(call: Call, channel: Channel) -> str | None:
    """Return the message that a reply belongs to; None without one. Raises ApiError."""
    ts = call.arguments.get("thread_ts")
    if not ts:
        return None
    if not isinstance(ts, str) or not TS.match(ts):
        raise ApiError("invalid_thread_ts")
    parent = channel.messages.get(ts)
    if parent is None:
        raise ApiError("thread_not_found")
    if parent.get("thread_ts", ts) != ts:
        call.workspace.lint(call.record, "thread_ts_is_a_reply", "use the ts of its parent")
        raise ApiError("cannot_reply_to_message")
    return ts


def post_ephemeral(call: Call) -> Body:
    """Post an ephemeral message (docs.slack.dev/reference/methods/chat.postEphemeral)."""
    call.need("channel", "user")
    workspace, arguments = call.workspace, call.arguments
    channel = workspace.channel(arguments["channel"])
    if channel.is_archived:
        raise ApiError("is_archived")
    if arguments["user"] not in USERS or (channel.is_im and arguments["user"] != channel.user):
        raise ApiError("user_not_in_channel")
    said = content(workspace, arguments, call.record, call.warnings, "chat.postEphemeral")
    limit_channel(workspace, channel.id)
    answer = workspace.keep_ephemeral(channel.id, arguments["user"], said, "chat.postEphemeral")
    call.record["channel"] = channel.id
    return {"ok": True, "message_ts": answer["ts"]}


def update(call: Call) -> Body:
    call.need("channel", "ts")
    workspace = call.workspace
    channel = workspace.channel(call.arguments["channel"])
    if channel.is_archived:
        raise ApiError("is_inactive")
    message = _own(call, channel, "cant_update_message")
    said = content(workspace, call.arguments, call.record, call.warnings, "chat.update")
    if workspace.options.rate_updates:
        limit_channel(workspace, channel.id)
    _update_blocks(call, message, said)
    if said["text"] is not None:
        message["text"] = said["text"]
    if said["attachments"] is not None:
        message["attachments"] = said["attachments"]
    if "metadata" in said:
        message["metadata"] = said["metadata"]
    for name in ("attachments", "metadata"):
        if not message.get(name):
            message.pop(name, None)
    message["edited"] = {"user": BOT_USER, "ts": workspace.new_ts()}
    message["_edits"] = message.get("_edits", 0) + 1
    return call.done(channel, message) | {
        "text": message["text"],
        "message": workspace.view(channel, message),
    }


def _update_blocks(call: Call, message: Body, said: Body) -> None:
    """Update a message. Missing arguments keep their values: mostly a mistake with new text."""
    workspace, old = call.workspace, message.get("blocks", [])
    if call.arguments.get("blocks") is None:
        if old and said["text"] is not None:
            workspace.lint(
                call.record,
                "update_kept_old_blocks",
                "the text changed and the blocks stay visible",
            )
        return
    if {one["block_id"] for one in said["blocks"] if "block_id" in one} & {
        one["block_id"] for one in old
    }:
        workspace.lint(
            call.record, "block_id_reused_in_update", "an updated message needs a new block_id"
        )
    if said["blocks"]:
        message["blocks"] = with_ids(said["blocks"])
    else:
        message.pop("blocks", None)


def _own(call: Call, channel: Channel, refusal: str) -> Body:
    """Return the app's own message. Raises ApiError."""
    message = channel.messages.get(str(call.arguments["ts"]))
    if message is None or message.get("subtype") == "tombstone":
        raise ApiError("message_not_found")
    if message.get("user") != BOT_USER:
        raise ApiError(refusal)
    return message


def delete(call: Call) -> Body:
    """Delete a message. One with replies leaves a tombstone."""
    call.need("channel", "ts")
    channel = call.workspace.channel(call.arguments["channel"])
    message = _own(call, channel, "cant_delete_message")
    ts = message["ts"]
    if channel.replies(ts):
        stone = {
            "type": "message",
            "subtype": "tombstone",
            "text": "This message was deleted.",
            "user": "USLACKBOT",
        }
        channel.messages[ts] = stone | {"hidden": True, "ts": ts, "thread_ts": ts}
    else:
        del channel.messages[ts]
    return call.done(channel, message)


def get_permalink(call: Call) -> Body:
    call.need("channel", "message_ts")
    channel = call.workspace.channel(call.arguments["channel"], member=False)
    message = channel.messages.get(call.arguments["message_ts"])
    if message is None:
        missing()
    root = message.get("thread_ts", message["ts"])
    query = f"?thread_ts={root}&cid={channel.id}" if root != message["ts"] else ""
    place = f"{channel.id}/p{message['ts'].replace('.', '')}{query}"
    return {
        "ok": True,
        "channel": channel.id,
        "permalink": f"https://simulator.slack.com/archives/{place}",
    }


def missing() -> NoReturn:
    raise ApiError("message_not_found")
