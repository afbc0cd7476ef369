"""A server of Greenhouse boards on 127.0.0.1 for the demo and the tests.

It serves Greenhouse's Job Board API. `boards` may change while it runs, and `troubles` makes one
path misbehave. https://developers.greenhouse.io/job-board.html
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import socket
import struct
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from http import HTTPStatus
from typing import Any, Self
from urllib.parse import urlsplit

import msgspec

_PHRASES = {status.value: status.phrase for status in HTTPStatus}
_NOT_FOUND = b'{"status":404,"error":"Job not found"}'


@dataclass
class ServedBoard:
    """The jobs of one board. The list lacks those in `unlisted`, which have their own pages."""

    jobs: list[dict[str, Any]] = field(default_factory=list)
    unlisted: list[dict[str, Any]] = field(default_factory=list)
    body: bytes | None = None  # sent as the list instead of `jobs`

    def listing(self) -> bytes:
        if self.body is not None:
            return self.body
        return msgspec.json.encode({"jobs": self.jobs, "meta": {"total": len(self.jobs)}})

    def posting(self, key: str) -> bytes | None:
        jobs = {str(job.get("id")): job for job in reversed([*self.jobs, *self.unlisted])}
        return msgspec.json.encode(jobs[key]) if key in jobs else None


@dataclass(frozen=True)
class Trouble:
    """Faults of a path. Values that are not set stay normal."""

    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    raw: bytes | None = None  # sent with its own head; then the connection is closed
    hang: float = 0.0  # seconds before anything is sent
    drip: float = 0.0  # seconds between two bytes of the body
    cut: int | None = None  # bytes of the body that are sent before the connection is closed
    reset: bool = False  # the connection is reset without an answer
    times: int | None = None  # number of bad answers; later ones are normal


@dataclass(frozen=True)
class SeenRequest:
    """A request as the server read it."""

    path: str  # "deepmind" for a list, "deepmind/5938712" for one posting
    target: str  # path and query as sent
    headers: Mapping[str, str]  # names in lower case
    at: float  # time.monotonic()
    method: str = "GET"
    body: bytes = b""


@dataclass(frozen=True)
class Answer:
    """A response to send."""

    status: int
    headers: dict[str, str]
    body: bytes


class BoardServer:
    """A server that listens inside `async with`. `url` is the value for `api_url`."""

    def __init__(self) -> None:
        self.boards: dict[str, ServedBoard] = {}
        self.troubles: dict[str, Trouble] = {}  # by path, as in SeenRequest
        self.requests: list[SeenRequest] = []
        self.busiest = 0  # most requests in progress at once
        self.url = ""
        self._busy = 0
        self._connections: set[asyncio.Task[None]] = set()

    def board(self, token: str, *jobs: dict[str, Any]) -> ServedBoard:
        """Serve these jobs as the board of this token."""
        self.boards[token] = ServedBoard(list(jobs))
        return self.boards[token]

    def asked(self, path: str) -> list[SeenRequest]:
        return [request for request in self.requests if request.path == path]

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._converse, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for connection in self._connections:
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  # a coroutine runs in a task
        self._connections.add(task)
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while await self._serve_request(reader, writer):
                pass
        self._connections.discard(task)
        writer.close()

    async def _serve_request(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        """Answer one request. Return True if the connection stays open."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {
            name.strip().lower(): value.strip()
            for name, _, value in (line.partition(":") for line in head[1:-2])
        }
        method, target = head[0].split(" ")[:2]
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        seen = SeenRequest(board_path(target), target, headers, time.monotonic(), method, body)
        self.requests.append(seen)
        self._busy += 1
        self.busiest = max(self.busiest, self._busy)
        try:
            return await self._send(writer, seen, self._trouble(seen.path))
        finally:
            self._busy -= 1

    def _trouble(self, path: str) -> Trouble:
        trouble = self.troubles.get(path, Trouble())
        if trouble.times is not None and len(self.asked(path)) > trouble.times:
            return Trouble()
        return trouble

    async def _send(
        self, writer: asyncio.StreamWriter, seen: SeenRequest, trouble: Trouble
    ) -> bool:
        await asyncio.sleep(trouble.hang)
        if trouble.reset:
            writer.get_extra_info("socket").setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
            )
            writer.transport.abort()
            return False
        if trouble.raw is not None:
            writer.write(trouble.raw)
            await writer.drain()
            return False
        answer = self._with_trouble(self._answer(seen), trouble)
        lines = [f"HTTP/1.1 {answer.status} {_PHRASES.get(answer.status, 'Unknown')}"]
        lines += [f"{name}: {value}" for name, value in answer.headers.items()]
        writer.write("\r\n".join([*lines, "", ""]).encode("latin-1"))
        await _send_body(writer, answer.body[: trouble.cut], trouble.drip)
        return trouble.cut is None

    def _with_trouble(self, answer: Answer, trouble: Trouble) -> Answer:
        if trouble.status is None and trouble.body is None:
            return Answer(answer.status, {**answer.headers, **trouble.headers}, answer.body)
        body = b"" if trouble.body is None else trouble.body
        headers = {
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
            **trouble.headers,
        }
        return Answer(trouble.status or 200, headers, body)

    def _answer(self, seen: SeenRequest) -> Answer:
        token, _, key = seen.path.partition("/")
        board = self.boards.get(token)
        content = None if board is None else board.posting(key) if key else board.listing()
        zipped = "gzip" in seen.headers.get("accept-encoding", "")
        body, etag = packed(_NOT_FOUND if content is None else content, zipped=zipped)
        headers = {"Content-Type": "application/json", "Vary": "Accept-Encoding, Origin"}
        if content is not None:
            headers["ETag"] = etag
            if seen.headers.get("if-none-match") == etag:
                return Answer(304, headers, b"")
        if zipped:
            headers["Content-Encoding"] = "gzip"
        headers["Content-Length"] = str(len(body))
        return Answer(404 if content is None else 200, headers, body)


@lru_cache(maxsize=512)
def packed(body: bytes, *, zipped: bool) -> tuple[bytes, str]:
    """Return the body as sent, and its ETag. Cached, since compression takes longest."""
    digest = hashlib.md5(body, usedforsecurity=False).hexdigest()
    return gzip.compress(body, 6) if zipped else body, f'W/"{digest}"'


async def _send_body(writer: asyncio.StreamWriter, body: bytes, drip: float) -> None:
    if not drip:
        writer.write(body)
    else:
        for position in range(len(body)):
            writer.write(body[position : position + 1])
            await asyncio.sleep(drip)
    await writer.drain()


def board_path(target: str) -> str:
    """Return "deepmind" for /v1/boards/deepmind/jobs, "deepmind/593" for a job, else the path."""
    parts = urlsplit(target).path.strip("/").split("/")
    if parts[:2] == ["v1", "boards"] and parts[3:4] == ["jobs"]:
        return "/".join([parts[2], *parts[4:]])
    return urlsplit(target).path
