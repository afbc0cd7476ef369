"""Compare the CPU of checks of a changed board on each ATS: `make bench-sources`.

Each board has 140 postings with the same texts in the form of its ATS, and 2 titles change before
each round. The goal is 1.3 times a Greenhouse check at most. The boards' server is another process.
`.venv/bin/python -m tests.benchmarks.bench_sources [BOARDS] [ROUNDS] [ATS…]`
"""

from __future__ import annotations

import asyncio
import json
import logging
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count, repeat
from pathlib import Path
from random import Random
from statistics import median
from typing import Any
from urllib.request import urlopen

import structlog
from pydantic import SecretStr
from sqlalchemy import Engine, text

from monitor.config.model import AtsSettings, Rule, Settings, WatchedBoard
from monitor.daemon.memory import freeze_gc, release_memory, use_one_malloc_arena
from monitor.database.opening import open_database
from monitor.rounds.round import run_round
from tests.benchmarks.machine import count_to_ten_million
from tests.benchmarks.source_farm import EDITED
from tests.benchmarks.source_shapes import POSTINGS, SOURCES

GOAL = 1.3
WARM = 3  # rounds until the details of 140 postings are read, 50 a check


@dataclass
class Watched:
    """The boards of one ATS, in a database of their own."""

    ats: str
    url: str
    boards: int
    folder: Path
    milliseconds: list[float] = field(default_factory=list)  # of CPU a board, for each round
    asked: dict[str, int] = field(default_factory=dict)  # in the last round
    hours: Iterator[int] = field(default_factory=count)

    def __post_init__(self) -> None:
        token = SOURCES[self.ats].token
        names = [f"{self.ats}:{token.format(f'farm{each}')}" for each in range(self.boards)]
        self.settings = Settings(
            self.folder / "rolewatch.toml",
            SecretStr(""),
            boards=tuple(WatchedBoard(name, "https://example.org") for name in names),
            rules=(Rule("r", any=("research engineer",)),),
            ats={self.ats: AtsSettings(self.url, timedelta(0), 8, enabled=True)},
        )
        self.engine: Engine = open_database(f"sqlite:///{self.folder}/{self.ats}.db")

    async def check(self) -> float:
        """Check all boards. Return the CPU milliseconds of one of them."""
        at = datetime(2026, 3, 2, 9, tzinfo=UTC) + timedelta(hours=next(self.hours))
        began = time.process_time()
        await run_round(
            self.engine,
            self.settings,
            None,
            alerts=True,
            announce=False,
            clock=repeat(at).__next__,
            random=Random(1),
        )
        taken = (time.process_time() - began) / self.boards * 1e3
        release_memory()  # as the daemon does after a round
        return taken

    async def check_changed(self) -> None:
        """Check all boards after each has changed, and note the figures."""
        await self.tell("_change")
        await self.tell("_requests")
        self.milliseconds.append(await self.check())
        self.asked = await self.tell("_requests")
        query = text("SELECT sum(revised), count(*) FROM board_check GROUP BY round_id")
        with self.engine.connect() as connection:
            found = [tuple(row) for row in connection.execute(query)][-1]
        assert found == (EDITED * self.boards, self.boards), (self.ats, found)

    async def tell(self, order: str) -> Any:
        answer = await asyncio.to_thread(urlopen, f"{self.url}/{order}")
        return json.loads(answer.read())

    def line(self, greenhouse: float) -> str:
        """Return the figures of this ATS. `greenhouse`: the milliseconds of a Greenhouse board."""
        cost = median(self.milliseconds)
        lists, details = (self.asked[name] / self.boards for name in ("lists", "details"))
        kilobytes = self.asked["bytes"] / self.boards / 1e3
        above = "  above the goal" if cost > GOAL * greenhouse else ""
        return (
            f"{self.ats:<16}{cost:8.1f} ms{cost / greenhouse:7.2f}{lists:7.0f} of lists"
            f"{details:5.0f} of details{kilobytes:8.0f} kB{above}"
        )


async def measure(watched: Mapping[str, Watched], rounds: int) -> None:
    """Check all boards until nothing waits, then after so many changes."""
    for each in watched.values():
        for _ in range(WARM):
            await each.check()
        await each.check_changed()
        each.milliseconds.clear()  # the first round of changes fills caches
    for number in range(rounds):
        for ats in sorted(watched, reverse=number % 2 == 1):
            await watched[ats].check_changed()


@contextmanager
def farm(boards: int) -> Iterator[dict[str, str]]:
    """Serve the boards in another process. Yield the address of each ATS."""
    program = [sys.executable, "-m", "tests.benchmarks.source_farm", str(boards)]
    serving = subprocess.Popen(program, stdout=subprocess.PIPE, text=True)
    try:
        yield json.loads((serving.stdout or sys.stdin).readline())
    finally:
        serving.terminate()


async def main(boards: int = 20, rounds: int = 3, *, names: Sequence[str] = ()) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    use_one_malloc_arena()  # as `run` does
    with farm(boards) as urls, tempfile.TemporaryDirectory() as folder:
        chosen = {"greenhouse", *names} if names else set(SOURCES)
        watched = {
            ats: Watched(ats, urls[ats], boards, Path(folder)) for ats in SOURCES if ats in chosen
        }
        freeze_gc()
        await measure(watched, rounds)
        print(
            f"{boards} boards of {POSTINGS} postings, {EDITED} changed; CPU and its share of "
            f"Greenhouse's (goal {GOAL}), requests and bytes a check. "
            f"Counting to ten million takes {count_to_ten_million():.2f} s here"
        )
        greenhouse = median(watched["greenhouse"].milliseconds)
        for each in sorted(watched.values(), key=lambda one: not SOURCES[one.ats].is_json):
            print(each.line(greenhouse))
            each.engine.dispose()


if __name__ == "__main__":
    numbers = [int(each) for each in sys.argv[1:] if each.isdecimal()]
    asyncio.run(main(*numbers, names=[each for each in sys.argv[1:] if each in SOURCES]))
