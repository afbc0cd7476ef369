"""Measure the page with 100,000 postings, on SQLite and PostgreSQL: `make bench-web`.

Each address is asked over HTTP on this machine, one request after the other, with warm caches. The
goal is 100 ms at the 95th percentile. `--in FOLDER` keeps the databases there, or uses those that
exist.
"""

from __future__ import annotations

import argparse
import http.client
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from random import Random
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy import Engine, func, make_url, select

from monitor.config.model import Rule
from monitor.database.engine import make_engine, read_transaction
from monitor.database.schema import upgrade
from monitor.database.tables import BoardCheck
from monitor.rules.matches import match_backlog, register_rules
from tests.benchmarks.bench_store import postgres
from tests.benchmarks.store_farm import Farm, fill, today
from tests.support.history import settings
from tests.support.page_server import served

GOAL: Final = 100.0  # milliseconds at the 95th percentile
BOARDS, EACH = 100, 1_000
RULES = (
    Rule("research-engineer", any=("research engineer",)),
    Rule("counsel-in-london", any=("counsel",), locations=("London",)),
)
ADDRESSES = (
    "/",
    "/?page={page}",
    "/?q=research+engineer",
    "/?q=engineer",
    "/?q=gemini&location=london",
    "/?location=zurich",
    "/?country=GB&sort=deadline",
    "/?min_pay=150000+USD&sort=pay",
    "/?company=Employer+{board}",
    "/?board=greenhouse:employer{board}&status=all",
    "/?rule=research-engineer",
    "/?status=closed&since=30d",
    "/?sort=company",
    "/index.json?page={page}",
    "/roles/greenhouse:employer{board}:{key}",
    "/changes",
    "/changes?kind=revised&field=pay&since=90d",
    "/changes?rule=research-engineer",
    "/boards",
    "/boards/greenhouse:employer{board}",
    "/rules",
    "/rules/research-engineer",
    "/stats",
    "/feeds/all.atom",
    "/feeds/research-engineer.atom",
    "/calendar.ics",
)


def address(form: str, random: Random) -> str:
    """Return the address of another page, board or role each time."""
    board = random.randrange(BOARDS)
    key = 4_000_001 + board * EACH + random.randrange(EACH)
    return form.format(page=random.randrange(1, 40), board=board, key=key)


def measure(server: str, form: str, times: int) -> list[float]:
    """Return the milliseconds of each request, after one that warms the caches."""
    random, found = Random(3), []
    parts = urlsplit(server)
    for turn in range(times + 1):
        connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=60)
        started = time.perf_counter()
        connection.request("GET", address(form, random))
        answer = connection.getresponse()
        answer.read()
        found += [(time.perf_counter() - started) * 1000] if turn else []
        if answer.status != 200:
            print(f"  {form}: {answer.status}")
        connection.close()
    return sorted(found)


def report(server: str, times: int) -> bool:
    """Print the table. Return True if the goal is met by all requests together."""
    every: list[float] = []
    for form in ADDRESSES:
        found = measure(server, form, times)
        every += found
        print(f"  {form:<52}{_share(found, 0.5):8.0f} ms{_share(found, 0.95):8.0f} ms", flush=True)
    every.sort()
    print(f"  {'all':<52}{_share(every, 0.5):8.0f} ms{_share(every, 0.95):8.0f} ms", flush=True)
    return _share(every, 0.95) < GOAL


def _share(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def prepared(url: str) -> Engine:
    """Return the database, filled with a year of a hundred boards and matched with the rules."""
    engine = make_engine(url)
    upgrade(engine)
    with read_transaction(engine) as connection:
        is_empty = connection.scalar(select(func.max(BoardCheck.finished_at))) is None
    if is_empty:
        fill(engine, Farm(today(), BOARDS, EACH))
    with engine.begin() as connection:
        register_rules(connection, settings(*RULES))
    match_backlog(engine, settings(*RULES), 3600)
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")
    return engine


def bench(url: str, times: int) -> bool:
    engine = prepared(url)
    with read_transaction(engine) as connection:
        now = connection.scalar(select(func.max(BoardCheck.finished_at))) or today()
    print(f"\n{engine.dialect.name}: median and 95th percentile of {times} requests", flush=True)
    with served(url, settings(*RULES), now) as server:
        good = report(server, times)
    engine.dispose()
    return good


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("times", nargs="?", type=int, default=40)
    parser.add_argument("--on", choices=("sqlite", "postgresql"))
    parser.add_argument("--in", dest="folder", type=Path)
    options = parser.parse_args(arguments)
    folder = options.folder or Path(tempfile.mkdtemp(prefix="rolewatch-bench-"))
    good = True
    with ExitStack() as stack:
        if options.folder is None:
            stack.callback(shutil.rmtree, folder)
        (folder / "postgres").mkdir(parents=True, exist_ok=True)
        if options.on != "postgresql":
            good = bench(f"sqlite:///{folder}/bench.db", options.times) and good
        if options.on != "sqlite":
            url = stack.enter_context(postgres(folder / "postgres"))
            url = make_url(url).render_as_string(hide_password=False)
            good = bench(url, options.times) and good
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
