"""Workers check the boards: each exactly once a round, and no host faster than it may be asked."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from monitor.config.load import load
from monitor.demo.board_server import BoardServer, Trouble
from tests.support.greenhouse import job
from tests.support.living import Living, living
from tests.support.program import Program
from tests.support.running import until
from tests.support.worker_process import QUICK
from tests.support.workers import Overlaps, config, least_gap, least_span, url_of, workers_here

pytestmark = pytest.mark.timeout(180)
TOKENS = [f"labs{number}" for number in range(12)]
CHECKED = "SELECT count(*) FROM board_check"


def serve(boards: BoardServer, *tokens: str) -> None:
    for token in tokens:
        boards.board(token, job(1, title="Research Engineer"))


def checks(daemon: Living) -> int:
    return int(daemon.ask(CHECKED)[0][0])


async def test_workers_check_the_boards_and_the_daemon_tells_what_changed(
    tmp_path: Path, postgres_engine: Engine, boards: BoardServer
) -> None:
    serve(boards, *TOKENS)
    quick = {"every": "2s", "config": config(TOKENS), "queue_times": QUICK}
    async with living(tmp_path, postgres_engine, boards.url, **quick) as daemon:  # type: ignore[arg-type]
        async with workers_here(postgres_engine, 2):
            await until(lambda: daemon.ask("SELECT count(*) FROM posting") == [(len(TOKENS),)])
            boards.boards["labs3"].jobs.append(job(2, title="Research Engineer, New"))
            await until(lambda: "Research Engineer, New" in daemon.console.getvalue())
            assert daemon.ask("SELECT count(*), min(version) FROM workers") == [(2, "0.2.0")]
        assert daemon.ask("SELECT * FROM workers") == []
        twice = "SELECT board_id, round_id FROM board_check GROUP BY 1, 2 HAVING count(*) > 1"
        assert daemon.ask(twice) == []
        assert "now watching" in daemon.console.getvalue().lower()


async def test_a_host_is_asked_no_faster_by_three_workers_than_by_one(
    tmp_path: Path, postgres_engine: Engine, boards: BoardServer
) -> None:
    serve(boards, *TOKENS)
    slow = {"every": "1h", "config": config(TOKENS, "100ms", 3), "queue_times": QUICK}
    for token in TOKENS:
        boards.troubles[token] = Trouble(hang=0.12)  # longer than the delay: slots overlap
    overlaps = Overlaps(boards)
    async with (
        workers_here(postgres_engine, 3),
        living(tmp_path, postgres_engine, boards.url, **slow) as daemon,  # type: ignore[arg-type]
    ):
        await until(lambda: checks(daemon) == len(TOKENS))
    assert len(boards.requests) == len(TOKENS)
    # a busy machine sends some late; on average of ten requests the delay holds
    assert least_span(boards.requests) >= 9 * 0.1 * 0.95
    assert least_gap(boards.requests) > 0
    assert boards.busiest <= 3
    assert set(overlaps.most.values()) == {1}


async def test_a_host_that_asks_to_wait_is_left_alone_by_all_workers(
    tmp_path: Path, postgres_engine: Engine, boards: BoardServer
) -> None:
    serve(boards, *TOKENS)
    boards.troubles["labs0"] = Trouble(status=429, headers={"Retry-After": "300"})
    slow = {"every": "1h", "config": config(TOKENS, "200ms", 4), "queue_times": QUICK}
    async with (
        workers_here(postgres_engine, 3),
        living(tmp_path, postgres_engine, boards.url, **slow) as daemon,  # type: ignore[arg-type]
    ):
        await until(lambda: boards.asked("labs0"))
        await until(lambda: daemon.ask("SELECT count(*) FROM host_hold") == [(1,)])
        held_at = asyncio.get_running_loop().time()
        await until(
            lambda: daemon.ask("SELECT count(*) FROM board WHERE next_check_at IS NULL") == [(0,)]
        )
    asked = boards.asked("labs0")[0].at
    # one request may have been on its way in each of the other slots
    assert len([one for one in boards.requests if one.at > asked]) <= 3
    assert [one for one in boards.requests if one.at > held_at + 1] == []


async def test_check_beside_workers_waits_for_their_result(
    tmp_path: Path, postgres_engine: Engine, boards: BoardServer
) -> None:
    serve(boards, *TOKENS)
    slow = {"every": "1h", "config": config(TOKENS), "queue_times": QUICK}
    async with (
        workers_here(postgres_engine, 1),
        living(tmp_path, postgres_engine, boards.url, **slow) as daemon,  # type: ignore[arg-type]
    ):
        await until(lambda: checks(daemon) == len(TOKENS))
        boards.boards["labs5"].jobs.append(job(2, title="Research Engineer, Asked For"))
        program = Program(str(daemon.config))
        ran = await asyncio.to_thread(program, "check", "labs5")
        assert ran.code == 0, ran.err
        assert "Research Engineer, Asked For" in ran.out
        status = await asyncio.to_thread(program, "status")
        assert "1 worker (0 busy, 1 idle); no board waits" in status.out
        doctor = await asyncio.to_thread(program.ask, "status")
        assert doctor["workers"]["idle"] == 1


async def test_check_says_that_it_waits_for_a_worker(
    tmp_path: Path, postgres_engine: Engine, boards: BoardServer
) -> None:
    serve(boards, "labs1")
    slow = {"every": "1h", "config": config(["labs1"]), "queue_times": QUICK}
    async with living(tmp_path, postgres_engine, boards.url, **slow) as daemon:  # type: ignore[arg-type]
        asked = asyncio.create_task(asyncio.to_thread(Program(str(daemon.config)), "check"))
        await until(lambda: daemon.ask("SELECT count(*) FROM round_request") == [(1,)])
        async with workers_here(postgres_engine, 1):
            ran = await asked
        assert ran.code == 0, ran.err
        assert "no worker is alive" in ran.err
        async with workers_here(postgres_engine, 1):
            await until(lambda: daemon.ask("SELECT count(*) FROM workers") == [(1,)])
            ran = await asyncio.to_thread(Program(str(daemon.config)), "check")
        assert (ran.code, ran.err) == (0, "")


async def test_a_lost_worker_is_listed_for_a_day(postgres_engine: Engine) -> None:
    lost = text(
        "INSERT INTO worker (id, host, pid, version, started_at, last_seen_at, lost_at, done)"
        " SELECT hours::text, 'far', 1, '0.2.0', at, at, at, 0 FROM unnest(ARRAY[23, 25]) hours,"
        " LATERAL (SELECT now() - make_interval(hours => hours) AS at) lost"
    )

    def listed(state: str) -> list[str]:
        query = text("SELECT worker_id FROM workers WHERE state = :state ORDER BY 1")
        with postgres_engine.connect() as connection:
            return [*connection.scalars(query, {"state": state})]

    async with workers_here(postgres_engine, 1):
        await until(lambda: len(listed("idle")) == 1)
        with postgres_engine.begin() as connection:
            connection.execute(lost)
        await until(lambda: listed("lost") == ["23"])


@pytest.mark.slow
async def test_an_idle_daemon_with_workers_leaves_its_database_alone(
    tmp_path: Path, postgres_engine: Engine, boards: BoardServer
) -> None:
    serve(boards, "labs1")
    slow = {"every": "1h", "config": config(["labs1"]), "queue_times": QUICK}
    async with living(tmp_path, postgres_engine, boards.url, **slow) as daemon:  # type: ignore[arg-type]
        async with workers_here(postgres_engine, 1):
            await until(lambda: checks(daemon) == 1)
        await asyncio.sleep(3)
        before = daemon.transactions
        await asyncio.sleep(10)
        assert daemon.transactions - before <= 1


def test_a_worker_of_another_schema_ends_in_one_line(postgres_engine: Engine) -> None:
    with postgres_engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0021'"))
    try:
        program = Program("none.toml")
        environ = {"ROLEWATCH_DATABASE_URL": url_of(postgres_engine)}
        ran = program("worker", environ=environ)
    finally:
        with postgres_engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '0025'"))
    assert (ran.code, len(ran.err.splitlines())) == (2, 1)
    assert "schema" in ran.err


def test_sqlite_has_no_workers_and_no_queue(tmp_path: Path) -> None:
    file = tmp_path / "rolewatch.toml"
    file.write_text('[workers]\nqueue = true\n[[boards]]\nboard = "greenhouse:deepmind"\n')
    program = Program(str(file))
    ran = program("run")
    assert (ran.code, len(ran.err.splitlines())) == (2, 1)
    assert "workers.queue" in ran.err
    file.write_text('[[boards]]\nboard = "greenhouse:deepmind"\n')
    assert load(file, {}).workers.queue is False
    ran = program("worker")
    assert (ran.code, len(ran.err.splitlines())) == (2, 1)
    assert "PostgreSQL" in ran.err
