"""The methods conversations.* (docs.slack.dev/reference/methods/conversations.history)."""

from __future__ import annotations

import base64
import binascii

from tests.support.strict_slack.messages import Call
from tests.support.strict_slack.workspace import ApiError, Body, Channel, is_true

_TYPES = {"public_channel", "private_channel", "mpim", "im"}
_NO_BOUND = (None, "", "0", 0, "now")


def history(call: Call) -> Body:
    """With `oldest` alone, the messages closest to it come first and one pages forward."""
    call.need("channel")
    channel = call.workspace.channel(call.arguments["channel"])
    shown = [
        one
        for one in channel.sorted()
        if one.get("thread_ts", one["ts"]) == one["ts"] or one.get("subtype") == "thread_broadcast"
    ]
    forward = (
        call.arguments.get("oldest") not in _NO_BOUND and call.arguments.get("latest") in _NO_BOUND
    )
    found = _window(call.arguments, shown)
    most = 15 if call.workspace.options.non_marketplace else 999
    page, cursor = _page(call.arguments, min(100, most), most, found if forward else found[::-1])
    page = sorted(page, key=lambda one: str(one["ts"]), reverse=True)
    call.record["returned"] = len(page)
    return _messages(call, channel, page, cursor) | {"pin_count": 0}


def replies(call: Call) -> Body:
    call.need("channel", "ts")
    channel = call.workspace.channel(call.arguments["channel"])
    message = channel.messages.get(str(call.arguments["ts"]))
    if message is None:
        raise ApiError("thread_not_found")
    root = str(message.get("thread_ts") or message["ts"])
    most = 15 if call.workspace.options.non_marketplace else 1000
    parent = [channel.messages[root]] if root in channel.messages else []
    page, cursor = _page(
        call.arguments, most, most, parent + _window(call.arguments, channel.replies(root))
    )
    return _messages(call, channel, page, cursor)


def _messages(call: Call, channel: Channel, page: list[Body], cursor: str) -> Body:
    metadata = is_true(call.arguments.get("include_all_metadata"))
    shown = [call.workspace.view(channel, one, metadata=metadata) for one in page]
    more: Body = {"response_metadata": {"next_cursor": cursor}} if cursor else {}
    return {"ok": True, "messages": shown, "has_more": bool(cursor)} | more


def _page(arguments: Body, usual: int, most: int, items: list[Body]) -> tuple[list[Body], str]:
    """Return a page and the cursor of the next one. Raises ApiError."""
    try:
        limit = int(arguments.get("limit") or usual)
        start = (
            int(base64.b64decode(arguments["cursor"]).decode().split(":")[1])
            if arguments.get("cursor")
            else 0
        )
    except (TypeError, IndexError, UnicodeDecodeError, binascii.Error) as error:
        raise ApiError("invalid_cursor") from error
    except ValueError as error:
        raise ApiError("invalid_limit") from error
    if limit > most:
        raise ApiError("invalid_arguments", [f"must be less than {most + 1} [json-pointer:/limit]"])
    if limit < 1:
        raise ApiError("invalid_limit")
    end = start + limit
    return items[start:end], base64.b64encode(f"next_ts:{end}".encode()).decode() if end < len(
        items
    ) else ""


def _window(arguments: Body, messages: list[Body]) -> list[Body]:
    """Return the messages between `oldest` and `latest`."""
    inclusive = is_true(arguments.get("inclusive"))
    oldest, latest = (_bound(arguments, name) for name in ("oldest", "latest"))
    found = []
    for one in messages:
        at = _microseconds(str(one["ts"]))
        after = oldest is None or at > oldest or (inclusive and at == oldest)
        before = latest is None or at < latest or (inclusive and at == latest)
        if after and before:
            found.append(one)
    return found


def _bound(arguments: Body, name: str) -> int | None:
    value = arguments.get(name)
    if value in _NO_BOUND:
        return None
    try:
        float(str(value))
    except ValueError as error:
        raise ApiError(f"invalid_ts_{name}") from error
    return _microseconds(str(value))


def _microseconds(ts: str) -> int:
    whole, _, part = ts.partition(".")
    return int(whole) * 1_000_000 + int((part + "000000")[:6])


def list_(call: Call) -> Body:
    types = {one.strip() for one in str(call.arguments.get("types") or "public_channel").split(",")}
    if types - _TYPES:
        raise ApiError("invalid_types")
    without_archived = is_true(call.arguments.get("exclude_archived"))
    found = [
        one
        for one in call.workspace.channels.values()
        if _kind(one) in types and not (without_archived and one.is_archived)
    ]
    page, cursor = _page(call.arguments, 100, 999, [shown(one) for one in found])
    return {"ok": True, "channels": page, "response_metadata": {"next_cursor": cursor}}


def _kind(channel: Channel) -> str:
    """Return the type that lists it; none for a private channel without the app."""
    if channel.is_im:
        return "im"
    if channel.is_private:
        return "private_channel" if channel.is_member else ""
    return "public_channel"


def shown(channel: Channel) -> Body:
    """Return a channel as Slack describes it."""
    if channel.is_im:
        return {
            "id": channel.id,
            "is_im": True,
            "user": channel.user,
            "is_archived": False,
            "created": 1_700_000_000,
        }
    return {
        "id": channel.id,
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": not channel.is_private,
        "is_group": channel.is_private,
        "is_im": False,
        "is_mpim": False,
        "is_private": channel.is_private,
        "is_archived": channel.is_archived,
        "is_general": channel.name == "general",
        "is_member": channel.is_member,
        "created": 1_700_000_000,
        "creator": "U0ALICE001",
        "num_members": 3,
        "topic": {"value": ""},
        "purpose": {"value": ""},
    }


def info(call: Call) -> Body:
    call.need("channel")
    return {
        "ok": True,
        "channel": shown(call.workspace.channel(call.arguments["channel"], member=False)),
    }


def join(call: Call) -> Body:
    call.need("channel")
    channel = call.workspace.channel(call.arguments["channel"], member=False)
    if channel.is_private:
        raise ApiError("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise ApiError("is_archived")
    if channel.is_member:
        call.warnings.append("already_in_channel")
    channel.is_member = True
    return {"ok": True, "channel": shown(channel)}
