"""The daemon merges old checks by itself."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Engine

from crawler.items import Unchanged
from monitor.daemon.upkeep import Upkeep
from monitor.demo.board_server import BoardServer
from tests.support.boards import BOARD, posting, snapshot
from tests.support.history import History
from tests.support.living import living
from tests.support.running import until


def spring(engine: Engine) -> History:
    """Return checks of March: four that found nothing between two snapshots."""
    history = History(engine)
    history.check(snapshot([posting("1")]))
    for _ in range(4):
        history.check(Unchanged(BOARD))
    history.check(snapshot([posting("1")]))
    return history


async def test_a_daemon_merges_checks_of_an_earlier_season(
    tmp_path: Path, sqlite_engine: Engine, boards: BoardServer
) -> None:
    history = spring(sqlite_engine)
    unchanged = history.ask(
        "SELECT finished_at FROM checks WHERE result = 'unchanged' ORDER BY check_id"
    )
    async with living(tmp_path, sqlite_engine, boards.url) as daemon:
        await until(lambda: daemon.ask("SELECT 1 FROM board_check WHERE merged_until IS NOT NULL"))
        assert daemon.ask(
            "SELECT finished_at, merged_until FROM board_check WHERE merged_until IS NOT NULL"
        ) == [(unchanged[0][0], unchanged[-1][0])]


async def test_a_daemon_keeps_checks_as_long_as_its_configuration_says(
    tmp_path: Path, sqlite_engine: Engine, boards: BoardServer
) -> None:
    later = spring(sqlite_engine).now + timedelta(days=100) - datetime.now(UTC)
    more = '[history]\nkeep_checks = "120d"\n'
    summer = partial(living, clock=lambda: datetime.now(UTC) + later)
    async with summer(tmp_path, sqlite_engine, boards.url, more=more) as daemon:
        await until(lambda: daemon.ask("SELECT count(*) FROM board_check") == [(7,)])
        daemon.config.write_text(daemon.config.read_text().replace("120d", "90d"))
        await until(lambda: daemon.ask("SELECT 1 FROM board_check WHERE merged_until IS NOT NULL"))
        assert daemon.ask("SELECT count(*) FROM check_merging") == [(1,)]


async def test_checks_are_merged_again_when_the_clock_was_set_back(sqlite_engine: Engine) -> None:
    history = spring(sqlite_engine)
    now = history.now + timedelta(days=500)
    configuration: Any = SimpleNamespace(settings=history.settings)  # all of it that is read
    upkeep = Upkeep(
        sqlite_engine,
        configuration,
        lambda: now,
        asyncio.Event(),
        rules_outdated=False,
        readings_outdated=False,
    )
    assert [await upkeep.step(rounds_run=False) for _ in range(2)] == [True, False]
    now -= timedelta(days=300)
    assert await upkeep.step(rounds_run=False)
