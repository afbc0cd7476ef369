"""The queue of checks: a job is its worker's alone. One that lost it changes nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from importlib.resources import files
from random import Random
from typing import Any

import pytest
from procrastinate import App
from procrastinate.jobs import Job, Status
from sqlalchemy import Connection, Engine, insert, text

from crawler.holds import Holds
from crawler.items import Unchanged
from monitor.alerts.alerting import Alerting
from monitor.daemon import shared_settings
from monitor.daemon.check_queue import QUEUE, CheckJob, make_app, new_job
from monitor.daemon.daemon_queue import AHEAD, MOST, Handed, choose
from monitor.daemon.slots import Slot
from monitor.daemon.worker_claim import JobLost, StaleSettings, Sureness, fenced
from monitor.database import tables
from monitor.database.engine import make_engine, read_transaction
from monitor.database.lease import elapsed
from monitor.history.boards import sync_boards
from monitor.rounds.check_recorder import CheckRecorder
from monitor.rounds.storing import BatchStore, RoundNotes
from tests.support.boards import BOARD
from tests.support.history import settings
from tests.support.places import ROOT
from tests.support.workers import url_of

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def ask(engine: Engine, query: str) -> list[tuple[Any, ...]]:
    with read_transaction(engine) as connection:
        return [tuple(row) for row in connection.execute(text(query))]


@pytest.fixture
async def app(postgres_engine: Engine) -> AsyncIterator[App]:
    app = make_app(url_of(postgres_engine), 4)
    async with app.open_async():
        yield app


@pytest.fixture
def round_id(postgres_engine: Engine) -> int:
    with postgres_engine.begin() as connection:
        sync_boards(connection, settings())
        begun = insert(tables.CheckRound).values(started_at=NOW).returning(tables.CheckRound.id)
        return connection.execute(begun).scalar_one()


async def deferred(app: App, round_id: int, board: str = BOARD, lock: str = "host:0") -> Job:
    check = CheckJob(board, round_id, True, False, 0, 1)
    return await app.job_manager.defer_job_async(new_job(check, lock, urgent=False))


async def fetched(app: App, worker: int | None = None) -> Job | None:
    """Fetch a job as a worker does."""
    worker = worker or await app.job_manager.register_worker()
    return await app.job_manager.fetch_job([QUEUE], worker)


async def taken(app: App) -> Job:
    job = await fetched(app)
    assert job is not None
    return job


async def test_a_job_that_another_worker_has_now_is_not_ended_by_the_first(
    app: App, postgres_engine: Engine, round_id: int
) -> None:
    await deferred(app, round_id)
    lost = await taken(app)
    await app.job_manager.retry_job(lost)
    again = await taken(app)
    for late in (
        app.job_manager.finish_job(lost, Status.SUCCEEDED, delete_job=True),
        app.job_manager.retry_job(lost),
    ):
        await late
        assert ask(postgres_engine, "SELECT id, status, attempts FROM procrastinate_jobs") == [
            (again.id, "doing", 1)
        ]
    await app.job_manager.finish_job(again, Status.SUCCEEDED, delete_job=True)
    assert ask(postgres_engine, "SELECT count(*) FROM procrastinate_jobs") == [(0,)]


@pytest.mark.parametrize(
    "more",
    [
        "&application_name=my%20%2B%20app",
        "&options=-c%20application_name%3Dmy%5C%20%2B%5C%20app",
        "&host=/nowhere&application_name=my%20%2B%20app",
    ],
)
async def test_the_queue_is_reached_by_any_url_of_the_database(
    postgres_engine: Engine, more: str
) -> None:
    async with make_app(url_of(postgres_engine) + more, 1).open_async() as app:
        row = await app.connector.execute_query_one_async("SHOW application_name")
    assert row == {"application_name": "my + app"}


async def test_the_queue_reads_a_database_with_its_own_style_of_dates_and_isolation(
    postgres_url: str,
) -> None:
    own = ("datestyle = 'German, DMY'", "default_transaction_isolation = 'serializable'")
    engine = make_engine(postgres_url)
    with engine.begin() as connection:
        name = connection.scalar(text("SELECT current_database()"))
        for setting in own:
            connection.execute(text(f'ALTER DATABASE "{name}" SET {setting}'))
    engine.dispose()
    query = "SELECT now() AS now, current_setting('transaction_isolation') AS isolation"
    async with make_app(postgres_url, 1).open_async() as app:
        row = await app.connector.execute_query_one_async(query)
    assert row["now"].utcoffset().total_seconds() == 0
    assert row["isolation"] == "read committed"


async def test_a_slot_runs_one_job_at_a_time_and_a_board_waits_once(
    app: App, round_id: int
) -> None:
    await deferred(app, round_id, "greenhouse:a")
    await deferred(app, round_id, "greenhouse:b")
    await deferred(app, round_id, "greenhouse:c", "host:1")
    first, second, third = [await fetched(app) for _ in range(3)]
    assert first is not None
    assert second is not None
    assert (first.queueing_lock, second.queueing_lock, third) == (
        "greenhouse:a",
        "greenhouse:c",
        None,
    )


def store(engine: Engine, round_id: int) -> list[Exception]:
    """Store a check in that round, as a worker does. Return what was refused."""
    recorder = CheckRecorder(round_id, Alerting.of(settings()), Random(1), lambda: NOW)
    notes = RoundNotes()
    BatchStore(engine, recorder, notes=notes, holds=Holds()).store([Unchanged(BOARD)])
    return notes.storage_errors


def claimed(engine: Engine, job: Job, round_id: int) -> Engine:
    with read_transaction(engine) as connection:
        known = shared_settings.stamp(connection)
    return fenced(engine, job, round_id, lambda: known, 30.0)


async def test_what_a_worker_that_lost_its_job_writes_is_refused(
    app: App, postgres_engine: Engine, round_id: int
) -> None:
    await deferred(app, round_id)
    lost = await taken(app)
    await app.job_manager.retry_job(lost)
    again = await taken(app)
    refused = await asyncio.to_thread(store, claimed(postgres_engine, lost, round_id), round_id)
    assert [type(error) for error in refused] == [JobLost]
    assert ask(postgres_engine, "SELECT count(*) FROM board_check") == [(0,)]
    assert await asyncio.to_thread(store, claimed(postgres_engine, again, round_id), round_id) == []
    assert ask(postgres_engine, "SELECT count(*) FROM board_check") == [(1,)]


async def test_nothing_is_written_to_a_round_that_has_ended(
    app: App, postgres_engine: Engine, round_id: int
) -> None:
    await deferred(app, round_id)
    job = await taken(app)
    with postgres_engine.begin() as connection:
        connection.execute(text("UPDATE check_round SET finished_at = now()"))
    refused = await asyncio.to_thread(store, claimed(postgres_engine, job, round_id), round_id)
    assert [type(error) for error in refused] == [JobLost]
    assert ask(postgres_engine, "SELECT count(*) FROM board_check") == [(0,)]


async def test_a_result_is_not_stored_by_rules_that_have_changed(
    app: App, postgres_engine: Engine, round_id: int
) -> None:
    await deferred(app, round_id)
    engine = claimed(postgres_engine, await taken(app), round_id)
    with postgres_engine.begin() as connection:
        shared_settings.store(connection, settings())
    refused = await asyncio.to_thread(store, engine, round_id)
    assert [type(error) for error in refused] == [StaleSettings]


async def test_while_the_daemon_changes_the_rules_no_worker_stores(
    app: App, postgres_engine: Engine, round_id: int
) -> None:
    await deferred(app, round_id)
    engine = claimed(postgres_engine, await taken(app), round_id)
    async with shared_settings.without_workers(postgres_engine):
        storing = asyncio.create_task(asyncio.to_thread(store, engine, round_id))
        await asyncio.sleep(0.3)
        assert not storing.done()
    assert await storing == []


async def test_a_worker_that_nobody_hears_gives_its_board_up() -> None:
    sureness = Sureness()
    sureness.extend(elapsed() + 0.2)
    with pytest.raises(JobLost):
        async with sureness.needed():
            await asyncio.sleep(5)
    assert not sureness.holds()
    sureness.extend(elapsed() + 0.2)
    async with sureness.needed():
        await asyncio.sleep(0.1)
        sureness.extend(elapsed() + 0.4)  # a sign
        await asyncio.sleep(0.3)


def handed(board: str, slot: int, round_id: int = 1) -> Handed:
    return Handed(CheckJob(board, round_id, True, False, slot, 2), Slot("host", slot, 2), False)


def test_a_few_checks_of_each_slot_are_in_the_queue() -> None:
    waiting = {
        f"host:{slot}": [handed(f"greenhouse:{slot}-{number}", slot) for number in range(50)]
        for slot in range(2)
    }
    chosen = choose(waiting, {"host:0": AHEAD - 1}, {"greenhouse:0-0"})
    assert [one.check.board for one in chosen] == [
        "greenhouse:0-1",
        *(f"greenhouse:1-{number}" for number in range(AHEAD)),
    ]
    assert choose(waiting, {"other:0": MOST}, set()) == []


def test_a_board_of_two_rounds_is_in_the_queue_once() -> None:
    twice = {"host:0": [handed("greenhouse:a", 0, 1), handed("greenhouse:a", 0, 2)]}
    assert [one.check.round_id for one in choose(twice, {}, set())] == [1]


def test_the_schema_of_the_queue_is_that_of_the_installed_procrastinate() -> None:
    own = (ROOT / "migrations" / "sql" / "procrastinate_3_10.sql").read_text()
    theirs = files("procrastinate").joinpath("sql", "schema.sql").read_text(encoding="utf-8")
    assert own.endswith(theirs), (
        "this version of Procrastinate has another schema: add a migration with what its"
        " sql/migrations have since, and compare with a copy of the new schema here"
    )


def written(connection: Connection) -> list[tuple[Any, ...]]:
    return [
        tuple(row) for row in connection.execute(text("SELECT number FROM worker_configuration"))
    ]


def test_the_shared_configuration_is_numbered_by_its_changes(postgres_engine: Engine) -> None:
    with postgres_engine.begin() as connection:
        for _ in range(2):
            shared_settings.store(connection, settings())
        assert written(connection) == [(1,)]
        shared_settings.store(connection, settings(tables={"crawl": {"every": "5m"}}))
        assert written(connection) == [(2,)]
