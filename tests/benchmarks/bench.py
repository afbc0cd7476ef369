"""CPU a board and memory of whole rounds over many boards: cold, nothing moved, 30 % of the boards changed 2 % of their postings.

`make bench`; the goals are a changed board ≤ 10 ms, an unchanged one ≤ 3 ms, steady memory ≤ 150 MB. Figures are of this process
alone: crawl, comparing, rules and database; the boards' server is another.
"""

from __future__ import annotations

import asyncio
import gc
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
from monitor.daemon.memory import freeze_gc, use_one_malloc_arena
from monitor.database.schema import open_database
from monitor.rounds.round import run_round

BOARDS = int(sys.argv[1]) if len(sys.argv) > 1 else 500
RULES = (
    Rule("research-engineer", any=("research engineer",)),
    Rule("scientist", any=("research scientist",), locations=("London",)),
)


def settings(url: str, file: Path) -> Settings:
    boards = tuple(
        WatchedBoard(f"greenhouse:farm{index}", "https://example.org") for index in range(BOARDS)
    )
    manners = {"greenhouse": AtsSettings(url, timedelta(0), 8)}
    return Settings(file, SecretStr(""), boards=boards, rules=RULES, ats=manners)


def resident() -> float:
    """Megabytes that this process holds now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


def _make(url: str) -> None:
    """The database, by another process: what migrating needs (Alembic, Mako, 10 MB) is not in a daemon that finds its schema current."""
    making = f"from monitor.database.schema import open_database; open_database({url!r})"
    subprocess.run([sys.executable, "-c", making], check=True)


def a_loop() -> float:
    """Seconds that this machine takes to count to ten million, so that its figures can be compared with another's."""
    began = time.process_time()
    for _ in range(10_000_000):
        pass
    return time.process_time() - began


async def measured(name: str, engine: Engine, wanted: Settings, now: datetime) -> float:
    """A round, and its line; the seconds of CPU that it took."""
    cpu, wall = time.process_time(), time.monotonic()
    round_id = await run_round(
        engine, wanted, None, alerts=True, announce=False, clock=lambda: now, random=Random(1)
    )
    cpu, wall = time.process_time() - cpu, time.monotonic() - wall
    gc.collect()
    with engine.connect() as connection:
        query = text(
            "SELECT result, count(*), sum(revised) FROM board_check WHERE round_id = :r GROUP BY "
            "result ORDER BY result"
        )
        results = {row[0]: row[1:] for row in connection.execute(query, {"r": round_id})}
    found = ", ".join(
        f"{count} {result} ({revised} revised)" for result, (count, revised) in results.items()
    )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    print(
        f"{name:<28}{cpu / BOARDS * 1e3:8.2f} ms CPU a board {wall:7.1f} s wall {resident():7.0f} "
        f"MB now {peak:6.0f} MB peak   {found}"
    )
    return cpu


async def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    use_one_malloc_arena()  # as `run` does
    program = [sys.executable, "-m", "tests.benchmarks.board_farm", str(BOARDS)]
    # nothing else runs yet
    farm = subprocess.Popen(program, stdout=subprocess.PIPE, text=True)  # noqa: ASYNC220
    try:
        port, postings = (farm.stdout or sys.stdin).readline().split()
        url = f"http://127.0.0.1:{port}"
        print(f"{BOARDS} boards, {postings} postings, {int(postings) / BOARDS:.0f} a board")
        with tempfile.TemporaryDirectory() as folder:
            url_of_database = f"sqlite:///{folder}/bench.db"
            _make(url_of_database)
            engine = open_database(url_of_database)
            freeze_gc()  # as above
            wanted, now = (
                settings(url, Path(folder) / "rolewatch.toml"),
                datetime(2026, 3, 2, 9, tzinfo=UTC),
            )
            await measured("cold", engine, wanted, now)
            still = [
                await measured("nothing moved (304)", engine, wanted, now + timedelta(hours=hour))
                for hour in (1, 2)
            ]
            unchanged, moving = min(still) / BOARDS, []
            for hour in (3, 4):
                # loopback
                changed = int(await asyncio.to_thread(lambda: urlopen(f"{url}/_change").read()))  # noqa: S310
                cpu = await measured(
                    f"{changed} boards changed", engine, wanted, now + timedelta(hours=hour)
                )
                moving.append((cpu - unchanged * (BOARDS - changed)) / max(changed, 1))
            print(
                f"a changed board {min(moving) * 1e3:.1f} ms (goal 10), an unchanged one "
                f"{unchanged * 1e3:.1f} ms (goal 3), "
                f"{resident():.0f} MB (goal 150); counting to ten million takes {a_loop():.2f} s "
                f"here"
            )
            engine.dispose()
    finally:
        farm.terminate()


if __name__ == "__main__":
    asyncio.run(main())
