"""A channel of the suite's Slack: its messages, their threads, and how Slack says no."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Body = dict[str, Any]


class Refusal(Exception):  # an answer of Slack's  # noqa: N818
    def __init__(self, word: str, **more: object) -> None:
        self.word = word
        self.body = {"ok": False, "error": word, **more}


@dataclass
class Channel:
    id: str
    name: str
    private: bool = False
    member: bool = True
    archived: bool = False
    user: str = ""  # of a direct message
    messages: list[Body] = field(default_factory=list)
    # replies by the ts of the message that they belong to
    threads: dict[str, list[Body]] = field(default_factory=dict)

    def everything(self) -> list[Body]:
        return [*self.messages, *(reply for replies in self.threads.values() for reply in replies)]

    def parent(self, ts: str) -> Body | None:
        return next((message for message in self.messages if message["ts"] == ts), None)

    def replies(self, message: Body) -> list[Body]:
        return self.threads.get(message["ts"], [])


def delivery_of(message: Body) -> str | None:
    metadata = message.get("metadata") or {}
    found: str | None = metadata.get("event_payload", {}).get("delivery_id")
    return found if metadata.get("event_type") == "rolewatch_delivery" else None
