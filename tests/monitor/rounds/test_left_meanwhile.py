"""A board that is removed or moved while a round reads it: the result is dropped."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from sqlalchemy import Engine, insert

from crawler.items import Failure, Probe, Result
from monitor.alerts.alerting import Alerting
from monitor.config.model import WatchedBoard
from monitor.database.tables import CheckRound
from monitor.history import boards
from monitor.history import moves as moving
from monitor.rounds.check import decide_check
from monitor.rounds.check_recorder import CheckRecorder
from tests.support.boards import BOARD, posting, snapshot
from tests.support.history import History

ROLES = [posting(str(number)) for number in range(1, 4)]
ALL_CLOSED = replace(snapshot([]), probes={str(number): Probe.GONE for number in range(1, 4)})
NEW = WatchedBoard("greenhouse:elsewhere", "https://job-boards.greenhouse.io/elsewhere")


@pytest.fixture
def history(engine: Engine) -> History:
    history = History(engine)
    history.check(snapshot(ROLES))
    return history


@pytest.mark.parametrize(
    "result",
    [
        ALL_CLOSED,
        snapshot([*ROLES, posting("9")]),
        Failure(BOARD, "HTTP 500", 500),
        Failure(BOARD, "", held=True),
    ],
)
@pytest.mark.parametrize("moves", [True, False])
def test_a_board_that_was_left_while_it_was_read_stays_as_it_was(
    history: History, result: Result, *, moves: bool
) -> None:
    everything = (
        "SELECT state, failures, last_check_at, next_check_at FROM boards WHERE board = "
        "'greenhouse:examplelabs'"
    )
    recorder = CheckRecorder(1, Alerting.of(history.settings), Random(1), lambda: history.now)
    with history.engine.begin() as connection:
        recorder = replace(
            recorder,
            round_id=connection.execute(
                insert(CheckRound).values(started_at=history.now).returning(CheckRound.id)
            ).scalar_one(),
        )
        decided = decide_check(connection, result, recorder.alerting, recorder.clock)
        if moves:
            moving.begin(connection, BOARD, NEW)
        else:
            boards.unwatch(connection, [BOARD])
    before = history.ask(everything)
    with history.engine.begin() as connection:
        recorder.record(connection, decided)
    assert history.ask(everything) == before
    assert history.states() == dict.fromkeys("123", "open")
    assert history.alerted() == ["summary"]
    assert history.ask("SELECT count(*) FROM checks") == [(1,)]
