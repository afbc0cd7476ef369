"""Measure how long a check of a large board holds the database's write lock.

The list has 20 MB: 2,700 postings of 6 to 8 kB, from a server in another process. The first round
stores a baseline, the next one edits of 2 %. `python lock_time.py [URL]` uses a new SQLite file, or
the empty PostgreSQL database at URL. Prints the milliseconds of each round's longest write
transaction, of all of them, of the event loop's longest stall, and of the round.
"""

from __future__ import annotations

import asyncio
import sqlite3
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from pydantic import SecretStr
from sqlalchemy import Connection, Engine, PoolProxiedConnection, event
from sqlalchemy.engine.interfaces import DBAPIConnection

from monitor.config.model import AtsSettings, Rule, Settings, WatchedBoard
from monitor.daemon.memory import freeze_gc
from monitor.database.engine import is_reading
from monitor.database.opening import engine_as_is
from monitor.database.schema import upgrade
from monitor.rounds.round import run_round
from tests.benchmarks.bench import change, farm
from tests.benchmarks.contender import watch_loop

POSTINGS = 2700
RULES = (
    Rule("research-engineer", any=("research engineer",)),
    Rule("safety", any=("safety evaluation",), read_in=("title", "description")),
)


class Held:
    """The duration of each write transaction, with its commit.

    SQLite copies its log into the file after some commits, when others may write again. That is
    switched off.
    """

    def __init__(self, engine: Engine) -> None:
        self.began: dict[int, float] = {}  # by the driver's connection
        self.took: list[float] = []
        self.commit = engine.dialect.do_commit
        event.listen(engine, "begin", self._begin)
        event.listen(engine, "connect", _copy_no_log)
        # SQLAlchemy's event of a commit comes before it
        setattr(engine.dialect, "do_commit", self._commit)  # noqa: B010  # mypy allows no method there

    def _begin(self, connection: Connection) -> None:
        if not is_reading(connection):
            self.began[id(connection.connection.dbapi_connection)] = time.perf_counter()

    def _commit(self, connection: PoolProxiedConnection) -> None:
        self.commit(connection)
        if (began := self.began.pop(id(connection.dbapi_connection), None)) is not None:
            self.took.append(time.perf_counter() - began)


def _copy_no_log(connection: DBAPIConnection, _record: object) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA wal_autocheckpoint=0")


async def measure(engine: Engine, held: Held, url: str) -> None:
    settings = Settings(
        Path("rolewatch.toml"),
        SecretStr("sqlite://"),
        boards=(WatchedBoard("greenhouse:farm0", "https://job-boards.greenhouse.io/farm0"),),
        ats={"greenhouse": AtsSettings(url, timedelta(0))},
        rules=RULES,
    )
    for name in ("baseline", "2 % edited"):
        held.took.clear()
        stalls = [0.0]
        watching = asyncio.create_task(watch_loop(stalls))
        began = time.perf_counter()
        await run_round(
            engine,
            settings,
            None,
            alerts=True,
            announce=False,
            clock=lambda: datetime.now(UTC),
            random=Random(1),
        )
        whole = time.perf_counter() - began
        watching.cancel()
        print(
            f"{name}: longest {1000 * max(held.took):.0f} ms, {1000 * sum(held.took):.0f} "
            f"together, stall {1000 * max(stalls):.0f}, round {1000 * whole:.0f}"
        )
        while not await asyncio.to_thread(change, url):  # it edits three boards of ten
            pass


def main() -> None:
    with (
        farm(1, "0", str(POSTINGS)) as (url, _),
        tempfile.TemporaryDirectory() as folder,
        engine_as_is(sys.argv[1] if len(sys.argv) > 1 else f"sqlite:///{folder}/lock.db") as engine,
    ):
        held = Held(engine)
        upgrade(engine)
        freeze_gc()  # as `run` does
        asyncio.run(measure(engine, held, url))


if __name__ == "__main__":
    main()
