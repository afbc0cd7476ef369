"""rolewatch as a contender of `make bench`: rounds as the daemon runs them, in one process.

`--no-search` leaves out the search index, which none of the others has.
"""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from random import Random

import structlog
from pydantic import SecretStr
from sqlalchemy import Engine, text

from monitor.config.model import AtsSettings, Rule, Settings, WatchedBoard
from monitor.daemon.memory import MemoryRelease, freeze_gc, use_one_malloc_arena
from monitor.database import search_index
from monitor.database.opening import open_database
from monitor.rounds.round import run_round
from tests.benchmarks.contender import CONCURRENCY, answer

RULES = (
    Rule("research-engineer", any=("research engineer",)),
    Rule("scientist", any=("research scientist",), locations=("London",)),
)


def settings(url: str, boards: int, file: Path) -> Settings:
    watched = tuple(
        WatchedBoard(f"greenhouse:farm{index}", "https://example.org") for index in range(boards)
    )
    ats = {"greenhouse": AtsSettings(url, timedelta(0), CONCURRENCY)}
    return Settings(file, SecretStr(""), boards=watched, rules=RULES, ats=ats)


def rounds(engine: Engine, settings: Settings) -> Callable[[], Coroutine[object, object, int]]:
    """Return the round's coroutine. Each round is an hour after the one before."""
    hours, begin, memory = count(), datetime(2026, 3, 2, 9, tzinfo=UTC), MemoryRelease()

    async def run() -> int:
        now = begin + timedelta(hours=next(hours))
        round_id = await run_round(
            engine, settings, None, alerts=True, announce=False, clock=lambda: now, random=Random(1)
        )
        memory.run()  # as the daemon does after a round
        query = text("SELECT count(*), sum(bytes) FROM board_check WHERE round_id = :round")
        with engine.connect() as connection:
            checked, received = connection.execute(query.bindparams(round=round_id)).one()
        assert checked == len(settings.boards), checked
        return int(received)

    return run


def leave_out_search() -> None:
    """Let no text have a document to index."""

    def nothing(_: object) -> dict[str, tuple[dict[str, str], str]]:
        return {}

    setattr(search_index, "rows_of", nothing)  # noqa: B010  # its type has names of arguments


def main() -> None:
    url, boards, file = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    use_one_malloc_arena()  # as `run` does
    address = f"sqlite:///{file}"
    # in another process: a daemon with a current schema loads no Alembic
    program = f"from monitor.database.opening import open_database; open_database({address!r})"
    subprocess.run([sys.executable, "-c", program], check=True)
    if "--no-search" in sys.argv:
        leave_out_search()
    engine = open_database(address)
    freeze_gc()  # as `run` does
    asyncio.run(answer(rounds(engine, settings(url, boards, file.with_suffix(".toml"))), file))


if __name__ == "__main__":
    main()
