"""Measure a year of frequent checks before and after old ones are merged: `make bench-history`.

500 boards are checked every 15 minutes for a year: 17.5 million checks, of which one a day is a
snapshot, 1 % fail, and the others are `unchanged`. The database makes the rows itself. Both
databases take an hour or two and 9 GB. `python -m tests.benchmarks.bench_history BOARDS DAYS` uses
another size, `--on` one database.
"""

from __future__ import annotations

import argparse
import shutil
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from sqlalchemy import Connection, Engine, event, make_url, text

from monitor.config.model import HistorySettings
from monitor.database.columns import iso
from monitor.database.engine import make_engine, read_transaction
from monitor.database.schema import upgrade
from monitor.history.merge_checks import merge_checks
from tests.benchmarks.bench_store import postgres, size

EVERY = 900  # seconds
A_DAY = 86_400 // EVERY  # checks of a board
TOGETHER = 25  # boards that are checked in one round
_NUMBERS = {
    "sqlite": "(WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {last})"
    " SELECT i FROM n)",
    "postgresql": "(SELECT i FROM generate_series(0, {last}) AS s (i))",
}
# seconds after the start, with microseconds that differ, as real checks have
_INSTANT = {
    "sqlite": "strftime('%Y-%m-%dT%H:%M:%S', :start, ({0}) || ' seconds')"
    " || '.' || printf('%06d', ({1}) % 1000000) || 'Z'",
    "postgresql": "CAST(:start AS timestamptz) + make_interval(secs => ({0}))"
    " + (({1}) % 1000000) * interval '1 microsecond'",
}
QUESTIONS = {
    "coverage of one board": "SELECT * FROM coverage WHERE board = :board",
    "daily counts of one board": "SELECT * FROM daily_counts WHERE board = :board",
    "failures of one board": "SELECT * FROM checks WHERE board = :board AND result = 'failure'",
    "known days of every board": "SELECT board, count(open), count(*) FROM daily_counts"
    " GROUP BY board",
    "coverage of every board": "SELECT count(*) FROM coverage",
    "failures of every board": "SELECT board, count(*) FROM checks WHERE result = 'failure'"
    " GROUP BY board",
}


@dataclass(frozen=True)
class Year:
    """The size of the history. `now` is just after its last check."""

    boards: int
    days: int
    now: datetime

    @property
    def checks(self) -> int:
        """Return the number of checks of a board."""
        return self.days * A_DAY

    @property
    def start(self) -> datetime:
        """Return the instant of the first round."""
        return self.now - timedelta(seconds=self.checks * EVERY)


_INDICES = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE tbl_name = 'board_check'"
    " AND name LIKE 'ix_%'",
    "postgresql": "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'board_check'"
    " AND indexname LIKE 'ix_%'",
}


@contextmanager
def _without_indices(connection: Connection) -> Iterator[None]:
    """Build the indices of the checks after the rows, in a fraction of the time."""
    indices = connection.execute(text(_INDICES[connection.dialect.name])).all()
    for name, _ in indices:
        connection.execute(text(f"DROP INDEX {name}"))
    yield
    for _, made in indices:
        connection.execute(text(made))


def fill(engine: Engine, year: Year) -> None:
    """Write the rounds and checks, board by board in the order of their instants."""
    kind = engine.dialect.name
    rounds = -(-year.boards // TOGETHER)
    round_id, seconds = f"1 + c.i * {rounds} + b.i / {TOGETHER}", f"c.i * {EVERY} + b.i"
    instant = _INSTANT[kind].format(seconds, "(c.i * 7919 + b.i * 104729)")
    started = _INSTANT[kind].format(
        f"(r.i / {rounds}) * {EVERY} + r.i % {rounds} * {TOGETHER}", "0"
    )
    boards, checks = (_NUMBERS[kind].format(last=count - 1) for count in (year.boards, year.checks))
    every_round = _NUMBERS[kind].format(last=rounds * year.checks - 1)
    failed, read = "(c.i + b.i * 13) % 100 = 99", f"c.i % {A_DAY} = 0"
    start = {"start": iso(year.start)}
    # not watched: else the answers grow while this runs, until now
    no = "0" if kind == "sqlite" else "FALSE"
    with engine.begin() as connection:
        if kind == "postgresql":
            connection.execute(text("SET session_replication_role = replica"))
        connection.execute(
            text(f"""
            INSERT INTO board (id, board, ats, token, company, url, watched, every, failures,
                put_back)
            SELECT 1 + b.i, 'greenhouse:employer' || b.i, 'greenhouse', 'employer' || b.i,
                'Employer ' || b.i, 'https://job-boards.greenhouse.io/employer' || b.i,
                {no}, {EVERY}, 0, {no}
            FROM {boards} b""")
        )
        connection.execute(
            text(f"""
            INSERT INTO check_round (id, started_at, finished_at)
            SELECT 1 + r.i, {started}, {started} FROM {every_round} r"""),
            start,
        )
        insert = f"""
            INSERT INTO board_check (round_id, board_id, started_at, finished_at, result, status,
                seen, opened, revised, closed, reopened, unreadable, bytes, seconds, every, reason)
            SELECT {round_id}, 1 + b.i, {instant}, {instant},
                CASE WHEN {read} THEN 'snapshot' WHEN {failed} THEN 'failure' ELSE 'unchanged' END,
                CASE WHEN {read} THEN 200 WHEN {failed} THEN 503 ELSE 304 END,
                CASE WHEN NOT ({failed}) THEN 140 END, 0, 0, 0, 0, 0, 600, 0.25, {EVERY},
                CASE WHEN {failed} AND NOT ({read}) THEN 'HTTP 503' END
            FROM {checks} c CROSS JOIN {boards} b ORDER BY c.i, b.i"""
        with _without_indices(connection):
            connection.execute(text(insert), start)
        last = "(SELECT max(c.finished_at) FROM board_check c WHERE c.board_id = board.id {0})"
        connection.execute(
            text(f"""
            UPDATE board SET last_check_at = {last.format("")}, clock = {last.format("")},
                last_ok_at = {last.format("AND c.result <> 'failure'")}""")
        )
    tidy(engine)


def tidy(engine: Engine) -> None:
    """Collect statistics and give space back, so that sizes can be compared."""
    if engine.dialect.name == "sqlite":
        engine.dispose()  # the last connection empties the log into the file
        with closing(sqlite3.connect(engine.url.database or "")) as file:
            file.execute("VACUUM")
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM FULL")
        connection.exec_driver_sql("VACUUM ANALYZE")  # as autovacuum: marks pages as all visible


def report(engine: Engine, year: Year) -> dict[str, object]:
    """Print size and times. Return the answers about one board."""
    with read_transaction(engine) as connection:
        count = connection.scalar(text("SELECT count(*) FROM board_check"))
    print(f"  {size(engine) / 1e6:10.0f} MB, {count:,} checks", flush=True)
    answers: dict[str, object] = {}
    for name, question in QUESTIONS.items():
        with read_transaction(engine) as connection:
            milliseconds, rows = _measure(connection, question, year)
            if ":board" in question:
                answers[name] = connection.execute(
                    text(question), {"board": "greenhouse:employer0"}
                ).all()
        print(f"  {name:<30}{milliseconds:10.1f} ms{rows:9}", flush=True)
    return answers


def _measure(connection: Connection, question: str, year: Year) -> tuple[float, int]:
    """Return the median milliseconds, and the rows. SQLite works in this process: its CPU time."""
    clock = time.process_time if connection.dialect.name == "sqlite" else time.perf_counter
    random, times, rows = Random(7), [], 0
    for _ in range(7 if ":board" in question else 1):
        board = {"board": f"greenhouse:employer{random.randrange(year.boards)}"}
        started = clock()
        rows = len(connection.execute(text(question), board if ":board" in question else {}).all())
        times.append((clock() - started) * 1000)
    return statistics.median(times), rows


def merge(engine: Engine, year: Year) -> None:
    """Merge as the daemon does. Print how long it took, and the longest transaction."""
    longest, began = 0.0, 0.0

    def begin(_connection: Connection) -> None:
        nonlocal began
        began = time.perf_counter()

    def end(_connection: Connection) -> None:
        nonlocal longest
        longest = max(longest, time.perf_counter() - began)

    for name, listener in (("begin", begin), ("commit", end)):
        event.listen(engine, name, listener)
    started, keep = time.perf_counter(), HistorySettings().keep_checks
    while merge_checks(engine, keep, year.now, 60):
        pass
    took = time.perf_counter() - started
    print(f"  merged in {took:.0f} s, the longest transaction {longest * 1000:.0f} ms", flush=True)


def bench(url: str, year: Year) -> bool:
    """Measure one database. Return True if the answers stayed the same."""
    engine = make_engine(url)
    upgrade(engine)
    started = time.monotonic()
    fill(engine, year)
    print(f"\n{engine.dialect.name}: filled in {time.monotonic() - started:.0f} s", flush=True)
    before = report(engine, year)
    merge(engine, year)
    tidy(engine)
    same = report(engine, year) == before
    print("  the answers are the same" if same else "  THE ANSWERS DIFFER")
    engine.dispose()
    return same


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("boards", nargs="?", type=int, default=500)
    parser.add_argument("days", nargs="?", type=int, default=365)
    parser.add_argument("--on", choices=("sqlite", "postgresql"))
    options = parser.parse_args(arguments)
    year = Year(options.boards, options.days, datetime.now(UTC).replace(microsecond=0))
    print(f"{year.boards} boards, {year.boards * year.checks:,} checks in {year.days} days")
    folder, good = Path(tempfile.mkdtemp(prefix="rolewatch-bench-")), True
    try:
        if options.on != "postgresql":
            good = bench(f"sqlite:///{folder}/bench.db", year) and good
        if options.on != "sqlite":
            (folder / "postgres").mkdir()
            with postgres(folder / "postgres") as url:
                good = bench(make_url(url).render_as_string(hide_password=False), year) and good
    finally:
        shutil.rmtree(folder)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
