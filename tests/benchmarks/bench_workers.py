"""Measure the checks an hour of 1, 2 and 4 workers, and the load of PostgreSQL.

`python -m tests.benchmarks.bench_workers [BOARDS [SECONDS]]`. The server of the boards, PostgreSQL,
the daemon and the workers share this machine.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from asyncio.subprocess import DEVNULL, Process
from pathlib import Path
from tempfile import TemporaryDirectory

from monitor.database.opening import engine_as_is
from monitor.database.schema import upgrade
from monitor.demo.board_server import BoardServer
from tests.support.greenhouse import job
from tests.support.own_postgres import Server, own_server
from tests.support.server_threads import in_a_thread
from tests.support.workers import config

POSTINGS = 66  # of a board: 2,000,000 on 30,000 boards
CHANGED = 50  # one check in so many finds a change
CALM = '{"heartbeat": 10, "sure": 30, "lost": 45}'
_STATE = """
SELECT (SELECT count(*) FROM board_check), (SELECT count(*) FROM posting_change),
    (SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()),
    pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint,
    (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()),
    pg_database_size(current_database())"""


async def start(*command: str) -> Process:
    environ = {name: value for name, value in os.environ.items() if "ROLEWATCH" not in name}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", *command, env=environ, stdout=DEVNULL, stderr=DEVNULL
    )


def cpu(process: Process) -> float:
    """Return the seconds of CPU that a process has used."""
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def ten_million() -> float:
    """Return the seconds of CPU that counting to ten million takes: how busy the machine is."""
    began, number = time.process_time(), 0
    while number < 10_000_000:
        number += 1
    return time.process_time() - began


async def until_read(server: Server, boards: int) -> None:
    while server.ask("SELECT count(*) FROM board WHERE last_ok_at IS NOT NULL")[0][0] < boards:  # noqa: ASYNC110  # other processes write it
        await asyncio.sleep(0.5)


async def measure(
    server: Server, site: BoardServer, daemon: Process, count: int, seconds: float
) -> None:
    """Print the rates of so many workers."""
    workers = [
        await start("tests.support.worker_process", server.url, "4", CALM) for _ in range(count)
    ]
    alive = "SELECT count(*) FROM workers WHERE done > 0 AND state <> 'lost'"
    while server.ask(alive)[0][0] < count:  # noqa: ASYNC110  # other processes write it
        await asyncio.sleep(0.5)
    before, began, number = server.ask(_STATE)[0], time.monotonic(), 0
    used = sum(map(cpu, workers)), cpu(daemon)
    while time.monotonic() < began + seconds:
        for token in list(site.boards)[:: CHANGED // 2]:  # while each is checked once or twice
            number += 1
            jobs = site.boards[token].jobs
            jobs[0] = jobs[0] | {"title": f"Research Engineer, Team {number}"}
        await asyncio.sleep(5)
    after, took = server.ask(_STATE)[0], time.monotonic() - began
    checks, changes, commits, wal, connections, _ = (
        int(new) - int(old) for new, old in zip(after, before, strict=True)
    )
    connections = int(after[4])
    of_workers, of_daemon = sum(map(cpu, workers)) - used[0], cpu(daemon) - used[1]
    per_check = max(checks, 1)
    print(
        f"{count} workers: {checks / took:.1f} checks a second,"
        f" {3600 * checks / took:,.0f} an hour, {changes} changes;"
        f" {commits / per_check:.1f} transactions and {wal / per_check / 1000:.1f} kB of WAL a"
        f" check; {connections} connections; CPU a check: workers"
        f" {1000 * of_workers / per_check:.0f} ms, daemon {1000 * of_daemon / per_check:.0f} ms;"
        f" ten million in {ten_million():.2f} s",
        flush=True,
    )
    for worker in workers:
        worker.terminate()
        await worker.wait()


async def main(boards: int, seconds: float) -> None:
    with (
        own_server() as server,
        in_a_thread(BoardServer()) as site,
        TemporaryDirectory() as folder,
    ):
        with engine_as_is(server.url) as engine:
            upgrade(engine)
        for number in range(boards):
            jobs = [job(key, title=f"Engineer {key}") for key in range(POSTINGS)]
            site.board(f"labs{number}", *jobs)
        file = Path(folder, "rolewatch.toml")
        text = config(list(site.boards), "0s", 32)
        await asyncio.to_thread(
            file.write_text, text.format(url=server.url, every="1s", boards=site.url)
        )
        daemon = await start("tests.support.daemon_process", str(file))
        first = await start("tests.support.worker_process", server.url, "8", CALM)
        began = time.monotonic()
        await until_read(server, boards)
        took = time.monotonic() - began
        print(f"first checks of {boards} boards: {boards / took:.1f} a second")
        print(f"database: {server.ask(_STATE)[0][5] / 1e6:.1f} MB", flush=True)
        first.terminate()
        await first.wait()
        for count in (1, 2, 4):
            await measure(server, site, daemon, count, seconds)
        daemon.terminate()
        await daemon.wait()


if __name__ == "__main__":
    given = [int(text) for text in sys.argv[1:]]
    asyncio.run(main(*[*given, *(300, 30)[len(given) :]]))
