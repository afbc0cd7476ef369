"""Workers that die, freeze, lose the database or the daemon: nothing is lost or applied twice."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from monitor.database.engine import make_engine
from monitor.database.opening import engine_as_is
from monitor.database.schema import newest, upgrade
from monitor.demo.board_server import BoardServer, Trouble
from tests.support.greenhouse import job
from tests.support.living import Living, living
from tests.support.own_postgres import Server, cable, own_server
from tests.support.running import Place, ProcessLog, placed, until
from tests.support.worker_process import QUICK
from tests.support.workers import CONFIG, Overlaps, config, url_of, workers

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
TOKENS = [f"labs{number}" for number in range(4)]
SLOW = 3.0  # seconds of an answer
TWICE = "SELECT board_id, round_id FROM board_check GROUP BY 1, 2 HAVING count(*) > 1"
POSTINGS = "SELECT count(*) FROM posting"
OPENED = "SELECT count(*) FROM posting_changes WHERE kind = 'opened'"


@pytest.fixture
def watched(boards: BoardServer) -> BoardServer:
    for token in TOKENS:
        boards.board(token, job(1, title="Research Engineer"))
    return boards


@pytest.fixture
def server() -> Iterator[Server]:
    with own_server() as server:
        with engine_as_is(server.url) as engine:
            upgrade(engine)
        yield server


def at_work(daemon: Living, board: str) -> list[int]:
    """Return the pid of the worker that checks a board, if one does."""
    query = f"SELECT pid FROM workers WHERE board LIKE '%{board}%'"
    return [pid for (pid,) in daemon.ask(query)]


def of_pid(logs: list[ProcessLog], pid: int) -> ProcessLog:
    return next(log for log in logs if log.process.pid == pid)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
async def test_a_worker_that_dies_or_freezes_loses_its_board_to_another(
    tmp_path: Path, postgres_engine: Engine, watched: BoardServer, number: signal.Signals
) -> None:
    watched.troubles["labs2"] = Trouble(hang=SLOW, times=1)
    overlaps = Overlaps(watched)
    async with (
        workers(url_of(postgres_engine)) as some,
        living(
            tmp_path,
            postgres_engine,
            watched.url,
            config=config(TOKENS, "50ms"),
            queue_times=QUICK,
        ) as daemon,
    ):
        for _ in range(2):
            await some.start()
        await until(lambda: at_work(daemon, "labs2") and watched.asked("labs2"))
        log = of_pid(some.logs, at_work(daemon, "labs2")[0])
        log.process.send_signal(number)
        await until(lambda: daemon.ask(POSTINGS) == [(len(TOKENS),)])
        assert daemon.ask("SELECT count(*) FROM workers WHERE state = 'lost'") == [(1,)]
        asked = len(watched.requests)
        if number == signal.SIGSTOP:
            log.process.send_signal(signal.SIGCONT)
            await until(lambda: daemon.ask("SELECT DISTINCT state FROM workers") == [("idle",)])
            assert log.of("job_given_back")
            assert not log.of("Traceback"), log.lines
        await asyncio.sleep(1)
        assert len(watched.requests) == asked  # the frozen one asks nothing more
        assert daemon.ask("SELECT count(*) FROM board_check") == [(len(TOKENS),)]
        assert daemon.ask("SELECT count(*) FROM procrastinate_jobs") == [(0,)]
        assert overlaps.most["labs2"] == 1


async def test_a_server_that_restarts_is_waited_for(
    tmp_path: Path, watched: BoardServer, server: Server
) -> None:
    engine = make_engine(server.url)
    some_config = config(TOKENS, "20ms")
    async with (
        workers(server.url) as some,
        living(
            tmp_path, engine, watched.url, every="2s", config=some_config, queue_times=QUICK
        ) as daemon,
    ):
        for _ in range(2):
            await some.start()
        await until(lambda: daemon.ask(POSTINGS) == [(len(TOKENS),)])
        await asyncio.to_thread(server.stop)
        watched.boards["labs1"].jobs.append(job(2, title="Research Engineer, Meanwhile"))
        await asyncio.sleep(3)
        await asyncio.to_thread(server.start)
        await until(lambda: "Meanwhile" in daemon.console.getvalue())
        assert daemon.ask(OPENED) == [(1,)]
        assert daemon.ask(TWICE) == []
        for log in some.logs:
            assert log.process.returncode is None
            assert not log.of("Traceback"), log.lines
    engine.dispose()


async def test_a_worker_that_is_cut_off_stops_asking_and_comes_back(
    tmp_path: Path, postgres_engine: Engine, watched: BoardServer
) -> None:
    watched.troubles["labs2"] = Trouble(hang=60, times=1)
    overlaps = Overlaps(watched)
    async with (
        cable(url_of(postgres_engine)) as wire,
        workers(url_of(postgres_engine)) as some,
        living(
            tmp_path,
            postgres_engine,
            watched.url,
            config=config(TOKENS, "50ms"),
            queue_times=QUICK,
        ) as daemon,
    ):
        far = await some.start(url=wire.url)
        await until(lambda: at_work(daemon, "labs2") and watched.asked("labs2"))
        wire.is_cut = True
        near = await some.start()
        await until(lambda: daemon.ask(POSTINGS) == [(len(TOKENS),)])
        assert [request.path for request in watched.requests].count("labs2") == 2
        wire.is_cut = False
        await until(
            lambda: daemon.ask("SELECT state FROM workers") == [("idle",), ("idle",)], within=90
        )
        assert far.of("worker_not_connected")
        assert not near.of("worker_not_connected")
        assert daemon.ask("SELECT count(*) FROM board_check") == [(len(TOKENS),)]
    # the server counts the first request until its answer, which nobody waits for
    assert overlaps.most["labs2"] <= 2


async def test_an_upgrade_ends_workers_of_the_older_schema(
    tmp_path: Path, postgres_engine: Engine, watched: BoardServer
) -> None:
    async with workers(url_of(postgres_engine)) as some:
        log = await some.start()
        await until(lambda: log.of("worker_started"))
        async with living(
            tmp_path, postgres_engine, watched.url, config=config(TOKENS), queue_times=QUICK
        ) as daemon:
            await until(lambda: daemon.ask(POSTINGS) == [(len(TOKENS),)])
            with postgres_engine.begin() as connection:
                connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
            with postgres_engine.begin() as connection:
                connection.execute(text("UPDATE board SET next_check_at = NULL"))
                connection.execute(text("NOTIFY rolewatch"))
            await until(lambda: log.process.returncode is not None)
            assert log.process.returncode == 2
            assert log.of("schema (9999)")
            assert not log.of("Traceback"), log.lines
            with postgres_engine.begin() as connection:
                set_back = text("UPDATE alembic_version SET version_num = :revision")
                connection.execute(set_back, {"revision": newest()})
            await some.start()  # nothing was lost
            await until(
                lambda: daemon.ask("SELECT count(*) FROM board_check") == [(2 * len(TOKENS),)]
            )


async def test_a_second_daemon_takes_over_from_a_frozen_one(
    tmp_path: Path, postgres_engine: Engine, watched: BoardServer
) -> None:
    url = url_of(postgres_engine)
    text_of = config(TOKENS, "20ms").format(url=url, every="2s", boards=watched.url)
    assert text_of.startswith(CONFIG[:10])
    places = []
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        place = Place(tmp_path / name, watched.url)
        place.config.write_text(text_of)
        places.append(place)

    def ask(query: str) -> list[tuple[object, ...]]:
        with postgres_engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(query))]

    async with placed(places[0]), placed(places[1]), workers(url) as some:
        await some.start()
        first = ProcessLog(await places[0].start("run"))
        await until(lambda: ask(POSTINGS) == [(len(TOKENS),)])
        refused = await places[1].run("run")
        assert refused[0] == 2
        watched.troubles["labs2"] = Trouble(hang=2, times=len(watched.asked("labs2")) + 1)
        await until(lambda: ask("SELECT 1 FROM workers WHERE board LIKE '%labs2%'"))
        first.process.send_signal(signal.SIGSTOP)
        with postgres_engine.begin() as connection:  # in place of a minute
            connection.execute(text("UPDATE lease SET expires_at = now()"))
        second = ProcessLog(await places[1].start("run"))
        await until(lambda: second.of("daemon_started"))
        watched.boards["labs1"].jobs.append(job(2, title="Research Engineer, Taken Over"))
        await until(lambda: ask(OPENED) == [(1,)])
        first.process.send_signal(signal.SIGCONT)
        await asyncio.wait_for(first.process.wait(), 40)
        await asyncio.sleep(3)
        assert ask(OPENED) == [(1,)]
        assert ask(TWICE) == []
        assert await second.stopped() < 10
