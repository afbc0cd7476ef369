"""A local server of any ATS: one host for all its tenants, as `[ats.NAME] api_url` sees it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from monitor.demo.board_server import Answer, BoardServer, SeenRequest


@dataclass(frozen=True)
class Reply:
    """One answer. `content` is sent as JSON unless it is bytes."""

    content: Any = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


NOT_FOUND = Reply({"error": "not found"}, 404)


class AtsServer(BoardServer):
    """Answers by `reply`, which a subclass writes. `troubles` go by the whole path."""

    def __init__(self) -> None:
        super().__init__()
        self.robots: str | None = None  # of every host; None: 404

    def reply(self, path: str, query: dict[str, str], sent: Any) -> Reply:
        """Return the answer to a path. `sent` is the JSON that was posted, None for a GET."""
        raise NotImplementedError

    def paths(self) -> list[str]:
        """Return the paths that were asked for, without those of robots.txt."""
        targets = (unquote(seen.target) for seen in self.requests)
        return [target for target in targets if not target.endswith("/robots.txt")]

    def _answer(self, seen: SeenRequest) -> Answer:
        address = urlsplit(seen.target)
        if address.path.endswith("/robots.txt"):
            reply = Reply((self.robots or "").encode(), 200 if self.robots is not None else 404)
        else:
            query = {
                name: values[-1]
                for name, values in parse_qs(address.query, keep_blank_values=True).items()
            }
            sent = json.loads(seen.body) if seen.body else None
            reply = self.reply(unquote(address.path), query, sent)
        is_bytes = isinstance(reply.content, bytes)
        body = reply.content if is_bytes else json.dumps(reply.content).encode()
        plain = {"Content-Type": "application/json", "Content-Length": str(len(body))}
        return Answer(reply.status, plain | dict(reply.headers), body)
