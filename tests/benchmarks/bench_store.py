"""Measure queries on a large store, on SQLite and PostgreSQL: `make bench-store`.

The store has a million postings and three million versions. The goals are medians with warm caches.
Under 50 ms: a board as of a moment, the history of a posting, the first 50 changes of the last
week, and the first 50 results of a selective search. Under a second: lifetimes and daily counts of
an employer. The queries are those of the commands, or plain ones on the views as in docs/sql.md.

`python -m tests.benchmarks.bench_store BOARDS POSTINGS_PER_BOARD` uses another size. `--in FOLDER`
keeps the databases there, or uses those that exist.
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import statistics
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from sqlalchemy import Connection, Engine, func, make_url, select, text

from monitor.database.columns import iso
from monitor.database.engine import make_engine, read_transaction
from monitor.database.schema import upgrade
from monitor.database.tables import BoardCheck
from monitor.queries.changes import ChangeFilter, find_changes, timeline, versions
from monitor.queries.resolve import find_posting
from monitor.queries.roles import RoleFilter, find_roles
from tests.benchmarks.series_size import series_size
from tests.benchmarks.store_farm import EVERY, Farm, fill, today

FAST, SLOW = 50.0, 1000.0  # milliseconds
Query = Callable[[Connection, Random], int]  # returns the number of rows


def view_query(query: str, limit: str = "") -> Query:
    """Return a query on the views, about another board each time."""

    def run(connection: Connection, random: Random) -> int:
        number = random.randrange(farm.boards)
        moment = farm.now - timedelta(days=random.randrange(300))
        values = {
            "board": f"greenhouse:employer{number}",
            "company": f"Employer {number}",
            "moment": iso(moment),
        }
        named = {name: value for name, value in values.items() if f":{name}" in query}
        return len(connection.execute(text(query + limit), named).all())

    return run


def history(connection: Connection, random: Random) -> int:
    posting = find_posting(connection, _posting(random))
    return len(timeline(connection, posting).rows) + len(versions(connection, posting).rows)


def _posting(random: Random) -> str:
    number = random.randrange(farm.boards * farm.each)
    return f"greenhouse:employer{number // farm.each}:{4_000_001 + number}"


def history_by_view(connection: Connection, random: Random) -> int:
    query = text("SELECT * FROM posting_versions WHERE posting = :posting ORDER BY version")
    return len(connection.execute(query, {"posting": _posting(random)}).all())


def last_week(connection: Connection, _random: Random) -> int:
    return len(
        find_changes(connection, ChangeFilter(since=farm.now - timedelta(days=7), limit=50)).rows
    )


def search(connection: Connection, random: Random) -> int:
    word = f"rare{random.randrange(farm.texts // 40)}"
    return len(find_roles(connection, RoleFilter(text=word, limit=50)).rows)


def search_all(connection: Connection, random: Random) -> int:
    word = f"rare{random.randrange(farm.texts // 40)}"
    return len(
        find_roles(connection, RoleFilter(status="all", text=f"{word} engineer", limit=50)).rows
    )


AS_OF = (
    "SELECT * FROM posting_versions WHERE board = :board"
    " AND valid_from <= :moment AND (valid_to IS NULL OR valid_to > :moment)"
)
QUERIES: dict[str, tuple[float, Query]] = {
    "as of a moment, one board": (FAST, view_query(AS_OF)),
    "history of one posting": (FAST, history),
    "versions of one posting, by the view": (FAST, history_by_view),
    "changes of the last 7 days, first 50": (FAST, last_week),
    "search, open, first 50": (FAST, search),
    "search, all, first 50": (FAST, search_all),
    "lifetimes of one board": (
        SLOW,
        view_query("SELECT * FROM posting_lifetimes WHERE board = :board"),
    ),
    "lifetimes of one company": (
        SLOW,
        view_query("SELECT * FROM posting_lifetimes WHERE company = :company"),
    ),
    "daily counts of one board": (
        SLOW,
        view_query("SELECT * FROM daily_counts WHERE board = :board"),
    ),
    "daily counts of one company": (
        SLOW,
        view_query("SELECT * FROM daily_counts WHERE company = :company ORDER BY day"),
    ),
    "coverage of one board": (SLOW, view_query("SELECT * FROM coverage WHERE board = :board")),
    "postings of one company": (
        SLOW,
        view_query("SELECT * FROM postings WHERE company = :company"),
    ),
}


def measure(engine: Engine, query: Query) -> tuple[float, int]:
    """Return the median milliseconds of nine queries, and the rows of the last one.

    Each query ran once before, to warm the caches.
    """
    times: list[float] = []
    with read_transaction(engine) as connection:
        for turn in range(2):
            random = Random(7)
            for _ in range(9):
                started = time.perf_counter()
                rows = query(connection, random)
                times += [(time.perf_counter() - started) * 1000] if turn else []
    return statistics.median(times), rows


def report(engine: Engine) -> bool:
    """Print the table. Return True if every goal is met."""
    good = True
    for name, (goal, query) in QUERIES.items():
        milliseconds, rows = measure(engine, query)
        good = good and milliseconds < goal
        print(
            f"  {name:<40}{milliseconds:10.1f} ms{goal:8.0f} "
            f"ms{rows:9}{'' if milliseconds < goal else '  TOO SLOW'}",
            flush=True,
        )
    return good


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    with warnings.catch_warnings(action="ignore"):
        import pgserver  # noqa: PLC0415  # warns if there is no session folder

    server = pgserver.get_server(folder)  # type: ignore[attr-defined]  # not in its __all__
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def bench(url: str) -> bool:
    engine = make_engine(url)
    started = time.monotonic()
    upgrade(engine)
    last = last_check(engine)
    if last is None:
        fill(engine, farm)
    else:
        farm.now = last
    done = f"{'filled' if last is None else 'opened'} in {time.monotonic() - started:.0f} s"
    print(f"\n{engine.dialect.name}: {done}, {size(engine) / 1e9:.1f} GB", flush=True)
    good = report(engine)
    engine.dispose()
    return good


def last_check(engine: Engine) -> datetime | None:
    """Return the instant of a store's last check. None if it is empty."""
    with read_transaction(engine) as connection:
        return connection.scalar(select(func.max(BoardCheck.finished_at)))


def size(engine: Engine) -> int:
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            return Path(engine.url.database or "").stat().st_size
        query = text("SELECT pg_database_size(current_database())")
        return int(connection.execute(query).scalar_one())


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("boards", nargs="?", type=int, default=1_000)
    parser.add_argument("each", nargs="?", type=int, default=1_000)
    parser.add_argument("--on", choices=("sqlite", "postgresql"))
    parser.add_argument("--in", dest="folder", type=Path)
    options = parser.parse_args(arguments)
    global farm  # noqa: PLW0603  # all queries read it
    farm = Farm(today(), options.boards, options.each)
    postings = options.boards * options.each
    print(
        f"{postings:,} postings, {3 * postings:,} versions, {farm.texts:,} texts, a check every "
        f"{EVERY}"
    )
    folder = options.folder or Path(tempfile.mkdtemp(prefix="rolewatch-bench-"))
    good = True
    try:
        folder.mkdir(exist_ok=True)
        if options.on != "postgresql":
            good = bench(f"sqlite:///{folder}/bench.db") and good
        if options.on != "sqlite":
            (folder / "postgres").mkdir(parents=True, exist_ok=True)
            with postgres(folder / "postgres") as url:
                good = bench(make_url(url).render_as_string(hide_password=False)) and good
    finally:
        if options.folder is None:
            shutil.rmtree(folder)
    asyncio.run(series_size())
    return 0 if good else 1


farm: Farm
if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
