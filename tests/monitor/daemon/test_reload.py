"""A running daemon takes up a changed configuration whole, or not at all."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path

import aiohttp
import pytest
from sqlalchemy import Engine, text

from monitor.config.fresh import stamps
from monitor.config.model import HealthSettings
from monitor.demo.board_server import BoardServer
from monitor.health.guard import HealthMonitor
from tests.support.databases import DatabasePool
from tests.support.history import settings
from tests.support.living import living
from tests.support.running import Place, ProcessLog, until
from tests.support.slack_server import TOKEN, SlackServer
from tests.support.sockets import free_port


@pytest.fixture
async def place(
    tmp_path: Path, boards: BoardServer, slack: SlackServer, made: DatabasePool
) -> AsyncIterator[Place]:
    made.copy(tmp_path / "rolewatch.db")
    place = Place(tmp_path, boards.url, slack.api_url, every="1h")
    yield place
    place.kill_all()
    for process in place.processes:
        await process.wait()


async def test_a_changed_log_is_taken_up(place: Place) -> None:
    daemon = ProcessLog(await place.start("run"))
    await until(lambda: daemon.of("board_checked"))
    place.configure('[log]\nformat = "json"\nlevel = "warning"\n')
    await asyncio.sleep(4)
    place.configure('[log]\nformat = "json"\nlevel = "info"\n[health]\n')
    await until(lambda: daemon.of('"event": "configuration_reloaded"'))
    assert json.loads(daemon.lines[-1])["boards"] == 1
    assert len(daemon.of("configuration_reloaded")) == 1
    assert await daemon.stopped() < 10


@pytest.mark.slow
async def test_another_database_is_refused_with_a_reason_and_the_old_configuration_stays(
    place: Place,
) -> None:
    daemon = ProcessLog(await place.start("run"))
    await until(lambda: daemon.of("board_checked"))
    place.watched = ("examplelabs", "second")
    place.configure('[database]\nurl = "sqlite:///other.db"\n')
    await until(lambda: daemon.of("configuration_refused"))
    assert "database.url: " in daemon.of("configuration_refused")[0]
    assert place.ask("SELECT count(*) FROM board") == [(1,)]
    assert not (place.folder / "other.db").exists()
    assert await daemon.stopped() < 10


async def test_an_emptied_file_is_refused_and_the_boards_stay(place: Place) -> None:
    daemon = ProcessLog(await place.start("run"))
    await until(lambda: daemon.of("board_checked"))
    place.config.write_text("")
    await until(lambda: daemon.of("configuration_refused"))
    assert daemon.of("it has no board and no rule any more")
    assert not daemon.of("configuration_reloaded")
    assert place.ask("SELECT state FROM boards") == [("ok",)]
    assert await daemon.stopped() < 10


async def test_a_half_written_file_is_read_when_it_is_whole(place: Place) -> None:
    place.watched = ("examplelabs", "second")
    place.configure()
    daemon = ProcessLog(await place.start("run"))
    await until(lambda: daemon.of("daemon_started"))
    whole = place.config.read_text()
    first = whole.rindex("[[boards]]")
    assert "second" in whole[first:]
    for _ in range(6):  # longer than the two seconds between two polls
        place.config.write_text(whole[:first])
        await asyncio.sleep(0.5)
    place.config.write_text(whole)
    await until(lambda: daemon.of("configuration_reloaded"))
    assert [line.partition("boards=")[2][:1] for line in daemon.of("configuration_reloaded")] == [
        "2"
    ]
    assert place.ask("SELECT count(*) FROM boards WHERE state = 'unwatched'") == [(0,)]
    assert await daemon.stopped() < 10


@pytest.mark.slow
async def test_a_changed_dotenv_counts_like_a_changed_file(
    place: Place, slack: SlackServer
) -> None:
    daemon = ProcessLog(await place.start("run"))
    await until(lambda: daemon.of("board_checked"))
    assert slack.texts() == []
    (place.folder / ".env").write_text(f"SLACK_BOT_TOKEN={TOKEN}\n")
    await until(lambda: daemon.of("configuration_reloaded"))
    await place.here("check")
    await until(slack.texts)
    assert await daemon.stopped() < 10


@pytest.mark.slow
async def test_a_changed_file_of_a_secret_counts_too(place: Place) -> None:
    (place.folder / ".env").write_text("SLACK_BOT_TOKEN_FILE=token\n")
    (place.folder / "token").write_text("xoxb-1")
    daemon = ProcessLog(await place.start("run"))
    await until(lambda: daemon.of("board_checked"))
    (place.folder / "token").write_text("xoxb-22")
    await until(lambda: daemon.of("configuration_reloaded"))
    assert await daemon.stopped() < 10


async def test_trouble_with_the_database_in_the_middle_loses_nothing_of_it(
    tmp_path: Path, sqlite_engine: Engine, boards: BoardServer
) -> None:
    refusal = (
        "CREATE TRIGGER refusal BEFORE INSERT ON board BEGIN SELECT RAISE(ABORT, 'refused'); END"
    )
    async with living(tmp_path, sqlite_engine, boards.url) as daemon:
        await until(lambda: daemon.ask("SELECT count(*) FROM board_check") == [(1,)])
        with sqlite_engine.begin() as connection:
            connection.execute(text(refusal))
        daemon.config.write_text(
            daemon.config.read_text() + '[[boards]]\nboard = "greenhouse:second"\n'
        )
        os.kill(os.getpid(), signal.SIGHUP)
        await asyncio.sleep(1)
        assert daemon.ask("SELECT board FROM board") == [("greenhouse:examplelabs",)]
        with sqlite_engine.begin() as connection:
            connection.execute(text("DROP TRIGGER refusal"))
        await until(
            lambda: (
                daemon.ask(
                    "SELECT count(*) FROM board_check c JOIN board b ON b.id = c.board_id "
                    "WHERE b.token = 'second'"
                )
                == [(1,)]
            )
        )


async def test_health_moves_to_another_address_of_the_same_port(sqlite_engine: Engine) -> None:
    port = free_port()

    async def answers(host: str) -> int:
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"http://{host}:{port}/healthz") as answer,
        ):
            return answer.status

    # no clock is asked
    guard = HealthMonitor(
        sqlite_engine,
        None,  # type: ignore[arg-type]
        lambda _: None,
        settings(health=HealthSettings(f"127.0.0.1:{port}")),
    )
    await guard.start()
    for listen in (f"0.0.0.0:{port}", f"localhost:{port}", f"127.0.0.1:{port}"):
        await guard.reconfigure(settings(health=HealthSettings(listen)))
        assert await answers("127.0.0.1") in {200, 503}
    await guard.stop()


def test_a_file_that_comes_goes_or_is_replaced_is_a_changed_one(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    seen = [stamps([file])]
    for write in (
        lambda: file.write_text("A=1"),
        lambda: file.write_text("A=2 "),
        lambda: (tmp_path / "new").rename(file),
        file.unlink,
    ):
        (tmp_path / "new").write_text("A=3")
        write()
        seen.append(stamps([file]))
    assert all(before != after for before, after in pairwise(seen))
