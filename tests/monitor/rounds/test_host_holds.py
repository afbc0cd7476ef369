"""Every process waits for a host that asked for it. Its boards have not failed."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import Engine, select, text

from monitor.cli.common import now
from monitor.config.model import AtsSettings, Settings, WatchedBoard
from monitor.database.tables import HostHold
from monitor.demo.board_server import BoardServer, Trouble
from monitor.history.due import due_boards
from monitor.rounds.report import BoardReport, report
from monitor.rounds.round import run_round
from tests.support.boards import START
from tests.support.greenhouse import job
from tests.support.history import settings
from tests.support.program import Program
from tests.support.running import Place, until

TOKENS = ("examplelabs", "otherworks", "thirdlab")
CONFIG = """
[ats.greenhouse]
api_url = "{url}"
delay = "10ms"
concurrency = 1
{boards}
[[rules]]
name = "research-engineer"
any = ["research engineer"]
"""
MINUTE = timedelta(minutes=1)


@pytest.fixture
async def server(boards: BoardServer) -> BoardServer:
    for token in TOKENS:
        boards.board(token, job(1, title="Research Engineer"))
    return boards


@pytest.fixture
def program(tmp_path: Path, server: BoardServer) -> Program:
    """Return the program with three boards of one host. Commands share only the database."""
    boards = "\n".join(f'[[boards]]\nboard = "greenhouse:{token}"' for token in TOKENS)
    (tmp_path / "rolewatch.toml").write_text(CONFIG.format(url=server.url, boards=boards))
    return Program(str(tmp_path / "rolewatch.toml"))


async def run(program: Program, *arguments: str) -> tuple[int, str]:
    ran = await asyncio.to_thread(program, *arguments)
    return ran.code, ran.out


def ask(program: Program, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(Path(program.config).with_name("rolewatch.db"))) as connection:
        return connection.execute(query).fetchall()


async def test_a_manual_check_obeys_an_earlier_retry_after_and_says_so(
    program: Program, server: BoardServer
) -> None:
    await run(program, "check")
    # the first check was well
    server.troubles["examplelabs"] = Trouble(status=429, headers={"Retry-After": "7200"}, times=2)
    code, out = await run(program, "check")
    assert (code, out.count("FAILED"), out.count("not asked")) == (1, 1, 2)
    asked = len(server.requests)
    for _ in range(3):
        code, out = await run(program, "check")
        assert code == 1
        for token in TOKENS:
            assert f"greenhouse:{token}" in out
        assert (
            out.count(
                "  not asked: 127.0.0.1 answered HTTP 429 and is left alone for 120 min more\n"
            )
            == 3
        )
    assert len(server.requests) == asked
    boards = (
        "SELECT failures, state, "
        "(julianday(next_check_at) - julianday('now')) * 24 BETWEEN 1.95 AND 2.01 "
        "FROM boards ORDER BY failures"
    )
    assert ask(program, boards) == [(0, "ok", 1), (0, "ok", 1), (1, "ok", 1)]
    assert ask(program, "SELECT result, count(*) FROM checks GROUP BY result ORDER BY result") == [
        ("failure", 1),
        ("snapshot", 3),
    ]
    assert ask(program, "SELECT count(*) FROM alerts WHERE kind = 'operator'") == [(0,)]


async def test_check_tells_programs_which_boards_were_held(
    program: Program, server: BoardServer
) -> None:
    server.troubles["examplelabs"] = Trouble(status=503)
    await run(program, "check")
    ran = await asyncio.to_thread(program, "check", "otherworks", "--format", "json")
    [board] = ran.json
    assert (ran.code, board["result"], board["seen"], board["changes"]) == (1, "held", None, [])
    assert board["reason"].startswith("127.0.0.1 answered HTTP 503 and is left alone for ")


async def test_the_host_is_asked_again_when_its_time_is_over(
    program: Program, server: BoardServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.troubles["examplelabs"] = Trouble(status=429, headers={"Retry-After": "7200"}, times=1)
    await run(program, "check")
    monkeypatch.setattr("monitor.cli.check.now", lambda: now() + 121 * MINUTE)
    code, out = await run(program, "check")
    assert (code, out.count("1 seen")) == (0, 3)
    assert ask(program, "SELECT count(*) FROM board WHERE held_round IS NOT NULL") == [(0,)]


async def test_doctor_and_boards_add_leave_a_held_host_alone(
    program: Program, server: BoardServer
) -> None:
    server.board("fourthlab", job(1))
    server.troubles["examplelabs"] = Trouble(status=429, headers={"Retry-After": "600"})
    await run(program, "check")
    asked = len(server.requests)
    _, out = await run(program, "doctor")
    assert (
        out.count(
            "answered HTTP 429 and is left alone for 10 min more "
            "— wait: the daemon asks it again by itself"
        )
        == 3
    )
    added = await asyncio.to_thread(program, "boards", "add", "greenhouse:fourthlab")
    assert (added.code, "is left alone for 10 min more" in added.err) == (0, True)
    assert len(server.requests) == asked


def _settings(server: BoardServer) -> Settings:
    boards = tuple(f"greenhouse:{token}" for token in TOKENS)
    return settings(
        boards=boards,
        ats={"greenhouse": AtsSettings(api_url=server.url, delay=timedelta(), concurrency=1)},
    )


async def _round(engine: Engine, wanted: Settings, at: datetime) -> dict[str, BoardReport]:
    round_id = await run_round(
        engine, wanted, None, alerts=True, announce=False, clock=lambda: at, random=Random(1)
    )
    with engine.connect() as connection:
        return {one.board.partition(":")[2]: one for one in report(connection, round_id)}


async def test_a_held_board_is_due_when_the_host_may_be_asked_and_not_before(
    engine: Engine, server: BoardServer
) -> None:
    server.troubles["examplelabs"] = Trouble(status=429, headers={"Retry-After": "7200"}, times=1)
    wanted, over = _settings(server), START + timedelta(hours=2)
    await _round(engine, wanted, START)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT host, status FROM host_hold")).all() == [
            (server.url.removeprefix("http://"), 429)
        ]
        for minutes in (0, 1, 60, 118):
            assert due_boards(connection, START + minutes * MINUTE).boards == []
        assert len(due_boards(connection, over + timedelta(seconds=1)).boards) == 3
    held = await _round(engine, wanted, START + 30 * MINUTE)
    assert {one.result for one in held.values()} == {"held"}
    read = await _round(engine, wanted, over + timedelta(seconds=1))
    assert {one.result for one in read.values()} == {"snapshot"}


async def test_a_clock_set_back_holds_a_host_for_a_day_at_most(
    engine: Engine, server: BoardServer
) -> None:
    server.troubles["examplelabs"] = Trouble(status=429, headers={"Retry-After": "7200"})
    wanted = _settings(server)
    await _round(engine, wanted, START)
    await _round(engine, wanted, START - timedelta(days=300))
    with engine.connect() as connection:
        due = due_boards(connection, START - timedelta(days=300)).next_at
    assert due is not None
    assert due <= START - timedelta(days=299)


async def test_a_clock_set_back_a_day_does_not_begin_a_hold_again_in_each_process(
    engine: Engine, server: BoardServer
) -> None:
    server.troubles["examplelabs"] = Trouble(status=429, headers={"Retry-After": "60"})
    wanted = _settings(server)
    await _round(engine, wanted, START)
    server.troubles.clear()
    yesterday = START - timedelta(days=1)
    held = await _round(engine, wanted, yesterday)
    assert {one.result for one in held.values()} == {"held"}
    read = await _round(engine, wanted, yesterday + 2 * MINUTE)
    assert {one.result for one in read.values()} == {"snapshot"}


async def test_a_hold_that_grows_is_stored_in_place_of_the_shorter_one(
    engine: Engine, server: BoardServer
) -> None:
    wanted = _settings(server)
    for minutes, seconds in ((0, "60"), (2, "600")):
        server.troubles["examplelabs"] = Trouble(status=429, headers={"Retry-After": seconds})
        await _round(engine, wanted, START + minutes * MINUTE)
    with engine.connect() as connection:
        [until_] = connection.scalars(select(HostHold.until)).all()
    assert abs(until_ - (START + 12 * MINUTE)) < timedelta(seconds=5)


async def test_a_hanging_host_fails_its_boards_with_a_reason_and_closes_nothing(
    engine: Engine, server: BoardServer
) -> None:
    wanted = _settings(server)
    quick = replace(wanted, crawl=replace(wanted.crawl, timeout=timedelta(seconds=0.3)))
    more = [f"lab{number}" for number in range(3)]
    for token in more:
        server.board(token, job(1))
    quick = replace(
        quick,
        boards=(
            *quick.boards,
            *(WatchedBoard(f"greenhouse:{token}", server.url) for token in more),
        ),
    )
    await _round(engine, quick, START)
    for token in (*TOKENS, *more):
        server.troubles[token] = Trouble(hang=60)
    hung = await _round(engine, quick, START + 15 * MINUTE)
    assert {one.result for one in hung.values()} == {"failure"}
    reasons = [one.reason for one in hung.values()]
    assert reasons.count("the host did not answer 3 requests in a row") == 3
    with engine.connect() as connection:
        assert connection.execute(
            text("SELECT state, count(*) FROM postings GROUP BY state")
        ).all() == [("open", 6)]


@pytest.mark.slow
async def test_checks_that_ask_a_daemon_at_the_same_time_each_name_the_boards_that_were_not_asked(
    tmp_path: Path, server: BoardServer
) -> None:
    place = Place(tmp_path, server.url, watched=TOKENS, every="1h")
    await place.start("run")
    try:
        await until(
            lambda: (
                len(place.ask("SELECT 1 FROM boards WHERE last_ok_at IS NOT NULL")) == len(TOKENS)
            )
        )
        server.troubles["examplelabs"] = Trouble(status=429, headers={"Retry-After": "600"})
        await place.run("check", "examplelabs")
        ran = await asyncio.gather(*(place.run("check") for _ in range(4)))
        assert [(code, out.count("not asked")) for code, out, _ in ran] == [(1, 3)] * 4
    finally:
        place.kill_all()
        for process in place.processes:
            await process.communicate()


@pytest.mark.slow
async def test_a_daemon_that_was_killed_obeys_after_its_restart(
    tmp_path: Path, server: BoardServer
) -> None:
    place = Place(tmp_path, server.url, watched=TOKENS)
    server.troubles["examplelabs"] = Trouble(status=429, headers={"Retry-After": "20"}, times=1)
    first = await place.start("run")
    try:
        await until(lambda: place.ask("SELECT 1 FROM host_hold"))
        first.kill()
        await first.communicate()
        refused_at, asked = server.requests[0].at, len(server.requests)
        await place.start("run")
        await until(
            lambda: (
                len(place.ask("SELECT 1 FROM boards WHERE last_ok_at IS NOT NULL")) == len(TOKENS)
            )
        )
        assert min(request.at for request in server.requests[asked:]) >= refused_at + 19.5
        assert time.monotonic() < refused_at + 60
    finally:
        place.kill_all()
        for process in place.processes:
            await process.communicate()
