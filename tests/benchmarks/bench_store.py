"""Questions to a large store, on SQLite and PostgreSQL: `make bench-store`.

The goals at a million postings and three million versions, warm, at the median: as of a moment for
one board, the history of one posting, the changes of the last week (the first 50) and a selective
search (the first 50) under 50 ms; lifetimes and daily counts of one employer under a second. The
questions are those of the commands, or plain ones to the views as in docs/sql.md. Another size:
`python -m tests.benchmarks.bench_store BOARDS POSTINGS_OF_EACH`; `--in FOLDER` keeps the databases
there, and asks those that are there already.
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

from monitor.database.engine import iso, make_engine, read_transaction
from monitor.database.schema import upgrade
from monitor.database.tables import BoardCheck
from monitor.queries.changes import ChangeFilter, find_changes, timeline, versions
from monitor.queries.resolve import find_posting
from monitor.queries.roles import RoleFilter, find_roles
from tests.benchmarks.series_size import series_size
from tests.benchmarks.store_farm import EVERY, Farm, fill, today

FAST, SLOW = 50.0, 1000.0  # milliseconds
Question = Callable[[Connection, Random], int]  # gives the number of rows


def asked(query: str, limit: str = "") -> Question:
    """A query to the views, about another board each time."""

    def ask(connection: Connection, random: Random) -> int:
        number = random.randrange(farm.boards)
        moment = farm.now - timedelta(days=random.randrange(300))
        values = {
            "board": f"greenhouse:employer{number}",
            "company": f"Employer {number}",
            "moment": iso(moment),
        }
        named = {name: value for name, value in values.items() if f":{name}" in query}
        return len(connection.execute(text(query + limit), named).all())

    return ask


def history(connection: Connection, random: Random) -> int:
    found = find_posting(connection, _posting(random))
    return len(timeline(connection, found).rows) + len(versions(connection, found).rows)


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


AS_OF = "SELECT * FROM posting_versions WHERE board = :board AND valid_from <= :moment AND (valid_to IS NULL OR valid_to > :moment)"
QUESTIONS: dict[str, tuple[float, Question]] = {
    "as of a moment, one board": (FAST, asked(AS_OF)),
    "history of one posting": (FAST, history),
    "versions of one posting, by the view": (FAST, history_by_view),
    "changes of the last 7 days, first 50": (FAST, last_week),
    "search, open, first 50": (FAST, search),
    "search, all, first 50": (FAST, search_all),
    "lifetimes of one board": (SLOW, asked("SELECT * FROM posting_lifetimes WHERE board = :board")),
    "lifetimes of one company": (
        SLOW,
        asked("SELECT * FROM posting_lifetimes WHERE company = :company"),
    ),
    "daily counts of one board": (SLOW, asked("SELECT * FROM daily_counts WHERE board = :board")),
    "daily counts of one company": (
        SLOW,
        asked("SELECT * FROM daily_counts WHERE company = :company ORDER BY day"),
    ),
    "coverage of one board": (SLOW, asked("SELECT * FROM coverage WHERE board = :board")),
    "postings of one company": (SLOW, asked("SELECT * FROM postings WHERE company = :company")),
}


def measured(engine: Engine, question: Question) -> tuple[float, int]:
    """The median of nine different answers in milliseconds, and how many rows the last had; each was asked before, so that all is warm."""
    times: list[float] = []
    with read_transaction(engine) as connection:
        for turn in range(2):
            random = Random(7)
            for _ in range(9):
                started = time.perf_counter()
                rows = question(connection, random)
                times += [(time.perf_counter() - started) * 1000] if turn else []
    return statistics.median(times), rows


def report(engine: Engine) -> bool:
    """Prints the table; says whether every goal is met."""
    good = True
    for name, (goal, question) in QUESTIONS.items():
        milliseconds, rows = measured(engine, question)
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
        import pgserver  # it grumbles where there is no session folder  # noqa: PLC0415

    server = pgserver.get_server(folder)  # type: ignore[attr-defined]  # it says so without __all__
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def bench(url: str) -> bool:
    engine = make_engine(url)
    started = time.monotonic()
    upgrade(engine)
    last = last_look(engine)
    if last is None:
        fill(engine, farm)
    else:
        farm.now = last
    done = f"{'filled' if last is None else 'opened'} in {time.monotonic() - started:.0f} s"
    print(f"\n{engine.dialect.name}: {done}, {size(engine) / 1e9:.1f} GB", flush=True)
    good = report(engine)
    engine.dispose()
    return good


def last_look(engine: Engine) -> datetime | None:
    """The moment of a store's last look; None of an empty one."""
    with read_transaction(engine) as connection:
        return connection.scalar(select(func.max(BoardCheck.finished_at)))


def size(engine: Engine) -> int:
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            return Path(engine.url.database or "").stat().st_size
        found: int = connection.execute(
            text("SELECT pg_database_size(current_database())")
        ).scalar_one()
        return found


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("boards", nargs="?", type=int, default=1_000)
    parser.add_argument("each", nargs="?", type=int, default=1_000)
    parser.add_argument("--on", choices=("sqlite", "postgresql"))
    parser.add_argument("--in", dest="folder", type=Path)
    wanted = parser.parse_args(arguments)
    global farm  # what every question of this program is about  # noqa: PLW0603
    farm = Farm(today(), wanted.boards, wanted.each)
    postings = wanted.boards * wanted.each
    print(
        f"{postings:,} postings, {3 * postings:,} versions, {farm.texts:,} texts, a look every "
        f"{EVERY}"
    )
    folder = wanted.folder or Path(tempfile.mkdtemp(prefix="rolewatch-bench-"))
    good = True
    try:
        folder.mkdir(exist_ok=True)
        if wanted.on != "postgresql":
            good = bench(f"sqlite:///{folder}/bench.db") and good
        if wanted.on != "sqlite":
            (folder / "postgres").mkdir(parents=True, exist_ok=True)
            with postgres(folder / "postgres") as url:
                good = bench(make_url(url).render_as_string(hide_password=False)) and good
    finally:
        if wanted.folder is None:
            shutil.rmtree(folder)
    asyncio.run(series_size())
    return 0 if good else 1


farm: Farm
if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
