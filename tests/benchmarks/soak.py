"""Simulate a day of the daemon in minutes, and measure whether its memory grows.

There are 50 boards with edits every hour, and 2 % of the answers fail. `python soak.py [HOURS]`
runs the daemon in this process and moves its clock forward whenever nothing is due. The boards'
server is another process. It prints the memory after every simulated hour. The exit code is 1 if
memory grew by 5 MB or more after the first hour.
"""

from __future__ import annotations

import asyncio
import io
import os
import signal
import sys
import tempfile
import urllib.request
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from sqlalchemy import Engine, text

from monitor.cli.sending import make_outbox
from monitor.config.load import load
from monitor.daemon.memory import freeze_gc, use_one_malloc_arena
from monitor.daemon.serve import serve
from monitor.database.engine import read_transaction
from monitor.database.opening import open_database
from monitor.logs import set_up

BOARDS, FAILURES = 50, 0.02
LIMIT = 5.0  # MB
STEP = timedelta(minutes=15)
CONFIG = """
[ats.greenhouse]
api_url = "http://127.0.0.1:{port}"
delay = "0s"
concurrency = 16
{boards}
[[rules]]
name = "research-engineer"
any = ["research engineer"]
"""


class Clock:
    """The real time plus the skipped time."""

    skipped = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.skipped


def resident() -> float:
    """Return the megabytes of this process in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def count(engine: Engine, query: str, **values: object) -> int:
    with read_transaction(engine) as connection:
        return connection.scalar(text(query), values) or 0


async def live(engine: Engine, clock: Clock, url: str, hours: int) -> list[float]:
    """Return the memory after each hour."""
    measured = []
    for _ in range(hours):
        await asyncio.to_thread(urllib.request.urlopen, f"{url}/_change")
        for _ in range(timedelta(hours=1) // STEP):
            clock.skipped += STEP
            await wait_until_idle(engine, clock)
        measured.append(resident())
        checks = count(engine, "SELECT count(*) FROM board_check")
        failed = count(engine, "SELECT count(*) FROM board_check WHERE result = 'failure'")
        alerts = count(engine, "SELECT count(*) FROM alert")
        print(
            f"hour {len(measured):2}: {measured[-1]:6.1f} MB, {checks} checks, {failed} failed, "
            f"{alerts} alerts",
            flush=True,
        )
    return measured


async def wait_until_idle(engine: Engine, clock: Clock) -> None:
    """Wait until nothing is due, no round is running and every message is sent."""
    due = (
        "SELECT count(*) FROM board"
        " WHERE watched AND (next_check_at IS NULL OR next_check_at <= :now)"
    )
    while True:
        await asyncio.sleep(0.3)
        now = clock().strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        open_ = count(engine, "SELECT count(*) FROM check_round WHERE finished_at IS NULL")
        undelivered = count(
            engine,
            "SELECT count(*) FROM delivery WHERE state IN ('pending', 'sending') AND next_try_at "
            "IS NULL",
        )
        if not open_ and not undelivered and not count(engine, due, now=now):
            return


async def soak(folder: Path, hours: int) -> list[float]:
    farm = [sys.executable, "-m", "tests.benchmarks.board_farm", str(BOARDS), str(FAILURES)]
    server = await asyncio.create_subprocess_exec(*farm, stdout=asyncio.subprocess.PIPE)
    assert server.stdout is not None
    port = (await server.stdout.readline()).split()[0].decode()
    boards = "\n".join(f'[[boards]]\nboard = "greenhouse:farm{number}"' for number in range(BOARDS))
    (folder / "rolewatch.toml").write_text(CONFIG.format(port=port, boards=boards))
    settings = load(folder / "rolewatch.toml", {})
    engine, clock = open_database(settings.database_url.get_secret_value()), Clock()
    outbox = make_outbox(engine, io.TextIOWrapper(io.FileIO(os.devnull, "w")))
    freeze_gc()  # as `run` does
    daemon = asyncio.create_task(
        serve(lambda: settings, engine, outbox, announce=False, clock=clock, random=Random(1))
    )
    try:
        await wait_until_idle(engine, clock)
        return await live(engine, clock, f"http://127.0.0.1:{port}", hours)
    finally:
        os.kill(os.getpid(), signal.SIGTERM)
        await daemon
        with suppress(ProcessLookupError):
            server.kill()
        await server.wait()


def main() -> None:
    use_one_malloc_arena()  # as `run` does
    set_up("error", "text", sys.stderr)
    with tempfile.TemporaryDirectory() as folder:
        measured = asyncio.run(soak(Path(folder), int(sys.argv[1]) if len(sys.argv) > 1 else 24))
    grown = max(measured[1:] or measured) - measured[0]
    print(
        f"{measured[0]:.1f} MB after the first hour, {measured[-1]:.1f} MB at the end, grown by "
        f"{grown:.1f} MB at most"
    )
    sys.exit(grown >= LIMIT)


if __name__ == "__main__":
    main()
