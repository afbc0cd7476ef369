"""Results stored in one transaction have the same effect as results stored one by one."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import timedelta
from random import Random
from sqlite3 import connect
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, text

from crawler.items import Result, Sighting
from monitor.config.model import AtsSettings
from monitor.database import search_index
from monitor.database.board_row import BoardRow
from monitor.database.engine import is_reading
from monitor.demo.board_server import BoardServer
from monitor.history.due import due_boards
from monitor.rounds import storing
from monitor.rounds.check_recorder import CheckRecorder
from monitor.rounds.round import Round, run_round
from monitor.rounds.round_rows import close_round
from monitor.rounds.shared_state import SharedState
from monitor.rules.matcher import Matcher
from monitor.text.search_terms import spaced_words, tokenize
from tests.support.boards import START
from tests.support.greenhouse import job
from tests.support.history import settings

TOKENS = [f"board{number}" for number in range(8)]


@pytest.fixture
async def server() -> AsyncIterator[BoardServer]:
    async with BoardServer() as server:
        for token in TOKENS:
            server.board(token, job(1))
        yield server


async def check_boards(engine: Engine, server: BoardServer) -> dict[str, tuple[str, str | None]]:
    """Run a round over all boards. Return each board's result and its reason."""
    wanted = settings(
        boards=[f"greenhouse:{token}" for token in TOKENS],
        ats={"greenhouse": AtsSettings(server.url, timedelta(0), concurrency=len(TOKENS))},
    )
    round_id = await run_round(
        engine, wanted, None, alerts=True, announce=False, clock=lambda: START, random=Random(1)
    )
    with engine.connect() as connection:
        checks = text(
            "SELECT v.board, v.result, v.reason FROM checks v "
            "JOIN board_check c ON c.id = v.check_id WHERE c.round_id = :round"
        )
        return {
            board.removeprefix("greenhouse:"): (result, reason)
            for board, result, reason in connection.execute(checks, {"round": round_id})
        }


async def commits_of_a_check_that_waits(engine: Engine, server: BoardServer) -> int:
    """Return the transactions of a round whose first result waits for a writer and all others."""
    commits: list[object] = []
    event.listen(engine, "commit", commits.append)
    with closing(connect(str(engine.url.database), isolation_level=None)) as other:
        checking = None
        while checking is None or len(commits) < 1:  # the round's own beginning is the first
            checking = checking or asyncio.create_task(check_boards(engine, server))
            await asyncio.sleep(0)
        other.execute("BEGIN IMMEDIATE")
        await asyncio.sleep(1)
    assert {result for result, _ in (await checking).values()} == {"snapshot"}
    return len(commits)


async def test_what_comes_while_a_result_waits_is_stored_in_one_transaction(
    sqlite_engine: Engine, server: BoardServer
) -> None:
    assert await commits_of_a_check_that_waits(sqlite_engine, server) < len(TOKENS)


async def test_a_transaction_takes_no_more_than_others_can_wait_for(
    sqlite_engine: Engine, server: BoardServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storing, "_LONGEST_TRANSACTION", 0)
    assert await commits_of_a_check_that_waits(sqlite_engine, server) > len(TOKENS)


async def test_a_board_that_cannot_be_stored_costs_those_that_came_with_it_nothing(
    sqlite_engine: Engine, server: BoardServer
) -> None:
    with sqlite_engine.begin() as connection:
        refusal = (
            "BEFORE INSERT ON posting WHEN NEW.name LIKE 'greenhouse:board5:%' "
            "BEGIN SELECT RAISE(ABORT, 'refused'); END"
        )
        connection.execute(text(f"CREATE TRIGGER refusal {refusal}"))
    results = await check_boards(sqlite_engine, server)
    result, reason = results.pop("board5")
    assert result == "failure"
    assert "could not be stored" in str(reason)
    assert results == {token: ("snapshot", None) for token in TOKENS if token != "board5"}
    with sqlite_engine.connect() as connection:
        assert connection.execute(
            text("SELECT count(*), count(DISTINCT name) FROM posting")
        ).one() == (7, 7)


# the round's beginning, the first result alone, then those that came together
@pytest.mark.parametrize(
    "failing",
    [(False, True), (False, False, True), (False, True, True)],
    ids=["alone", "together", "both"],
)
async def test_what_was_committed_is_not_stored_again_when_its_commit_seemed_to_fail(
    sqlite_engine: Engine, server: BoardServer, failing: tuple[bool, ...]
) -> None:
    commits = iter(failing)

    def commit(connection: Connection) -> None:
        if next(commits, False):
            # it comes through, and we hear of trouble
            connection.connection.dbapi_connection.commit()  # type: ignore[union-attr]
            raise RuntimeError

    event.listen(sqlite_engine, "commit", commit)
    await commits_of_a_check_that_waits(sqlite_engine, server)
    assert next(commits, "all") == "all"
    assert count_checks(sqlite_engine) == (8, 8)


async def test_a_log_that_cannot_be_written_fails_no_check(
    sqlite_engine: Engine, server: BoardServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def say(*_: object, **__: object) -> None:
        raise OSError

    monkeypatch.setattr(storing.log, "info", say)
    assert set((await check_boards(sqlite_engine, server)).values()) == {("snapshot", None)}
    assert count_checks(sqlite_engine) == (8, 8)


async def test_a_cancelled_round_stores_what_came_before_it_ends(
    engine: Engine, server: BoardServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    begun = threading.Event()
    record, end = CheckRecorder.record, close_round

    def slow(
        self: CheckRecorder, connection: Connection, result: Result, board: BoardRow | None
    ) -> dict[str, object]:
        begun.set()
        time.sleep(0.3)
        facts = record(self, connection, result, board)
        order.append("stored")
        return facts

    def ended(*args: Any) -> None:  # as the round gives them
        end(*args)
        order.append("ended")

    monkeypatch.setattr(CheckRecorder, "record", slow)
    monkeypatch.setattr("monitor.rounds.round.close_round", ended)
    checking = asyncio.create_task(check_boards(engine, server))
    await asyncio.to_thread(begun.wait)
    checking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await checking
    await asyncio.sleep(1)  # as long as a result that was left behind would take
    assert order[-1] == "ended"
    assert count_checks(engine) == (order.count("stored"),) * 2


def count_checks(engine: Engine) -> tuple[int, int]:
    """Return the number of stored checks, and of their boards."""
    with engine.connect() as connection:
        count, boards = connection.execute(
            text("SELECT count(*), count(DISTINCT board_id) FROM board_check")
        ).one()
    return count, boards


async def test_texts_are_read_and_rules_asked_while_others_may_write(
    engine: Engine, server: BoardServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A large board takes seconds, and a write transaction delays the lease and the outbox."""
    writing: list[Connection] = []
    work: list[bool] = []
    event.listen(
        engine,
        "begin",
        lambda connection: writing.extend([] if is_reading(connection) else [connection]),
    )
    for end in ("commit", "rollback"):
        event.listen(
            engine,
            end,
            lambda connection: writing.remove(connection) if connection in writing else None,
        )

    def watched(work_done: Any) -> Any:  # any function
        def call(*args: Any) -> Any:  # as it is
            work.append(bool(writing))
            return work_done(*args)

        return call

    monkeypatch.setattr(Sighting, "read", watched(Sighting.read))
    monkeypatch.setattr(Matcher, "explain", watched(Matcher.explain))
    monkeypatch.setattr(search_index, "tokenize", watched(tokenize))
    monkeypatch.setattr(search_index, "spaced_words", watched(spaced_words))
    await check_boards(engine, server)
    server.board("board1", job(1, content="edited"), job(2, content="new"))
    server.board("board2")
    await check_boards(engine, server)
    assert len(work) > 4 * len(TOKENS)
    assert not any(work)


async def test_the_boards_of_a_round_are_one_crawl_again_when_they_are_next_due(
    sqlite_engine: Engine, server: BoardServer
) -> None:
    await check_boards(sqlite_engine, server)
    with sqlite_engine.connect() as connection:
        nobody, first = due_boards(connection, START + timedelta(minutes=1))
        assert not nobody
        assert first is not None
        assert START + timedelta(minutes=13) < first < START + timedelta(minutes=15)
        assert len(due_boards(connection, first).boards) == len(TOKENS)


async def test_two_rounds_are_spread_by_different_chances(sqlite_engine: Engine) -> None:
    shared = SharedState(sqlite_engine, settings, lambda: START, Random(1))
    rounds = [await Round.begin(shared, [], alerts=True, announce=False) for _ in range(2)]
    first, second = ([one.chance.random() for _ in range(9)] for one in rounds)
    assert len(set(first)) == len(set(second)) == 1
    assert first != second
