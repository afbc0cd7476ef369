"""A first summary reads only the postings that fit, and says the same as if it had read all."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import Engine

from monitor.alerts import summaries
from monitor.alerts.alerting import Alerting
from monitor.alerts.summary_postings import read_postings
from monitor.config.model import Rule
from monitor.database.board_row import load_board
from tests.support.boards import BOARD, posting, snapshot, unreadable
from tests.support.history import ENGINEER, History, settings
from tests.support.written_alerts import write_first_summaries

COUNSEL = Rule("counsel", any=("counsel",))
LISTED = [
    posting("1"),
    posting("2", title="Counsel"),
    posting("3", title="Designer", description="With counsel and engineers."),
    posting("4", title="Research Engineer, Counsel Tools"),
]


def test_stored_matches_say_which_postings_to_read(engine: Engine) -> None:
    history = History(engine)
    history.check(snapshot(LISTED))
    rules = {ENGINEER.name}
    with engine.connect() as connection:
        board = load_board(connection, BOARD)
        matched = read_postings(connection, board, rules, rules)
        whole = read_postings(connection, board, rules, ())
    assert [key for key, _ in matched.contents] == ["1", "4"]
    assert [key for key, _ in whole.contents] == ["1", "2", "3", "4"]
    assert matched.total == whole.total == len(LISTED)


@pytest.mark.parametrize(
    "counsel", [COUNSEL, replace(COUNSEL, read_in=("title", "description"))], ids=["title", "text"]
)
def test_a_summary_is_the_same_with_and_without_stored_matches(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, counsel: Rule
) -> None:
    history = History(engine, settings(ENGINEER, counsel))
    history.check(snapshot([*LISTED, unreadable("5")]))
    first = _messages(history)
    monkeypatch.setattr(summaries, "rules_up_to_date", lambda *_: set())
    with engine.begin() as connection:
        for table in ("introduction", "alert"):
            connection.exec_driver_sql(f"DELETE FROM {table}")
        [round_id] = connection.exec_driver_sql("SELECT max(id) FROM check_round").one()
        alerting = Alerting.of(history.settings)
        write_first_summaries(connection, alerting, round_id, history.now)
    assert len(first) == len([ENGINEER, counsel])
    assert _messages(history) == first


def _messages(history: History) -> list[tuple[str]]:
    return history.ask("SELECT message FROM alert WHERE kind = 'summary' ORDER BY rule")
