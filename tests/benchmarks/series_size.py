"""Measure the bytes of a stored version, with a real series of daily recordings on SQLite."""

from __future__ import annotations

import json
import logging
import sqlite3
import tempfile
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import repeat
from pathlib import Path
from random import Random

import structlog
from pydantic import SecretStr
from sqlalchemy import Engine

from monitor.config.model import AtsSettings, Settings, WatchedBoard
from monitor.database.opening import open_database
from monitor.demo.board_server import BoardServer
from monitor.rounds.round import run_round
from tests.support.places import ROOT

SERIES = ROOT.parent / "shared" / "recordings" / "timeseries" / "greenhouse-luno_content"
_PARTS = {
    "raw jobs, compressed": "SELECT sum(length(raw)) FROM posting_version",
    "descriptions, each once": "SELECT sum(length(CAST(text AS blob))) FROM description",
    "words to find them by": "SELECT sum(pgsize) FROM dbstat WHERE name LIKE 'search_%'",
}


async def series_size() -> None:
    """Print the figures, or one line if there are no recordings."""
    files = sorted(SERIES.glob("*.json"))
    if not files:
        print(f"\nno recordings in {SERIES}: the bytes of a version are not measured")
        return
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    with tempfile.TemporaryDirectory() as folder:
        engine = open_database(f"sqlite:///{folder}/series.db")
        with engine.connect() as connection:
            empty = connection.exec_driver_sql("SELECT sum(pgsize) FROM dbstat").scalar_one()
        await _watch(engine, files)
        engine.dispose()
        _print(Path(folder) / "series.db", len(files), empty)


async def _watch(engine: Engine, files: list[Path]) -> None:
    async with BoardServer() as server:
        served = server.board("luno")
        boards = (WatchedBoard("greenhouse:luno", "https://job-boards.greenhouse.io/luno"),)
        ats = {"greenhouse": AtsSettings(server.url, timedelta(0), 4)}
        settings = Settings(Path("rolewatch.toml"), SecretStr("sqlite://"), boards=boards, ats=ats)
        for day, file in enumerate(files):
            served.jobs = json.loads(file.read_text())["jobs"]
            now = datetime(2026, 3, 2, 9, tzinfo=UTC) + timedelta(days=day)
            await run_round(
                engine,
                settings,
                None,
                alerts=True,
                announce=False,
                clock=repeat(now).__next__,
                random=Random(1),
            )


def _print(file: Path, checks: int, empty: int) -> None:
    """Print the figures. `empty` is the size of an empty database in bytes."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:

        def number(query: str) -> int:
            return int(connection.execute(query).fetchone()[0])

        connection.execute("VACUUM")
        versions = number("SELECT count(*) FROM posting_version")
        whole = (number("PRAGMA page_count") * number("PRAGMA page_size") - empty) / versions
        print(
            f"\n{SERIES.name}: {checks} checks, {versions} versions, {whole:.0f} bytes a stored "
            f"version in all, of which"
        )
        for name, query in _PARTS.items():
            print(f"  {name:<28}{number(query) / versions:8.0f}")
