"""Measure how long reminders and a digest hold the database's write lock.

There are 30 boards of 1,000 postings, and a board-wide edit of 1,000 of them. Prints the
milliseconds of the longest write transaction and of the whole.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import time as time_of_day
from datetime import timedelta
from pathlib import Path
from random import Random

from sqlalchemy import Engine, inspect, text

from crawler.items import Deadline, Posting, Snapshot
from monitor.alerts import scheduled
from monitor.alerts.alerting import Alerting
from monitor.config.model import AlertSettings
from monitor.database.engine import read_and_roll_back
from monitor.database.opening import engine_as_is
from monitor.database.schema import upgrade
from monitor.rounds.check import decide_check
from monitor.rounds.check_recorder import CheckRecorder
from tests.benchmarks.board_farm import paragraph
from tests.benchmarks.lock_time import RULES, Held
from tests.support.boards import posting, snapshot
from tests.support.history import History, settings

BOARDS, POSTINGS = 30, 1000
TABLES = {"board": "id", "posting": "id", "posting_version": "id"}
FAR = 1_000_000  # between the ids of two boards' rows


def described(history: History, intro: str) -> list[Posting]:
    """Return the board's postings. One in twenty is near its deadline."""
    chance, postings = Random(1), []
    for number in range(POSTINGS):
        deadline = Deadline(history.now + timedelta(hours=chance.randrange(30, 2000)), "by then")
        text_ = "\n\n".join([intro, *(paragraph(80) + str(number) for _ in range(8))])
        title = f"Research Engineer, Team {number}" if number % 5 else f"Chef {number}"
        postings.append(
            posting(
                str(number),
                title=title,
                description=text_,
                deadline=deadline,
                stated=frozenset({"deadline"}),
            )
        )
    return postings


def check(history: History, result: Snapshot) -> None:
    """Record a check as a round does: decide first, then write."""
    recorder = CheckRecorder(1, Alerting.of(history.settings), Random(1), lambda: history.now)
    with read_and_roll_back(history.engine) as connection:
        decided = decide_check(connection, result, recorder.alerting, recorder.clock)
    with history.engine.begin() as connection:
        recorder.record(connection, decided)


def multiply(engine: Engine) -> None:
    """Copy the board with its postings."""
    columns = {
        table: [column["name"] for column in inspect(engine).get_columns(table)] for table in TABLES
    }
    with engine.begin() as connection:
        for number in range(1, BOARDS):
            other = {
                "id": f"id + {number * FAR}",
                "board_id": f"board_id + {number * FAR}",
                "posting_id": f"posting_id + {number * FAR}",
            }
            other |= {
                "board": f"board || '{number}'",
                "token": f"token || '{number}'",
                "name": f"replace(name, ':', '{number}:')",
            }
            for table, names in columns.items():
                taken = ", ".join(other.get(name, name) for name in names)
                source = f"{table} WHERE id < {FAR}"
                connection.execute(
                    text(f"INSERT INTO {table} ({', '.join(names)}) SELECT {taken} FROM {source}")
                )


@contextmanager
def measure_locks(held: Held, what: str) -> Iterator[None]:
    held.took.clear()
    began = time.perf_counter()
    yield
    print(
        f"{what}: longest {1000 * max(held.took):.0f} ms, whole "
        f"{1000 * (time.perf_counter() - began):.0f} ms"
    )


def measure(engine: Engine) -> None:
    rules = tuple(
        replace(rule, remind=(timedelta(hours=72), timedelta(hours=24))) for rule in RULES
    )
    history = History(engine, settings(*rules, alerts=AlertSettings(digest=time_of_day(9))))
    held = Held(engine)
    history.check(snapshot(described(history, "Who we are.")))
    with measure_locks(held, "a board-wide edit of 1,000 postings"):
        check(history, snapshot(described(history, "Who we are now, and what we do.")))
    multiply(engine)
    write: Callable[..., object] = scheduled.write
    for what, later in (("reminders", 1), ("digest and reminders", 26)):
        with measure_locks(held, what):
            write(engine, history.settings, history.now + timedelta(hours=later))


def main() -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        engine_as_is(f"sqlite:///{Path(folder) / 'clock.db'}") as engine,
    ):
        upgrade(engine)
        measure(engine)


if __name__ == "__main__":
    main()
