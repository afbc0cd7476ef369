"""A replay by the stored matches gives the same as a replay of everything."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine

from crawler.items import Posting, Probe
from monitor.config.model import Rule, Settings
from monitor.database.engine import read_transaction
from monitor.queries.replay import ReplayedAlert, replay
from monitor.queries.replay_by_matches import replay_by_matches
from monitor.rules.matches import match_backlog, register_rules, rules_up_to_date
from tests.support.boards import posting, postings, snapshot
from tests.support.half_year import HalfYear
from tests.support.history import History, settings
from tests.support.story import tell

RULES = (
    Rule("engineers", any=("research engineer",)),
    Rule("texts", any=("kernels", "models"), read_in=("description",), fields=("description",)),
    Rule("digest", any=("engineer",), mode="digest"),
    Rule("closings", any=("engineer",), on=("closed",)),
    Rule("changes", any=("engineer",), locations=("London",), on=("revised",)),
    Rule("paid", any=("engineer", "counsel"), min_pay=None, on=("opened", "reopened")),
)


def both(
    engine: Engine, wanted: Settings, since: datetime
) -> tuple[dict[str, list[ReplayedAlert]], dict[str, list[ReplayedAlert]]]:
    """Return the alerts by the stored matches, and those of a replay, by rule."""
    with engine.begin() as connection:
        register_rules(connection, wanted)
    match_backlog(engine, wanted, 30)
    with read_transaction(engine) as connection:
        assert rules_up_to_date(connection, wanted) == {rule.name for rule in wanted.rules}
        replayed = list(replay(connection, wanted, since))
        by_rule = {
            rule.name: [alert for alert in replayed if alert.rule == rule.name]
            for rule in wanted.rules
        }
        return replay_by_matches(connection, wanted, since), by_rule


def test_a_story_makes_the_alerts_of_its_replay(engine: Engine) -> None:
    history = tell(engine)
    wanted = settings(*RULES)
    for hours in (1, 2, 24):
        quick, slow = both(engine, wanted, history.now - timedelta(hours=hours))
        assert quick == slow
    assert {alert.kind for alerts in quick.values() for alert in alerts} == {
        "summary",
        "opened",
        "revised",
        "closed",
        "reopened",
    }
    assert {alert.turn for alert in quick["changes"]} >= {"no longer fits"}


@pytest.mark.parametrize("days", [1, 30, 100])
def test_half_a_year_makes_the_alerts_of_its_replay(engine: Engine, days: int) -> None:
    end = HalfYear(boards=3, postings=25, days=60).write(engine)
    quick, slow = both(engine, settings(*RULES), end - timedelta(days=days))
    assert quick == slow
    assert any(slow.values())


def test_an_edit_of_most_of_a_board_is_alerted_once(engine: Engine) -> None:
    history = History(engine, settings(*RULES))
    seen = postings(6)
    history.check(snapshot(seen))
    begin = history.now
    history.check(snapshot([replace(one, description="New models.\n\nBuild.") for one in seen]))
    quick, slow = both(engine, history.settings, begin + timedelta(seconds=1))
    assert quick == slow
    assert [alert.posting for alert in quick["engineers"]] == [None]
    assert len(quick["digest"]) == len(seen)


def test_a_rule_that_starts_and_stops_to_fit_is_alerted(engine: Engine) -> None:
    history = History(engine, settings(*RULES))
    first = posting("1", title="Counsel", location="London", locations=("London",))
    other = posting("2")

    def check(one: Posting | None) -> None:
        probes = {} if one else {"1": Probe.GONE}
        history.check(snapshot([one, other] if one else [other], probes))

    check(first)
    begin = history.now
    check(replace(first, title="Research Engineer"))
    check(replace(first, title="Research Engineer", location="Paris", locations=("Paris",)))
    check(first)
    check(None)
    check(replace(first, title="Engineer"))
    quick, slow = both(engine, history.settings, begin + timedelta(seconds=1))
    assert quick == slow
    assert [alert.turn for alert in quick["engineers"]] == ["now fits", "", "no longer fits"]


def test_a_rule_that_nothing_is_matched_with_yet_is_replayed(engine: Engine) -> None:
    history = tell(engine)
    wanted = settings(*RULES)
    since = history.now - timedelta(days=1)
    with engine.begin() as connection:
        register_rules(connection, settings(RULES[0]))
    match_backlog(engine, settings(RULES[0]), 30)
    with read_transaction(engine) as connection:
        assert rules_up_to_date(connection, wanted) == {"engineers"}
        partly = replay_by_matches(connection, wanted, since)
    assert partly == both(engine, wanted, since)[1]
