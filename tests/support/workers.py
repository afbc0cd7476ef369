"""Workers for a daemon in this process: in this process too, or as processes of their own."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict
from itertools import pairwise
from random import Random

from sqlalchemy import Engine

from monitor.daemon.queue_times import QueueTimes
from monitor.daemon.worker import WorkerProcess
from monitor.demo.board_server import BoardServer, SeenRequest
from tests.support.running import ProcessLog
from tests.support.worker_process import QUICK

CONFIG = """
[database]
url = "{url}"
[workers]
queue = true
[crawl]
every = "{every}"
[ats.greenhouse]
api_url = "{boards}"
[[rules]]
name = "research-engineer"
any = ["research engineer"]
"""


def config(boards: Sequence[str], delay: str = "0s", concurrency: int = 4) -> str:
    """Return a configuration of these boards, to be filled in by `living`."""
    manners = f'delay = "{delay}"\nconcurrency = {concurrency}\n'
    head, rule = CONFIG.split("[[rules]]")
    entries = "".join(f'[[boards]]\nboard = "greenhouse:{token}"\n' for token in boards)
    return f"{head}{manners}{entries}[[rules]]{rule}"


def url_of(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=False)


class Workers:
    """The workers of one database, as processes."""

    def __init__(self, url: str, times: QueueTimes = QUICK) -> None:
        self.url, self.times = url, times
        self.logs: list[ProcessLog] = []

    async def start(self, concurrency: int = 4, *, url: str = "") -> ProcessLog:
        environ = {
            name: value for name, value in os.environ.items() if not name.startswith("ROLEWATCH_")
        }
        command = ("-m", "tests.support.worker_process", url or self.url, str(concurrency))
        process = await asyncio.create_subprocess_exec(
            sys.executable, *command, json.dumps(asdict(self.times)), env=environ, stderr=PIPE
        )
        self.logs.append(ProcessLog(process))
        return self.logs[-1]

    async def end(self) -> None:
        for log in self.logs:
            if log.process.returncode is None:
                log.process.kill()
        for log in self.logs:
            await log.process.wait()
            await log.read


@asynccontextmanager
async def workers(url: str, times: QueueTimes = QUICK) -> AsyncIterator[Workers]:
    """Yield a way to start workers as processes. Kill those that are left."""
    some = Workers(url, times)
    try:
        yield some
    finally:
        await some.end()


@asynccontextmanager
async def workers_here(
    engine: Engine, count: int, concurrency: int = 4
) -> AsyncIterator[list[WorkerProcess]]:
    """Yield workers in this process. Stop them at the end."""
    some = [WorkerProcess(url_of(engine), concurrency, QUICK, Random(1)) for _ in range(count)]
    tasks = [asyncio.create_task(one.work()) for one in some]
    try:
        yield some
    finally:
        for one in some:
            one.stop.set()
        await asyncio.wait_for(asyncio.gather(*tasks), 30)


def least_span(requests: Sequence[SeenRequest], many: int = 10) -> float:
    """Return the shortest time, in seconds, in which so many requests in a row came."""
    times = [request.at for request in requests]
    return min(
        (after - before for before, after in zip(times, times[many - 1 :], strict=False)),
        default=float("inf"),
    )


def least_gap(requests: Sequence[SeenRequest]) -> float:
    """Return the shortest time, in seconds, between two requests."""
    return min((after.at - before.at for before, after in pairwise(requests)), default=0.0)


class Overlaps:
    """Counts how many requests of each board are under way at once, at most."""

    def __init__(self, server: BoardServer) -> None:
        self.most: Counter[str] = Counter()
        self._now: Counter[str] = Counter()
        self._send = server._send
        server._send = self._watched  # type: ignore[method-assign]

    async def _watched(
        self, writer: asyncio.StreamWriter, seen: SeenRequest, trouble: object
    ) -> bool:
        board = seen.path.partition("/")[0]
        self._now[board] += 1
        self.most[board] = max(self.most[board], self._now[board])
        try:
            return await self._send(writer, seen, trouble)  # type: ignore[arg-type]
        finally:
            self._now[board] -= 1
