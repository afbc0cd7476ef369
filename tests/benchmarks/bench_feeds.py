"""Measure feeds and calendars: `python -m tests.benchmarks.bench_feeds`.

The store is that of `bench_store` with 100,000 postings, of which one in twenty has a deadline, and
four rules: one that fits every seventh role, one that fits 39 versions, one that fits all, and one
that reads descriptions. The goal of each query is a median below 100 ms with warm caches.

`--in FOLDER` keeps the databases there, or uses those that exist.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence, Sized
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import Connection, Engine, make_url, text

from monitor.config.model import Rule, Settings
from monitor.database.engine import make_engine, read_transaction
from monitor.database.schema import upgrade
from monitor.queries.deadlines import find_deadlines
from monitor.queries.feed import newest_events
from monitor.rules.matches import register_rules
from monitor.web.calendar import calendar
from monitor.web.feed import atom
from tests.benchmarks.bench_store import last_check, postgres
from tests.benchmarks.store_farm import Farm, fill, today

GOAL = 100.0  # milliseconds
BASE = "https://roles.example.org"
# each rule with the versions that it fits, since matching all of them would take minutes
RULES = {
    Rule("seventh", any=("research engineer",)): "title LIKE 'Research Engineer%'",
    Rule("few", any=("recruiter",)): "title LIKE 'Recruiter%' AND posting_id BETWEEN 701 AND 800",
    Rule("all-roles", any=("/./",)): "true",
    Rule("text", any=("rare7",), read_in=("description",)): "posting_id % 500 = 0",
}
SETTINGS = Settings(Path("rolewatch.toml"), SecretStr("sqlite://"), rules=tuple(RULES))


def prepare(engine: Engine, farm: Farm) -> None:
    """Fill an empty database. Give roles their deadlines, and rules their matches."""
    upgrade(engine)
    if (last := last_check(engine)) is not None:
        farm.now = last
        return
    fill(engine, farm)
    with engine.begin() as connection:
        for table, key in (("posting", "id"), ("posting_version", "posting_id")):
            words = ", deadline_text = 'December 18, 2026'" if table == "posting_version" else ""
            due = f"UPDATE {table} SET deadline_at = :at{words} WHERE {key} % 20 = 0"
            at = "2026-12-18T23:59:59.000000Z"
            connection.execute(text(due), {"at": at})
        register_rules(connection, SETTINGS)
        connection.execute(text("UPDATE matched_rule SET next_id = last_id + 1"))
        for rule, fits in RULES.items():
            match = f"SELECT :rule, posting_id, number, 'words' FROM posting_version WHERE {fits}"
            connection.execute(text(f"INSERT INTO rule_match {match}"), {"rule": rule.name})
    if engine.dialect.name != "sqlite":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")


def median(work: Callable[[], Sized]) -> tuple[float, int]:
    """Return the median milliseconds of nine turns after a first one, and the result's size."""
    times, size = [], len(work())
    for _ in range(9):
        started = time.perf_counter()
        size = len(work())
        times.append((time.perf_counter() - started) * 1000)
    return statistics.median(times), size


def report(connection: Connection, farm: Farm, rule: Rule | None) -> bool:
    """Print a rule's figures. Return True if both queries meet the goal."""
    name = rule.name if rule else "everything"
    events = newest_events(connection, SETTINGS, rule)
    found = find_deadlines(connection, SETTINGS, farm.now, rule)
    work: dict[str, Callable[[], Sized]] = {
        "feed, query": lambda: newest_events(connection, SETTINGS, rule),
        "feed, written": lambda: atom(events, base=BASE),
        "calendar, query": lambda: find_deadlines(connection, SETTINGS, farm.now, rule),
        "calendar, written": lambda: calendar(found, base=BASE),
    }
    good = True
    for what, do in work.items():
        milliseconds, size = median(do)
        good = good and milliseconds < GOAL
        mark = "" if milliseconds < GOAL else "  TOO SLOW"
        print(f"  {name:<12}{what:<20}{milliseconds:8.1f} ms{size:10,}{mark}", flush=True)
    return good


def bench(url: str, farm: Farm) -> bool:
    engine = make_engine(url)
    prepare(engine, farm)
    print(engine.dialect.name, flush=True)
    with read_transaction(engine) as connection:
        good = [report(connection, farm, rule) for rule in (None, *RULES)]
    engine.dispose()
    return all(good)


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--on", choices=("sqlite", "postgresql"))
    parser.add_argument("--in", dest="folder", type=Path)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="rolewatch-bench-") as made:
        folder = options.folder or Path(made)
        (folder / "postgres").mkdir(parents=True, exist_ok=True)
        good = True
        if options.on != "postgresql":
            good = bench(f"sqlite:///{folder}/bench.db", Farm(today(), 1_000, 100))
        if options.on != "sqlite":
            with postgres(folder / "postgres") as url:
                written = make_url(url).render_as_string(hide_password=False)
                good = bench(written, Farm(today(), 1_000, 100)) and good
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
