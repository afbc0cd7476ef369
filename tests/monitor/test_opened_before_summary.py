"""A role that opens before its board, or its rule, is introduced has one message: its own."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from boards import BOARD, START, posting, snapshot
from history import ENGINEER, History, settings
from sqlalchemy import Engine, insert

from crawler.items import Snapshot
from monitor import watch
from monitor.alerting import Alerting
from monitor.introduce import introduce
from monitor.messages import SummaryMessage, load
from monitor.models import CheckRound
from monitor.notify import totals
from monitor.record import Recorder

TOO = replace(ENGINEER, name="engineers-too")


def summaries(history: History) -> list[SummaryMessage]:
    found = [load(message) for (message,) in history.ask("SELECT message FROM alert WHERE kind = 'summary' ORDER BY id")]
    return [message for message in found if isinstance(message, SummaryMessage)]


def listed(message: SummaryMessage) -> list[str]:
    return [role.posting for rule in message.rules for role in rule.roles]


def test_a_new_rules_summary_does_not_list_what_it_has_just_told(engine: Engine) -> None:
    history = History(engine)
    history.look(snapshot([posting("1")]))
    history.settings = settings(ENGINEER, TOO)
    history.look(snapshot([posting("1"), posting("2")]))
    summary = summaries(history)[-1]
    assert (listed(summary), totals.fits(summary)) == ([f"{BOARD}:1"], ": 2 open roles, 2 fit engineers-too")
    history.settings = settings(ENGINEER, TOO, replace(ENGINEER, name="later"))
    history.look(snapshot([posting("1"), posting("2")]))
    assert listed(summaries(history)[-1]) == [f"{BOARD}:1", f"{BOARD}:2"]


def test_what_another_round_told_while_the_first_went_on_is_not_listed(engine: Engine) -> None:
    history = History(engine)
    alerting = Alerting.of(history.settings)

    def check(round_id: int, result: Snapshot) -> None:
        with engine.begin() as connection:
            Recorder(round_id, alerting, Random(1), lambda: START).record(connection, result)

    with engine.begin() as connection:
        watch.sync(connection, history.settings)
        first, second = (
            connection.execute(insert(CheckRound).values(started_at=START).returning(CheckRound.id)).scalar_one() for _ in range(2)
        )
    check(first, snapshot([posting("1")]))
    check(second, snapshot([posting("1"), posting("2")]))
    with engine.begin() as connection:
        introduce(connection, alerting, first, START)
    assert history.alerted() == ["opened", "summary"]
    assert listed(summaries(history)[0]) == [f"{BOARD}:1"]
