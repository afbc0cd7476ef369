"""`init` and `run` at the terminal; the daemon itself has tests of its own."""

from __future__ import annotations

import asyncio
import signal
import tomllib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from monitor.cli import app
from monitor.config.load import load
from monitor.database.lease import acquire
from monitor.database.opening import open_database
from monitor.demo.board_server import BoardServer, Trouble
from tests.support.program import Program
from tests.support.running import ROLEWATCH, Place, stopped, until


@pytest.fixture
async def place(tmp_path: Path, boards: BoardServer) -> AsyncIterator[Place]:
    place = Place(tmp_path, boards.url, every="1h")
    yield place
    place.kill_all()


def test_init_writes_a_configuration_that_works_as_it_stands(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    program = Program(str(file))
    ran = program("init", str(file))
    assert ran.code == 0
    assert str(file) in ran.out
    assert "google:deepmind" in [row["board"] for row in program.ask("boards", "list")]
    assert [row["rule"] for row in program.ask("rules", "list")] == ["research-engineer"]


def test_init_writes_where_config_says(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    assert Program(str(file))("init").code == 0
    assert tomllib.loads(file.read_text())["boards"]


def test_init_writes_where_the_environment_says(tmp_path: Path) -> None:
    file = tmp_path / "my roles.toml"
    environ = {"ROLEWATCH_CONFIG": str(file)}
    missing = CliRunner().invoke(app, ["status"], env=environ)
    assert missing.exit_code == 2
    assert f"{file}: write one with `rolewatch init '{file}'`, or name" in missing.stderr
    assert CliRunner().invoke(app, ["init"], env=environ).exit_code == 0
    assert tomllib.loads(file.read_text())["boards"]


def test_a_folder_is_no_configuration(tmp_path: Path) -> None:
    ran = Program(str(tmp_path))("status")
    said = f"the configuration {tmp_path} is a folder: name a file in it\n"
    assert (ran.code, ran.err) == (2, said)


def test_init_never_overwrites(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("# mine")
    ran = Program(str(file))("init")
    assert ran.code == 2
    assert str(file) in ran.err
    assert file.read_text() == "# mine"


def test_a_daemon_without_a_board_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "rolewatch.toml"
    file.touch()
    ran = Program(str(file))("run")
    assert ran.code == 2
    assert "boards add" in ran.err


async def test_it_says_where_everything_is_then_what_it_tells(place: Place) -> None:
    daemon = await place.start("run")
    assert daemon.stdout is not None
    lines = [(await asyncio.wait_for(daemon.stdout.readline(), 60)).decode() for _ in range(4)]
    assert [line.split(maxsplit=1) for line in lines[:3]] == [
        ["configuration", f"{place.config}\n"],
        ["database", f"{place.folder / 'rolewatch.db'}\n"],
        ["program", f"{ROLEWATCH}\n"],
    ]
    assert "Now watching" in lines[3]
    assert await stopped(daemon, signal.SIGINT) < 10
    assert daemon.returncode == 0


async def test_a_daemon_whose_streams_are_closed_works_as_any_other(place: Place) -> None:
    command = f'exec "{ROLEWATCH}" --config "{place.config}" run <&- >&- 2>&-'
    daemon = await asyncio.create_subprocess_exec("sh", "-c", command, cwd=place.folder)
    place.processes.append(daemon)
    await until(lambda: place.ask("SELECT state FROM alerts") == [("sent",)])
    assert await stopped(daemon) < 10
    assert daemon.returncode == 0


async def test_at_the_end_of_the_first_round_it_says_when_the_next_check_is(place: Place) -> None:
    daemon = await place.start("run")
    assert daemon.stdout is not None
    lines = [(await asyncio.wait_for(daemon.stdout.readline(), 60)).decode() for _ in range(3)]
    while not lines[-1].startswith("Next check"):
        lines.append((await asyncio.wait_for(daemon.stdout.readline(), 60)).decode())
    assert "Now watching" in lines[3]
    assert lines[-1] == "Next check in 60 minutes\n"
    assert await stopped(daemon, signal.SIGINT) < 10
    assert place.ask("SELECT DISTINCT state FROM alerts") == [("sent",)]


async def test_started_again_within_the_interval_it_checks_at_once_and_says_so(
    place: Place, boards: BoardServer
) -> None:
    for _ in range(2):
        asked = len(boards.requests)
        daemon = await place.start("run")
        assert daemon.stdout is not None
        while (
            await asyncio.wait_for(daemon.stdout.readline(), 60)
        ) != b"Next check in 60 minutes\n":
            pass
        assert len(boards.requests) == asked + 1
        assert await stopped(daemon, signal.SIGINT) < 10
    assert "if-none-match" in boards.requests[-1].headers


async def test_started_again_it_leaves_a_host_alone_that_asked_to_wait(
    place: Place, boards: BoardServer
) -> None:
    boards.troubles["examplelabs"] = Trouble(status=429, headers={"Retry-After": "7500"})
    await place.here("check")
    asked = len(boards.requests)
    daemon = await place.start("run")
    assert daemon.stdout is not None
    while not (line := await asyncio.wait_for(daemon.stdout.readline(), 60)).startswith(
        b"Next check"
    ):
        pass
    assert line == b"Next check in 2 hours\n"
    assert len(boards.requests) == asked
    assert await stopped(daemon, signal.SIGINT) < 10


def test_a_quiet_init_writes_and_says_nothing(tmp_path: Path) -> None:
    ran = Program(str(tmp_path / "mine.toml"))("--quiet", "init")
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    assert (tmp_path / "mine.toml").exists()


async def test_a_daemon_waits_for_a_check_that_is_under_way(place: Place) -> None:
    engine = open_database(f"sqlite:///{place.folder}/rolewatch.db")
    lease = acquire(engine, "check", lambda: datetime.now(UTC))
    daemon = await place.start("run")
    assert daemon.stdout is not None
    for _ in range(3):
        await asyncio.wait_for(daemon.stdout.readline(), 60)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(daemon.wait(), 1)
    assert not place.ask("SELECT 1 FROM board_check")
    lease.release(datetime.now(UTC))
    await until(lambda: place.ask("SELECT 1 FROM board_check"))
    await stopped(daemon)


async def test_a_check_waits_for_another_check(place: Place) -> None:
    engine = open_database(f"sqlite:///{place.folder}/rolewatch.db")
    lease = acquire(engine, "check", lambda: datetime.now(UTC))
    second = await place.start("check")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(second.wait(), 2)
    assert not place.ask("SELECT 1 FROM board_check")
    lease.release(datetime.now(UTC))
    await asyncio.wait_for(second.communicate(), 60)
    assert second.returncode == 0
    assert place.ask("SELECT count(*) FROM board_check") == [(1,)]


async def test_a_check_that_is_interrupted_ends_quietly_and_gives_the_database_back(
    place: Place, boards: BoardServer
) -> None:
    boards.troubles["examplelabs"] = Trouble(hang=60)
    check = await place.start("check")
    await until(lambda: boards.requests)
    check.send_signal(signal.SIGINT)
    _, err = await asyncio.wait_for(check.communicate(), 60)
    assert check.returncode == 130, err
    assert b"Traceback" not in err
    assert place.ask("SELECT stopped_at IS NOT NULL FROM lease") == [(1,)]


def test_init_watches_the_boards_of_groups(tmp_path: Path) -> None:
    program = Program(str(tmp_path / "rolewatch.toml"))
    assert program("init", "--group", "ai-safety", "--group", "chips").code == 0
    boards = load(tmp_path / "rolewatch.toml", {}).boards
    names = {board.board for board in boards}
    assert {"lever:metr", "workday:nvidia.wd5/NVIDIAExternalCareerSite"} <= names
    assert len(names) == len(boards) > 50
    assert all(board.enabled and board.company for board in boards)
    assert not any(name.startswith("smartrecruiters:") for name in names)


def test_a_group_that_is_not_known_lists_the_groups(tmp_path: Path) -> None:
    ran = Program(str(tmp_path / "rolewatch.toml"))("init", "--group", "bakeries")
    assert ran.code == 2
    assert "no group is called bakeries: the groups are ai-apps, ai-labs, " in ran.err
    assert not (tmp_path / "rolewatch.toml").exists()
