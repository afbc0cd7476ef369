"""Run one contender of `make bench` in a process of its own, so that its figures are its own.

The parent writes a line for each round. The contender runs it and answers with its figures as JSON.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import sqlite3
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

CONCURRENCY = 8  # requests at once
_BEAT = 0.01  # seconds between two samples of the event loop


@dataclass(frozen=True, slots=True)
class Figures:
    """The cost of one round."""

    wall: float  # seconds
    cpu: float  # seconds of the whole process
    resident: float  # megabytes after the round
    peak: float  # megabytes so far
    database: float  # megabytes after the round
    stall: float  # seconds: the longest time for which the event loop did nothing else
    received: int  # bytes on the wire


def resident() -> float:
    """Return the megabytes of this process in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 1e6


async def watch_loop(stalls: list[float]) -> None:
    """Note how late the event loop wakes this task, in seconds.

    No later than this process has worked meanwhile: on a busy machine it waits for others too.
    """
    while True:
        due, worked = time.perf_counter() + _BEAT, time.process_time()
        await asyncio.sleep(_BEAT)
        stalls.append(min(time.perf_counter() - due, time.process_time() - worked))


async def measure(run: Callable[[], Awaitable[int]], database: Path) -> Figures:
    """Return the figures of one round. `run` returns the bytes that it received."""
    stalls: list[float] = [0.0]
    watching = asyncio.create_task(watch_loop(stalls))
    await asyncio.sleep(0)
    wall, cpu = time.perf_counter(), time.process_time()
    received = await run()
    await asyncio.sleep(0)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    watching.cancel()
    with suppress(asyncio.CancelledError):
        await watching
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    return Figures(wall, cpu, resident(), peak, _size(database), max(stalls), received)


def _size(database: Path) -> float:
    """Return the megabytes of a database once its log is taken in. 0 for one that never was."""
    if not database.exists():
        return 0.0
    with closing(sqlite3.connect(database)) as connection:
        pages, size = (
            connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("page_count", "page_size")
        )
    return float(pages * size / 1e6)


async def answer(run: Callable[[], Awaitable[int]], database: Path) -> None:
    """Run a round for each line of the standard input, and print its figures."""
    print("ready", flush=True)  # the parent reads it
    while await asyncio.to_thread(sys.stdin.readline):
        print(json.dumps(asdict(await measure(run, database))), flush=True)


class Rival:
    """A contender as its parent sees it."""

    def __init__(self, module: str, url: str, boards: int, folder: Path, *options: str) -> None:
        self.name = " ".join((module, *options))
        database = folder / f"{'-'.join((module, *options))}.db"
        program = [sys.executable, "-m", f"tests.benchmarks.{module}", url, str(boards)]
        self.process = subprocess.Popen(
            [*program, str(database), *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONHASHSEED": "0"},
        )
        self._line()

    def round(self) -> Figures:
        """Have it run one round."""
        assert self.process.stdin is not None
        self.process.stdin.write("round\n")
        self.process.stdin.flush()
        return Figures(**json.loads(self._line()))

    def _line(self) -> str:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"{self.name} ended early")
        return line

    def stop(self) -> None:
        """End it."""
        self.process.kill()
        self.process.wait()
