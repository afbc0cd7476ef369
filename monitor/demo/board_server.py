"""A board server on 127.0.0.1 that speaks Greenhouse's Job Board API, well or badly as it is told.

The demo and the tests stand on it. `boards` may be changed while it runs; `troubles` makes one path
misbehave. https://developers.greenhouse.io/job-board.html
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import socket
import struct
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractAsyncContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from functools import lru_cache
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit

import msgspec

_NOT_FOUND = b'{"status":404,"error":"Job not found"}'


@dataclass
class ServedBoard:
    """What one board lists. `unlisted` are postings that have an answer of their own but are not in the list."""

    jobs: list[dict[str, Any]] = field(default_factory=list)
    unlisted: list[dict[str, Any]] = field(default_factory=list)
    body: bytes | None = None  # the list as it is, instead of `jobs`

    def listing(self) -> bytes:
        if self.body is not None:
            return self.body
        return msgspec.json.encode({"jobs": self.jobs, "meta": {"total": len(self.jobs)}})

    def posting(self, key: str) -> bytes | None:
        return next(
            (
                msgspec.json.encode(job)
                for job in [*self.jobs, *self.unlisted]
                if str(job.get("id")) == key
            ),
            None,
        )


@dataclass(frozen=True)
class Trouble:
    """How a path misbehaves; what is not said stays as it would be."""

    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    # everything that is sent, head included; then the connection is closed
    raw: bytes | None = None
    hang: float = 0.0  # seconds before anything is sent
    drip: float = 0.0  # seconds between two bytes of the body
    cut: int | None = None  # bytes of the body that are sent before the connection is closed
    reset: bool = False  # the connection is reset without an answer
    times: int | None = None  # answers that go wrong; then all is well again


@dataclass(frozen=True)
class SeenRequest:
    path: str  # "deepmind" for a list, "deepmind/5938712" for one posting
    target: str  # as it was sent, with its query
    headers: Mapping[str, str]  # names in lower case
    at: float  # time.monotonic()


@dataclass(frozen=True)
class _Answer:
    status: int
    headers: dict[str, str]
    body: bytes


class BoardServer:
    """Listens from `async with` to its end; `url` is what `api_url` should be."""

    def __init__(self) -> None:
        self.boards: dict[str, ServedBoard] = {}
        self.troubles: dict[str, Trouble] = {}  # by path, as in SeenRequest
        self.requests: list[SeenRequest] = []
        self.busiest = 0  # the most requests that were being answered at once
        self.url = ""
        self._busy = 0
        self._connections: set[asyncio.Task[None]] = set()

    def board(self, token: str, *jobs: dict[str, Any]) -> ServedBoard:
        """The board of that token, which from now on lists these jobs."""
        self.boards[token] = ServedBoard(list(jobs))
        return self.boards[token]

    def asked(self, path: str) -> list[SeenRequest]:
        return [request for request in self.requests if request.path == path]

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._converse, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.close()
        for connection in self._connections:
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # a coroutine always runs in one  # noqa: S101
        self._connections.add(task)
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while await self._answer_one(reader, writer):
                pass
        self._connections.discard(task)
        writer.close()

    async def _answer_one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Whether the connection lives on."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {
            name.strip().lower(): value.strip()
            for name, _, value in (line.partition(":") for line in head[1:-2])
        }
        target = head[0].split(" ")[1]
        seen = SeenRequest(_path(target), target, headers, time.monotonic())
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
        lines = [f"HTTP/1.1 {answer.status} {_phrase(answer.status)}"]
        lines += [f"{name}: {value}" for name, value in answer.headers.items()]
        writer.write("\r\n".join([*lines, "", ""]).encode("latin-1"))
        await _send_body(writer, answer.body[: trouble.cut], trouble.drip)
        return trouble.cut is None

    def _with_trouble(self, answer: _Answer, trouble: Trouble) -> _Answer:
        if trouble.status is None and trouble.body is None:
            return _Answer(answer.status, {**answer.headers, **trouble.headers}, answer.body)
        body = b"" if trouble.body is None else trouble.body
        headers = {
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
            **trouble.headers,
        }
        return _Answer(trouble.status or 200, headers, body)

    def _answer(self, seen: SeenRequest) -> _Answer:
        token, _, key = seen.path.partition("/")
        board = self.boards.get(token)
        found = None if board is None else board.posting(key) if key else board.listing()
        zipped = "gzip" in seen.headers.get("accept-encoding", "")
        body, etag = _packed(_NOT_FOUND if found is None else found, zipped=zipped)
        headers = {"Content-Type": "application/json", "Vary": "Accept-Encoding, Origin"}
        if found is not None:
            headers["ETag"] = etag
            if seen.headers.get("if-none-match") == etag:
                return _Answer(304, headers, b"")
        if zipped:
            headers["Content-Encoding"] = "gzip"
        headers["Content-Length"] = str(len(body))
        return _Answer(404 if found is None else 200, headers, body)


Server = TypeVar("Server", bound=AbstractAsyncContextManager[Any])


@lru_cache(maxsize=512)
def _packed(body: bytes, *, zipped: bool) -> tuple[bytes, str]:
    """The body as it goes over the wire and its tag; kept, since packing a large board takes longer than serving it."""
    return gzip.compress(
        body, 6
    ) if zipped else body, f'W/"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'


async def _send_body(writer: asyncio.StreamWriter, body: bytes, drip: float) -> None:
    if not drip:
        writer.write(body)
    else:
        for place in range(len(body)):
            writer.write(body[place : place + 1])
            await asyncio.sleep(drip)
    await writer.drain()


def _path(target: str) -> str:
    """What is asked for: "deepmind" for /v1/boards/deepmind/jobs?content=true, "deepmind/5938712" for one posting; else the path."""
    parts = urlsplit(target).path.strip("/").split("/")
    if parts[:2] == ["v1", "boards"] and parts[3:4] == ["jobs"]:
        return "/".join([parts[2], *parts[4:]])
    return urlsplit(target).path


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


@contextmanager
def serving() -> Iterator[BoardServer]:
    """A board server in a thread of its own, for callers without a loop; it may be told new things from outside."""
    with in_a_thread(BoardServer()) as server:
        yield server


@contextmanager
def in_a_thread(server: Server) -> Iterator[Server]:
    """The server, running in a thread of its own."""
    ready, stop = threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        async with server:
            ready.set()
            await stop.wait()

    thread = threading.Thread(
        target=loop.run_until_complete, args=[serve()], name="board server", daemon=True
    )
    thread.start()
    ready.wait()
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()
