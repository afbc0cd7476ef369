"""Boards that change at random, and a model of every change and alert that must follow."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from monitor.demo.board_server import BoardServer, Trouble
from tests.support.greenhouse import job

BOARDS = ("alpha", "beta", "gamma", "delta")
Change = tuple[str, str | None]  # kind, field
_TROUBLES = (
    Trouble(status=500),
    Trouble(status=403),
    Trouble(status=429, headers={"Retry-After": "1"}),
    Trouble(reset=True),
    Trouble(body=b'{"jobs":[]}', cut=4),
    Trouble(body=b"<html>log in</html>"),
    Trouble(body=b'{"jobs":null}'),
    Trouble(hang=3),
)
_FIELDS = ("status", "headers", "body", "raw", "hang", "cut", "reset")


@dataclass
class Board:
    """The current and former postings of a board, and the number of its recorded changes."""

    listed: dict[int, dict[str, Any]]
    closed: dict[int, dict[str, Any]] = field(default_factory=dict)
    changes: int = 0  # rows of posting_changes that are to come of it


@dataclass
class World:
    """Boards that change at random, and the expected history and alerts of each posting."""

    server: BoardServer
    random: Random
    tokens: Sequence[str] = BOARDS
    boards: dict[str, Board] = field(default_factory=dict)
    # by posting
    changes: defaultdict[str, list[Change]] = field(default_factory=lambda: defaultdict(list))
    alerts: Counter[tuple[str, str]] = field(default_factory=Counter)  # by posting and kind
    number: int = 1000

    def __post_init__(self) -> None:
        for token in self.tokens:
            self.boards[token] = Board({key: self._job(key) for key in range(1, 13)})
            self._list(token)

    def move(self, token: str) -> None:
        """One or two postings of a board change."""
        board = self.boards[token]
        acts = self.random.sample(
            [
                self._open,
                self._retitle,
                self._relocate,
                self._rewrite,
                self._close,
                self._reopen,
                self._touch,
            ],
            2,
        )
        spared: set[int] = set()
        for act in acts[: self.random.choice((1, 1, 2))]:
            key = act(token, board, spared)
            if key is not None:
                spared.add(key)
        self._list(token)

    def disturb(self, token: str) -> None:
        """Let a board's next answers fail."""
        asked = len(self.server.asked(token)) + self.random.choice((1, 2, 3))
        trouble = self.random.choice(_TROUBLES)
        self.server.troubles[token] = Trouble(
            **{name: getattr(trouble, name) for name in _FIELDS} | {"times": asked}
        )

    def _job(self, key: int) -> dict[str, Any]:
        fits = self.random.random() < 0.8  # the others are on nobody's mind
        return job(
            key,
            title=f"{'Research Engineer' if fits else 'Pastry Chef'}, Team {key}",
            content=f"Text of {key}.",
            offices=[],
        )

    def _list(self, token: str) -> None:
        board = self.boards[token]
        if token in self.server.boards:
            self.server.boards[token].jobs = list(board.listed.values())
        else:
            self.server.board(token, *board.listed.values())

    def _tell(self, token: str, key: int, kind: str, *fields: str) -> None:
        posting = f"greenhouse:{token}:{key}"
        board = self.boards[token]
        rows: list[Change] = [] if kind == "revised" else [(kind, None)]
        rows += [("revised", name) for name in fields]
        self.changes[posting] += rows
        board.changes += len(rows)
        title = (board.listed.get(key) or board.closed[key])["title"]
        if "Research Engineer" in title:
            self.alerts[posting, kind] += 1

    def _number(self) -> int:
        self.number += 1
        return self.number

    def _some(self, board: Board, spared: set[int]) -> int:
        return self.random.choice([key for key in board.listed if key not in spared])

    def _open(self, token: str, board: Board, _spared: set[int]) -> int:
        key = self._number()
        board.listed[key] = self._job(key)
        self._tell(token, key, "opened")
        return key

    def _edit(self, token: str, board: Board, key: int, name: str, **fields: object) -> int:
        board.listed[key] = board.listed[key] | fields
        self._tell(token, key, "revised", name)
        return key

    def _retitle(self, token: str, board: Board, spared: set[int]) -> int:
        key = self._some(board, spared)
        head = board.listed[key]["title"].split(",")[0]
        return self._edit(token, board, key, "title", title=f"{head}, Team {self._number()}")

    def _relocate(self, token: str, board: Board, spared: set[int]) -> int:
        key = self._some(board, spared)
        return self._edit(
            token, board, key, "location", location={"name": f"Town {self._number()}"}
        )

    def _rewrite(self, token: str, board: Board, spared: set[int]) -> int:
        return self._edit(
            token,
            board,
            self._some(board, spared),
            "description",
            content=f"Another text, {self._number()}.",
        )

    def _close(self, token: str, board: Board, spared: set[int]) -> int | None:
        if len(board.listed) < 8:  # more would be a collapse
            return None
        key = self._some(board, spared)
        board.closed[key] = board.listed.pop(key)
        self._tell(token, key, "closed")
        return key

    def _reopen(self, token: str, board: Board, spared: set[int]) -> int | None:
        again = [key for key in board.closed if key not in spared]
        if not again:
            return None
        key = self.random.choice(again)
        board.listed[key] = board.closed.pop(key)
        edited = self.random.random() < 0.5  # one in two comes back otherwise
        if edited:
            board.listed[key] = board.listed[key] | {"location": {"name": f"Town {self._number()}"}}
        self._tell(token, key, "reopened", *["location"] * edited)
        return key

    def _touch(self, _token: str, board: Board, spared: set[int]) -> int:
        key = self._some(board, spared)
        board.listed[key] = board.listed[key] | {
            "updated_at": f"2026-03-01T10:00:00.{self._number()}Z"
        }
        return key
