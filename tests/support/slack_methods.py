"""The methods of the suite's Slack. `slack_server.py` answers calls with them.

They take only what rolewatch sends, keep what Slack would keep, and complain about anything else in
`complaints`.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.support.block_rules import TOTAL, faults, length
from tests.support.slack_channel import Body, Channel, Refusal


@dataclass
class Methods:
    page: int = 2  # items of a page, so that every reading has several
    private_scope: bool = True
    complaints: list[str] = field(default_factory=list)
    channels: dict[str, Channel] = field(default_factory=dict)
    clock: Callable[[], float] = time.time
    _stamp: int = 0

    def _auth_test(self, _: Body) -> Body:
        return {
            "url": "https://example.slack.com/",
            "team": "Example",
            "user": "rolewatch",
            "user_id": "U0BOT0001",
        }

    def _apps_connections_open(self, _: Body) -> Body:
        return {"url": "ws://127.0.0.1:9/"}

    def _chat_postMessage(self, arguments: Body) -> Body:  # Slack's name  # noqa: N802
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
        message |= {
            "text": arguments["text"],
            "blocks": arguments["blocks"],
            "edits": message.get("edits", 0) + 1,
        }
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
        messages = [
            one
            for one in self._channel(arguments["channel"]).messages
            if float(one["ts"]) > float(arguments["oldest"])
        ]
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
        replies = [
            one for one in channel.replies(parent) if float(one["ts"]) > float(arguments["oldest"])
        ]
        return self._page("messages", [parent, *replies], arguments)

    def _conversations_list(self, arguments: Body) -> Body:
        types = arguments["types"].split(",")
        if "private_channel" in types and not self.private_scope:
            raise Refusal("missing_scope", needed="groups:read")
        wanted = {"im"} & set(types)
        kinds = [
            (
                channel,
                "im"
                if channel.user
                else "private_channel"
                if channel.private
                else "public_channel",
            )
            for channel in self._all()
        ]
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
        return {
            "id": channel.id,
            "name": channel.name,
            "is_archived": channel.archived,
            "is_member": channel.member,
            "is_private": channel.private,
        }

    def _page(self, name: str, items: list[Body], arguments: Body) -> Body:
        start = int(arguments.get("cursor") or 0)
        after = start + self.page
        return {
            name: items[start:after],
            "response_metadata": {"next_cursor": str(after) if after < len(items) else ""},
        }
