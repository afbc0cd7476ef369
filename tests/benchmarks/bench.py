"""Measure CPU and memory of rounds over many boards: `make bench`.

The rounds are a first one, one without changes, and one in which 30 % of the boards changed 2 % of
their postings. The goals are 10 ms for a changed board, 3 ms for an unchanged one, and 150 MB of
memory. The figures include crawl, comparison, rules and database, and not the server of the boards,
which is another process.
"""

from __future__ import annotations

import asyncio
import logging
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from urllib.request import urlopen

import structlog
from pydantic import SecretStr
from sqlalchemy import Engine, text

from monitor.config.model import AtsSettings, Rule, Settings, WatchedBoard
from monitor.daemon.memory import freeze_gc, release_memory, use_one_malloc_arena
from monitor.database.schema import open_database
from monitor.rounds.round import run_round
from tests.benchmarks.machine import count_to_ten_million

BOARDS = int(sys.argv[1]) if len(sys.argv) > 1 else 500
RULES = (
    Rule("research-engineer", any=("research engineer",)),
    Rule("scientist", any=("research scientist",), locations=("London",)),
)


def settings(url: str, file: Path) -> Settings:
    boards = tuple(
        WatchedBoard(f"greenhouse:farm{index}", "https://example.org") for index in range(BOARDS)
    )
    ats = {"greenhouse": AtsSettings(url, timedelta(0), 8)}
    return Settings(file, SecretStr(""), boards=boards, rules=RULES, ats=ats)


def resident() -> float:
    """Return the megabytes of this process in memory."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


def _make(url: str) -> None:
    """Create the database in another process. A daemon with a current schema loads no Alembic."""
    program = f"from monitor.database.schema import open_database; open_database({url!r})"
    subprocess.run([sys.executable, "-c", program], check=True)


async def measure(name: str, engine: Engine, settings: Settings, now: datetime) -> float:
    """Run a round and print its figures. Return its CPU seconds."""
    cpu, wall = time.process_time(), time.monotonic()
    round_id = await run_round(
        engine, settings, None, alerts=True, announce=False, clock=lambda: now, random=Random(1)
    )
    release_memory()  # as the daemon does after a round
    cpu, wall = time.process_time() - cpu, time.monotonic() - wall
    with engine.connect() as connection:
        query = text(
            "SELECT result, count(*), sum(revised) FROM board_check WHERE round_id = :r GROUP BY "
            "result ORDER BY result"
        )
        results = {row[0]: row[1:] for row in connection.execute(query, {"r": round_id})}
    summary = ", ".join(
        f"{count} {result} ({revised} revised)" for result, (count, revised) in results.items()
    )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    print(
        f"{name:<28}{cpu / BOARDS * 1e3:8.2f} ms CPU a board {wall:7.1f} s wall {resident():7.0f} "
        f"MB now {peak:6.0f} MB peak   {summary}"
    )
    return cpu


async def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    use_one_malloc_arena()  # as `run` does
    program = [sys.executable, "-m", "tests.benchmarks.board_farm", str(BOARDS)]
    # no other task runs yet
    farm = subprocess.Popen(program, stdout=subprocess.PIPE, text=True)  # noqa: ASYNC220
    try:
        port, postings = (farm.stdout or sys.stdin).readline().split()
        url = f"http://127.0.0.1:{port}"
        print(f"{BOARDS} boards, {postings} postings, {int(postings) / BOARDS:.0f} a board")
        with tempfile.TemporaryDirectory() as folder:
            url_of_database = f"sqlite:///{folder}/bench.db"
            _make(url_of_database)
            engine = open_database(url_of_database)
            freeze_gc()  # as `run` does
            config = settings(url, Path(folder) / "rolewatch.toml")
            now = datetime(2026, 3, 2, 9, tzinfo=UTC)
            await measure("cold", engine, config, now)
            unchanged_rounds = [
                await measure("nothing moved (304)", engine, config, now + timedelta(hours=hour))
                for hour in (1, 2)
            ]
            unchanged, moving = min(unchanged_rounds) / BOARDS, []
            for hour in (3, 4):
                answer = await asyncio.to_thread(urlopen, f"{url}/_change")
                changed = int(answer.read())
                cpu = await measure(
                    f"{changed} boards changed", engine, config, now + timedelta(hours=hour)
                )
                moving.append((cpu - unchanged * (BOARDS - changed)) / max(changed, 1))
            print(
                f"a changed board {min(moving) * 1e3:.1f} ms (goal 10), an unchanged one "
                f"{unchanged * 1e3:.1f} ms (goal 3), "
                f"{resident():.0f} MB (goal 150); counting to ten million takes "
                f"{count_to_ten_million():.2f} s here"
            )
            engine.dispose()
    finally:
        farm.terminate()


if __name__ == "__main__":
    asyncio.run(main())
