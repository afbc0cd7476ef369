"""Matches of rules and versions are stored, and renewed when the rules change."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

import pytest
from sqlalchemy import Engine

from crawler.items import Probe
from monitor.config.model import Rule
from monitor.config.values import MinPay
from monitor.rules.matches import match_backlog
from tests.support.boards import BOARD, posting, snapshot
from tests.support.history import ENGINEER, History, settings

LAW = Rule("law", any=("counsel",), read_in=("title", "description"))
ONE, TWO = posting("1"), posting("2", title="Legal Counsel")


@pytest.fixture
def history(engine: Engine) -> History:
    history = History(engine, settings(ENGINEER))
    history.check(snapshot([ONE, TWO]))
    return history


def matches(history: History) -> list[tuple[str, str, int]]:
    rows = history.ask(
        "SELECT rule, posting, version FROM rule_matches ORDER BY rule, posting, version"
    )
    return [(rule, name.split(":")[-1], version) for rule, name, version in rows]


def load_rules(history: History, *rules: Rule) -> None:
    """Load a configuration with these rules, and match everything that is stored."""
    history.settings = replace(history.settings, rules=rules)
    history.check()
    assert match_backlog(history.engine, history.settings, 60) is False


def test_a_baseline_is_matched_with_the_words_that_fit(history: History) -> None:
    columns = "rule, posting, board, company, title, version, words"
    assert history.ask(f"SELECT {columns} FROM rule_matches") == [
        (
            "research-engineer",
            f"{BOARD}:1",
            BOARD,
            "Example Labs",
            "Research Engineer",
            1,
            "title has “research engineer”",
        )
    ]


def test_each_version_is_matched(history: History) -> None:
    history.check(
        snapshot([replace(ONE, title="Chef"), replace(TWO, title="Research Engineer, Law")])
    )
    assert matches(history) == [("research-engineer", "1", 1), ("research-engineer", "2", 2)]
    history.check(snapshot([ONE], {"2": Probe.GONE}))
    history.check(snapshot([ONE, replace(TWO, title="Research Engineer, Law")]))
    assert matches(history) == [
        ("research-engineer", key, version)
        for key, version in (("1", 1), ("1", 3), ("2", 2), ("2", 3))
    ]


def test_a_new_rule_is_matched_with_all_stored_versions(history: History) -> None:
    history.check(snapshot([ONE, replace(TWO, title="Chef", description="No counsel needed.")]))
    load_rules(history, ENGINEER, LAW)
    assert matches(history) == [("law", "2", 1), ("law", "2", 2), ("research-engineer", "1", 1)]


def test_a_removed_rule_loses_its_matches_and_an_edited_one_gets_new_ones(history: History) -> None:
    load_rules(history, replace(ENGINEER, any=("counsel",)))
    assert matches(history) == [("research-engineer", "2", 1)]
    load_rules(history, LAW)
    assert matches(history) == [("law", "2", 1)]
    load_rules(history)
    assert matches(history) == []


def test_a_change_of_channels_renews_no_matches(history: History) -> None:
    history.ask("SELECT 1")
    before = history.ask("SELECT definition, next_id, last_id FROM matched_rule")
    load_rules(
        history,
        replace(
            ENGINEER,
            notify=("slack:#roles",),
            mode="digest",
            remind=(),
            mention=("U1",),
            on=("opened",),
            fields=(),
        ),
    )
    ((definition, *_),) = history.ask("SELECT definition, next_id, last_id FROM matched_rule")
    assert definition == before[0][0]
    assert matches(history) == [("research-engineer", "1", 1)]


@pytest.mark.parametrize(
    "edited",
    [
        replace(ENGINEER, none=("research",)),
        replace(ENGINEER, all=("nothing",)),
        replace(ENGINEER, read_in=("department",)),
        replace(ENGINEER, none=("nothing",), none_in=("description",), locations=("Paris",)),
        replace(ENGINEER, boards=("greenhouse:other",)),
    ],
)
def test_a_change_of_conditions_renews_the_matches(history: History, edited: Rule) -> None:
    load_rules(history, edited)
    assert matches(history) == []


def test_unknown_pay_fits_with_a_note(history: History) -> None:
    load_rules(history, replace(ENGINEER, min_pay=MinPay(150000, "USD")))
    assert history.ask("SELECT words FROM rule_matches") == [
        ("title has “research engineer”; pay unknown",)
    ]


def test_a_rule_that_reads_the_company_follows_its_name(history: History) -> None:
    rule = Rule("theirs", any=("example labs",), read_in=("company",))
    load_rules(history, rule)
    assert len(matches(history)) == 2
    history.settings = replace(
        history.settings,
        boards=tuple(replace(board, company="Others") for board in history.settings.boards),
    )
    history.check()
    history.check()  # the first check stores the name, and the next one sees it
    match_backlog(history.engine, history.settings, 60)
    assert matches(history) == []


def test_a_posting_that_opens_during_the_backlog_is_matched_once(history: History) -> None:
    history.settings = settings(ENGINEER, LAW)
    history.check(snapshot([ONE, TWO, posting("3", title="Counsel")]))
    assert matches(history) == [("law", "3", 1), ("research-engineer", "1", 1)]
    match_backlog(history.engine, history.settings, 60)
    assert matches(history) == [("law", "2", 1), ("law", "3", 1), ("research-engineer", "1", 1)]


def test_matching_stops_after_its_time_and_resumes_later(history: History) -> None:
    history.check(
        snapshot([ONE, TWO, *(posting(str(key), title="Counsel") for key in range(10, 1100))])
    )
    history.settings = settings(LAW)
    history.check()
    turns = 0
    while match_backlog(history.engine, history.settings, 0.5, clock=count().__next__):
        turns += 1
    assert turns > 1
    assert len(matches(history)) == 1091


def test_a_version_that_is_read_again_is_matched_again(history: History) -> None:
    bare = replace(TWO, description="", unsent=frozenset({"description"}))
    history.check(snapshot([ONE, replace(bare, key="4")]))
    load_rules(history, Rule("words", any=("build things",), read_in=("description",)))
    assert matches(history) == [("words", "1", 1), ("words", "2", 1)]
    history.check(snapshot([ONE, replace(TWO, key="4")]))  # newly sent, so no revision
    assert matches(history) == [("words", "1", 1), ("words", "2", 1), ("words", "4", 1)]
