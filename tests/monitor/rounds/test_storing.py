"""Results are stored in batches: quiet checks together, and the texts of large lists ahead."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from sqlalchemy import Connection, Engine, insert, select, text, update

from crawler.holds import Holds
from crawler.items import Probe, Result, Unchanged
from monitor.alerts.alerting import Alerting
from monitor.database import tables
from monitor.rounds.check import DecidedCheck
from monitor.rounds.check_columns import Facts
from monitor.rounds.check_recorder import CheckRecorder
from monitor.rounds.storing import BatchStore, RoundNotes
from tests.support.boards import BOARD, posting, postings, snapshot
from tests.support.history import History, settings

OTHER = "greenhouse:otherlabs"
MANY = 60  # postings, whose texts are stored ahead


def recorder(history: History) -> CheckRecorder:
    with history.engine.begin() as connection:
        started = insert(tables.CheckRound).values(started_at=history.now)
        round_id = connection.execute(started.returning(tables.CheckRound.id)).scalar_one()
    return CheckRecorder(round_id, Alerting.of(history.settings), Random(1), lambda: history.now)


def store(history: History, *results: Result) -> RoundNotes:
    notes = RoundNotes()
    BatchStore(history.engine, recorder(history), Holds(), notes).store(results)
    return notes


def rows(history: History, board: str) -> list[tuple[object, ...]]:
    """Return the board's row and its checks, without what names them."""
    columns = (
        "last_check_at, last_ok_at, next_check_at, failures, failing_since, reason, read_at, etag, "
        "collapsed_since, unknown, notes, put_back, found_at, texts_waiting, held_round, clock"
    )
    checks = "started_at, finished_at, result, status, seen, opened, revised, closed, reopened"
    checks += ", unreadable, bytes, seconds, every, reason"
    return history.ask(f"SELECT {columns} FROM board WHERE board = '{board}'") + history.ask(
        f"SELECT {checks} FROM board_check WHERE board_id ="
        f" (SELECT id FROM board WHERE board = '{board}') ORDER BY id"
    )


def test_checks_that_are_stored_together_are_stored_as_one_by_one(engine: Engine) -> None:
    history = History(engine, settings(boards=(BOARD, OTHER)))
    first = snapshot(postings(3))
    history.check(first, replace(first, board=OTHER))
    unchanged = Unchanged(BOARD, bytes=7, seconds=0.5, notes='{"host": 1}')
    store(history, unchanged)
    alone, other = recorder(history), replace(unchanged, board=OTHER)
    with engine.begin() as connection:
        alone.record(connection, other)
    assert rows(history, BOARD) == rows(history, OTHER)
    assert len(rows(history, BOARD)) == 3


def test_an_unchanged_that_closes_a_posting_is_not_quiet(engine: Engine) -> None:
    history = History(engine)
    history.check(snapshot(postings(3)))
    history.check(snapshot(postings(2)))
    store(history, Unchanged(BOARD, {"3": Probe.GONE}))
    assert history.ask("SELECT posting FROM posting_changes WHERE kind = 'closed'") == [
        (f"{BOARD}:3",)
    ]


def test_an_unchanged_twice_in_a_batch_is_two_checks_at_two_instants(engine: Engine) -> None:
    history = History(engine)
    history.check(snapshot(postings(3)))
    store(history, Unchanged(BOARD), Unchanged(BOARD))
    instants = history.ask("SELECT finished_at FROM checks")
    assert len(set(instants)) == 3


def test_quiet_checks_of_one_batch_keep_the_interval_and_the_notes_of_each_board(
    engine: Engine,
) -> None:
    history = History(engine, settings(boards=(BOARD, OTHER)))
    first = snapshot(postings(3))
    history.check(first, replace(first, board=OTHER))
    board = tables.Board
    with engine.begin() as connection:
        connection.execute(update(board).where(board.board == OTHER).values(every=7200.0))
    store(history, Unchanged(BOARD), Unchanged(OTHER, notes='{"host": 2}'))
    with engine.connect() as connection:
        stored = connection.execute(
            select(board.every, board.next_check_at, board.notes).order_by(board.id)
        ).all()
    assert len({row.every for row in stored}) == 2
    assert [row.notes for row in stored] == [None, '{"host": 2}']
    for row in stored:
        assert row.next_check_at is not None
        wait = (row.next_check_at - history.now).total_seconds()
        assert 0.9 * row.every <= wait <= row.every


def test_quiet_checks_that_were_committed_before_an_error_are_stored_once(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = History(engine)
    history.check(snapshot(postings(3)))

    def fail(*_: object) -> None:
        raise OSError

    with monkeypatch.context() as patch:
        patch.setattr(Holds, "mark_saved", fail)
        store(history, Unchanged(BOARD))
    assert history.ask("SELECT result FROM checks") == [("snapshot",), ("unchanged",)]


def test_texts_that_were_stored_ahead_of_a_check_that_failed_are_seen_by_nobody(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = History(engine)
    history.check(snapshot([]))
    found = snapshot(postings(MANY))

    def fail(
        _: CheckRecorder, _connection: Connection, check: DecidedCheck, _board: object
    ) -> Facts:
        raise RuntimeError(check.board.board)

    with monkeypatch.context() as patch:
        patch.setattr(CheckRecorder, "record", fail)
        store(history, found)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM search_text")) == MANY
    for view in ("postings", "posting_versions", "posting_changes", "rule_matches"):
        assert history.ask(f"SELECT * FROM {view}") == []
    store(history, found)
    assert history.ask("SELECT count(*) FROM posting_versions WHERE description <> ''") == [(MANY,)]


def test_a_role_that_two_boards_of_a_batch_open_is_a_repost_on_the_second(engine: Engine) -> None:
    history = History(engine, settings(boards=(BOARD, OTHER)))
    none = snapshot([])
    history.check(none, replace(none, board=OTHER))
    with engine.begin() as connection:
        connection.execute(update(tables.Board).values(company="Example Labs"))
    both = snapshot([posting("1", requisition="R1")])
    store(history, both, replace(both, board=OTHER))
    query = "SELECT posting, repost_of FROM postings ORDER BY first_seen_at, posting"
    assert history.ask(query) == [(f"{BOARD}:1", None), (f"{OTHER}:1", f"{BOARD}:1")]
