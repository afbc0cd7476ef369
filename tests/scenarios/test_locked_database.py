"""The database locked by another program, under the daemon and under commands."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Timer

import pytest

from monitor.database.engine import make_engine
from monitor.demo.board_server import BoardServer
from tests.support.greenhouse import job
from tests.support.running import Place, ProcessLog, placed, until

pytestmark = pytest.mark.slow  # whole programs, most of the time waiting

LOCKED = (
    "the database cannot be used: database is locked; another program has locked it: wait "
    "for it or stop it\n"
)

UNDER_WAY = """SELECT 1 FROM check_round WHERE finished_at IS NULL
    UNION ALL SELECT 1 FROM alerts WHERE state IN ('pending', 'sending')"""


@pytest.fixture
async def place(tmp_path: Path, boards: BoardServer) -> AsyncIterator[Place]:
    async with placed(Place(tmp_path, boards.url)) as place:
        yield place


@contextmanager
def locked(place: Place) -> Iterator[None]:
    """Lock the database as another program would that writes and does not end."""
    with closing(
        sqlite3.connect(place.folder / "rolewatch.db", isolation_level=None, timeout=20)
    ) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


async def working(place: Place) -> ProcessLog:
    """Run a daemon until it has checked its board and sent everything."""
    before = len(place.ask("SELECT 1 FROM board_check"))
    daemon = ProcessLog(await place.start("run"))
    await until(
        lambda: len(place.ask("SELECT 1 FROM board_check")) > before and not place.ask(UNDER_WAY)
    )
    return daemon


async def test_a_daemon_that_waits_for_a_lock_stops_in_time_and_the_next_one_goes_on(
    place: Place,
) -> None:
    daemon = await working(place)
    with locked(place):
        await asyncio.sleep(3)  # a round is due each second, so that one waits
        assert await daemon.stopped() < 10
    assert daemon.process.returncode == 1
    assert daemon.of("ERROR shutdown_forced")
    assert not daemon.of("Traceback")
    again = await working(place)
    assert await again.stopped() < 10
    assert not again.of("ERROR")
    assert (await place.run("db", "check"))[:2] == (0, "ok\n")


@pytest.mark.slow  # a minute: writers wait for each other for half of one
async def test_a_lock_that_is_held_for_too_long_is_one_line_and_the_daemon_goes_on(
    place: Place, boards: BoardServer
) -> None:
    daemon = await working(place)
    with locked(place):
        boards.boards["examplelabs"].jobs.append(job(2, title="Research Engineer, Team 2"))
        codes = await asyncio.gather(
            place.run("check"), place.run("alerts", "retry"), place.run("roles")
        )
        await until(lambda: daemon.of("ERROR round_failed"))
    assert [(code, err) for code, _, err in codes] == [(1, LOCKED), (1, LOCKED), (0, "")]
    await until(lambda: place.ask("SELECT count(*) FROM posting_changes") == [(1,)])
    await until(lambda: daemon.of("INFO database_recovered"))
    assert await daemon.stopped() < 10
    assert len(daemon.of("ERROR round_failed")) == 1
    assert 'reason="OperationalError: database is locked"' in daemon.of("ERROR round_failed")[0]
    assert not daemon.of("Traceback")


def test_a_file_that_is_no_wal_yet_is_waited_for_as_any_other(tmp_path: Path) -> None:
    with closing(
        sqlite3.connect(tmp_path / "rolewatch.db", isolation_level=None, check_same_thread=False)
    ) as other:
        other.execute("CREATE TABLE alembic_version (version_num)")  # a file of ours
        other.execute("BEGIN IMMEDIATE")
        ending = Timer(0.3, other.execute, ["COMMIT"])
        ending.start()
        with make_engine(f"sqlite:///{tmp_path / 'rolewatch.db'}").connect() as connection:
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        ending.join()
