"""The simulator's state: channels, messages, answers, files, homes, faults and calls."""

from __future__ import annotations

import base64
import json
import os
import time
from collections import Counter, defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from tests.support.strict_slack.options import Options

Body = dict[str, Any]
TEAM, BOT_USER, BOT_ID, APP_ID = "T0SIMTEAM1", "U0SIMBOT01", "B0SIMBOT01", "A0SIMAPP01"
USERS = {"U0ALICE001": "alice", "U0BOBBY001": "bob", BOT_USER: "rolewatch"}
_RECENT = 5000  # log records that are kept
_CHANNELS = (  # id, name, private, member, archived
    ("C0GENERAL1", "general", False, True, False),
    ("C0ROLES001", "roles", False, True, False),
    ("C0ROLES002", "roles-research", False, True, False),
    ("C0DIGEST01", "roles-digest", False, True, False),
    ("C0OPS00001", "rolewatch-ops", False, True, False),
    ("C0NOTIN001", "not-joined", False, False, False),
    ("C0ARCHIVE1", "old-archive", False, True, True),
    ("C0PRIVATE1", "private-in", True, True, False),
    ("C0PRIVATE2", "private-out", True, False, False),
)


class ApiError(Exception):
    """An answer that is not ok: Slack's word, and for a developer what is wrong where."""

    def __init__(self, word: str, messages: list[str] | None = None, **more: object) -> None:
        super().__init__(word)
        self.word = word
        self.body: Body = {"ok": False, "error": word, **more}
        if messages and word in {"invalid_blocks", "invalid_attachments"}:
            self.body["errors"] = list(messages)
        if messages:
            self.body["response_metadata"] = {
                "messages": [f"[ERROR] {message}" for message in messages]
            }


@dataclass
class Channel:
    id: str
    name: str
    is_private: bool = False
    is_member: bool = True
    is_archived: bool = False
    is_im: bool = False
    user: str = ""  # of a direct message
    messages: dict[str, Body] = field(default_factory=dict)  # by ts, replies among them

    def roots(self) -> list[Body]:
        return [one for one in self.sorted() if one.get("thread_ts", one["ts"]) == one["ts"]]

    def replies(self, ts: str) -> list[Body]:
        return [one for one in self.sorted() if one.get("thread_ts") == ts and one["ts"] != ts]

    def sorted(self) -> list[Body]:
        return sorted(self.messages.values(), key=lambda one: str(one["ts"]))


class Workspace:
    def __init__(self, options: Options) -> None:
        self.options = options
        self.sockets: list[Any] = []
        self.tickets: dict[str, float] = {}  # addresses of sockets → until when
        self.pending: dict[str, Any] = {}  # envelopes that wait for their acknowledgement
        self._numbers = count(1)
        self._last = 0
        self.reset()

    def reset(self) -> None:
        """Everything as at the start, but for the connections."""
        known = [Channel(*row) for row in _CHANNELS]
        known += [
            Channel(f"C0EXTRA{number:03}", name) for number, name in enumerate(self.options.channel)
        ]
        self.channels = {one.id: one for one in known}
        self.faults: list[Body] = []
        self.buckets: dict[str, tuple[float, float]] = {}
        self.tier_hits: defaultdict[str, deque[float]] = defaultdict(deque)
        self.team_hits: deque[float] = deque()
        self.files: dict[str, Body] = {}
        self.uploads: dict[str, str] = {}
        self.ephemeral: list[Body] = []
        self.response_urls: dict[str, Body] = {}
        self.triggers: dict[str, float] = {}
        self.views: list[Body] = []
        self.homes: dict[str, Body] = {}  # the App Home of each person
        self.lints: list[Body] = []
        self.recent: list[Body] = []
        self.calls: Counter[str] = Counter()
        self.outcomes: Counter[str] = Counter()

    def new_ts(self) -> str:
        self._last = max(int(time.time() * 1e6), self._last + 1)
        return f"{self._last // 1_000_000}.{self._last % 1_000_000:06d}"

    def log(self, **record: object) -> None:
        entry = {"seq": next(self._numbers), "time": round(time.time(), 6), **record}
        self.recent.append(entry)
        del self.recent[:-_RECENT]
        if self.options.log:
            with Path(self.options.log).open("a", encoding="utf-8") as file:
                file.write(json.dumps(entry, ensure_ascii=False) + "\n")

    def lint(self, record: Body, code: str, detail: str = "") -> None:
        """Note what Slack swallows and a good app never does."""
        found = {"code": code, "detail": detail}
        record.setdefault("lints", []).append(found)
        self.lints.append({"method": record.get("method"), **found})

    def take_fault(self, method: str, arguments: Body) -> Body | None:
        """Return the fault that this call meets."""
        for fault in list(self.faults):
            mine = fault.get("method", method) == method and fault.get(
                "channel", arguments.get("channel")
            ) == arguments.get("channel")
            if not mine or fault["count"] <= 0:
                continue
            if fault.get("after", 0) > 0:
                fault["after"] -= 1
                continue
            fault["count"] -= 1
            if not fault["count"]:
                self.faults.remove(fault)
            return fault
        return None

    def channel(self, reference: object, *, names: bool = False, member: bool = True) -> Channel:
        """Return the channel of an id; with `names` also of a name or person. Raise ApiError."""
        if not isinstance(reference, str) or not reference:
            raise ApiError("invalid_arguments", ["missing required field: channel"])
        found = self.channels.get(reference) or (self._named(reference) if names else None)
        if found is None or (found.is_private and not found.is_member):
            raise ApiError("channel_not_found")
        if member and not found.is_member:
            raise ApiError("not_in_channel")
        return found

    def _named(self, reference: str) -> Channel | None:
        bare = reference.removeprefix("#")
        found = next(
            (one for one in self.channels.values() if one.name == bare and not one.is_im), None
        )
        if found is None and reference in USERS and reference != BOT_USER:
            direct = "D0" + reference[2:]
            found = self.channels.setdefault(
                direct, Channel(direct, "", is_private=True, is_im=True, user=reference)
            )
        return found

    def store(
        self,
        channel: Channel,
        content: Body,
        *,
        user: str = BOT_USER,
        thread_ts: str | None = None,
        **more: object,
    ) -> Body:
        """Keep a message as Slack does."""
        ts = self.new_ts()
        message: Body = {
            "type": "message",
            "user": user,
            "text": content.get("text") or "",
            "ts": ts,
            "team": TEAM,
        }
        if user == BOT_USER:
            profile = {
                "id": BOT_ID,
                "name": "rolewatch",
                "app_id": APP_ID,
                "team_id": TEAM,
                "deleted": False,
            }
            message |= {"bot_id": BOT_ID, "app_id": APP_ID, "bot_profile": profile}
        if content.get("blocks"):
            message["blocks"] = with_ids(content["blocks"])
        if content.get("attachments"):
            message["attachments"] = [
                one | {"id": number} for number, one in enumerate(content["attachments"], 1)
            ]
        if content.get("metadata"):
            message["metadata"] = content["metadata"]
        if thread_ts:
            message |= {
                "thread_ts": thread_ts,
                "parent_user_id": channel.messages[thread_ts].get("user"),
            }
        channel.messages[ts] = message | more
        return channel.messages[ts]

    def keep_ephemeral(self, channel_id: str, user: str, content: Body, via: str) -> Body:
        """Keep an answer that one person sees; its buttons can be pressed."""
        answer: Body = {
            "channel": channel_id,
            "user": user,
            "text": content["text"],
            "via": via,
            "ts": self.new_ts(),
        }
        answer["blocks"] = with_ids(content["blocks"]) if content["blocks"] else content["blocks"]
        self.ephemeral.append(answer)
        return answer

    def view(
        self, channel: Channel, message: Body, *, metadata: bool = True, internal: bool = False
    ) -> Body:
        """Return a message as Slack gives it back."""
        shown: Body = json.loads(json.dumps(message))
        if not internal:
            shown.pop("_edits", None)
        if "metadata" in shown and not metadata:
            shown["metadata"] = {"event_type": shown["metadata"].get("event_type")}
        replies = (
            channel.replies(shown["ts"])
            if shown.get("thread_ts", shown["ts"]) == shown["ts"]
            else []
        )
        if replies:
            users = list(dict.fromkeys(one["user"] for one in replies))
            counts = {
                "reply_count": len(replies),
                "reply_users_count": len(users),
                "reply_users": users,
            }
            shown |= {
                "thread_ts": shown["ts"],
                **counts,
                "latest_reply": replies[-1]["ts"],
                "is_locked": False,
                "subscribed": False,
            }
        return shown


def with_ids(blocks: list[Body]) -> list[Body]:
    """Return the blocks with the ids that Slack makes up."""
    copied: list[Body] = json.loads(json.dumps(blocks))
    for block in copied:
        block.setdefault("block_id", _made_up())
        for element in interactive(block):
            element.setdefault("action_id", _made_up())
    return copied


def interactive(block: Body) -> Iterator[Body]:
    """Return what can be pressed in a block."""
    found = (
        block.get("elements") or []
        if block["type"] == "actions"
        else [block["accessory"]]
        if "accessory" in block
        else []
    )
    yield from (one for one in found if one.get("type") != "image")


def _made_up() -> str:
    return base64.b64encode(os.urandom(4)).decode().rstrip("=")[:5]


def is_true(value: object) -> bool:
    """Return True for a true value of JSON or a form."""
    return value == 1 if not isinstance(value, str) else value.lower() in {"1", "true", "t", "yes"}
