"""Quiet checks of boards in any state, stored together, have the effect of checks one by one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from random import Random

from sqlalchemy import Engine, insert, select, update

from crawler.holds import Holds
from crawler.items import Failure, Snapshot, Unchanged
from monitor.alerts.alerting import Alerting
from monitor.database import tables
from monitor.database.columns import table
from monitor.history.schedule import OneChance
from monitor.rounds.check_recorder import CheckRecorder
from monitor.rounds.storing import BatchStore, RoundNotes
from tests.support.boards import BOARD, START, postings, snapshot
from tests.support.history import History, settings

BOARDS = 40
TOGETHER = [f"greenhouse:together{number}" for number in range(BOARDS)]
ALONE = [name.replace("together", "alone") for name in TOGETHER]
HOUR = timedelta(hours=1)
NOTES = '{"host": 2}'
# columns of a board, which have their usual values else
STATES: tuple[dict[str, object], ...] = (
    {"watched": False},
    {"unknown": 3},
    {"collapsed_since": START},
    {"put_back": True},
    {"put_back": True, "moved_from": "greenhouse:former", "read_at": None},
    {"moved_from": "greenhouse:former"},
    {"last_ok_at": None},
    {"texts_waiting": 2},
    {"held_round": 1},
    {"clock": START + 9 * HOUR},
    {"clock": None},
    {"etag": "new"},
)


def a_state(random: Random) -> dict[str, object]:
    usual = {"every": random.choice([900.0, 7200.0]), "notes": random.choice([None, "{}", NOTES])}
    return usual | random.choice([{}, *STATES])


def a_past(random: Random) -> list[Snapshot | Failure]:
    """Return the results of four checks: of a board that is well, fails or collapsed."""
    whole, less, none = snapshot(postings(8)), snapshot(postings(7)), snapshot([])
    failure = Failure(BOARD, "it hung up", seconds=0.5)
    pasts: list[list[Snapshot | Failure]] = [[whole] * 4, [less, whole, whole, whole], [none] * 4]
    pasts += [[whole, whole, whole, less], [whole, less, failure, failure]]
    pasts += [[whole, none, none, none], [whole, failure, failure, failure], [failure] * 4]
    return random.choice([*pasts[:1] * 5, *pasts])


def set_state(history: History, name: str, state: dict[str, object]) -> None:
    board = tables.Board
    with history.engine.begin() as connection:
        connection.execute(update(board).where(board.board == name).values(**state))


def stored(history: History, name: str) -> list[tuple[object, ...]]:
    """Return the rows of a board, its checks, postings and alerts, without what names them."""
    left_out = {"id", "board", "token", "url", "company", "board_id", "posting_id", "name"}
    left_out |= {"check_id", "delivery_id", "message", "why"}
    found: list[tuple[object, ...]] = []
    with history.engine.connect() as connection:
        number = connection.scalar(select(tables.Board.id).where(tables.Board.board == name))
        checks = select(tables.BoardCheck.id).where(tables.BoardCheck.board_id == number)
        for model, condition in (
            (tables.Board, tables.Board.id == number),
            (tables.BoardCheck, tables.BoardCheck.board_id == number),
            (tables.Posting, tables.Posting.board_id == number),
            (tables.Alert, tables.Alert.check_id.in_(checks)),
        ):
            columns = [one for one in table(model).columns if one.name not in left_out]
            query = select(*columns).where(condition).order_by(table(model).c.id)
            found += [tuple(row) for row in connection.execute(query)]
    return found


def test_quiet_checks_of_any_boards_are_those_of_the_plain_way(engine: Engine) -> None:
    random = Random(31)
    history = History(engine, settings(boards=(*TOGETHER, *ALONE)))
    pasts = [a_past(random) for _ in TOGETHER] * 2
    for number in range(4):
        history.check(
            *(
                replace(past[number], board=name)
                for name, past in zip((*TOGETHER, *ALONE), pasts, strict=True)
            )
        )
    results = []
    for together, alone in zip(TOGETHER, ALONE, strict=True):
        state = a_state(random)
        set_state(history, together, state)
        set_state(history, alone, state)
        results.append(Unchanged(together, seconds=0.5, notes=random.choice([None, NOTES])))
    history.now += HOUR / 2
    with engine.begin() as connection:
        started = insert(tables.CheckRound).values(started_at=history.now)
        round_id = connection.scalar(started.returning(tables.CheckRound.id))
    assert round_id is not None
    recorder = CheckRecorder(
        round_id, Alerting.of(history.settings), OneChance(0.5), lambda: history.now
    )
    BatchStore(engine, recorder, Holds(), RoundNotes()).store(results)
    for result, alone in zip(results, ALONE, strict=True):
        with engine.begin() as connection:
            recorder.record(connection, replace(result, board=alone))
    for one, other in zip(TOGETHER, ALONE, strict=True):
        assert stored(history, one) == stored(history, other), one
