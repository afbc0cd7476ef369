"""The ways in which a call goes wrong, as a test orders them."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import Awaitable, Callable
from typing import Any, NoReturn

from aiohttp import web

from tests.support.strict_slack.workspace import Body, Workspace

Answer = tuple[int, Any, dict[str, str]]  # status, body, headers
Work = Callable[[], Awaitable[Answer]]
HTML = {"Content-Type": "text/html"}
_JSON = {"Content-Type": "application/json; charset=utf-8"}
_CUT = '{"ok":true,"channel":"C0'
_STATUS = {"500", "502", "503", "504"}


class Dropped(Exception):  # the connection is cut, and nothing answered  # noqa: N818
    pass


async def faulty(
    workspace: Workspace, request: web.Request, record: Body, arguments: Body, work: Work
) -> Answer:
    """Do the work, or what was ordered to go wrong with it."""
    fault = workspace.take_fault(record["method"], arguments)
    if fault is None:
        return await work()
    kind = fault["kind"]
    record["fault"] = kind
    accepted = kind.startswith("accept_then_")
    if accepted:
        await work()
    broken = kind.removeprefix("accept_then_")
    if broken in {"timeout", "reset"}:
        record["outcome"] = f"stored_then_{broken}" if accepted else broken
        await asyncio.sleep(fault.get("seconds", 120) if broken == "timeout" else 0)
        _drop(request)
    if broken == "slow":
        await asyncio.sleep(fault.get("seconds", 3))
        return await work()
    return _broken(broken, fault, as_text=record["method"] == "webhook")


def _broken(kind: str, fault: Body, *, as_text: bool) -> Answer:
    if kind in _STATUS:
        return int(kind), f"<html><body><h1>{kind}</h1></body></html>", HTML
    if kind == "bad_json":
        return 200, _CUT, _JSON
    word = "ratelimited" if kind == "429" else kind
    headers = {"Retry-After": str(int(fault.get("retry_after", 1)))} if kind == "429" else {}
    return 429 if headers else 200, word if as_text else {"ok": False, "error": word}, headers


def _drop(request: web.Request) -> NoReturn:
    """Cut the connection, as a broken network does."""
    if request.transport is not None:
        with contextlib.suppress(OSError):
            request.transport.get_extra_info("socket").setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
            )
        request.transport.abort()
    raise Dropped
