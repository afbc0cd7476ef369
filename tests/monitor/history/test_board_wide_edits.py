"""One edit in most of a board: found by its passages, stored per posting, one alert per channel."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from crawler.items import Pay, Posting
from monitor.alerts.alerting import Alerting
from monitor.config.model import Rule
from monitor.database.engine import read_and_roll_back
from monitor.delivery.grouping import OutgoingMessage, PendingAlert, group_alerts
from monitor.history.board_wide_edits import (
    EditedPassage,
    board_wide_passages,
    replaced_passages,
    surroundings,
)
from monitor.messages import BoardWideEdit, Message, RoleMessage, load
from monitor.notify.plain import lines
from monitor.notify.slack.draw import draw
from monitor.rounds.check import decide_check
from monitor.rounds.check_recorder import CheckRecorder
from tests.support.block_rules import faults
from tests.support.boards import posting, snapshot
from tests.support.history import ENGINEER, History, settings

OLD, NEW = (
    "We are Example Labs, a small laboratory.",
    "We are Example Labs, a laboratory of four hundred people.",
)


def text(intro: str, key: object, conclusion: str = "Apply soon.") -> str:
    return f"{intro}\n\nIn team {key} you will build things.\n\n{conclusion}"


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("A b c\n\nD e", "A b c\n\nD e", set()),
        ("A b c\n\nD e", "A x c\n\nD e", {("b", "x")}),
        ("A b c\n\nD e", "A b c\n\nNew words\n\nD e", {("", "New words")}),
        ("A b c\n\nD e", "D e", {("A b c", "")}),
        ("As a cook at Old Name you eat", "As a cook at New Name you eat", {("Old", "New")}),
        ("A b\n\nC d", "A x\n\nC y", {("b", "x"), ("d", "y")}),
        ("a a", "a a a", {("", "a")}),
        ("  spaced   out ", "spaced out", set()),
    ],
)
def test_an_edit_is_the_removed_and_the_added_words(
    before: str, after: str, expected: set[tuple[str, str]]
) -> None:
    assert replaced_passages(before, after) == {EditedPassage(*each) for each in expected}


@given(st.text(), st.text())
def test_a_text_differs_from_another_just_when_it_has_passages_for_it(
    before: str, after: str
) -> None:
    assert replaced_passages(before, before) == frozenset()
    same = [" ".join(line.split()) for line in before.split("\n") if line.split()] == [
        " ".join(line.split()) for line in after.split("\n") if line.split()
    ]
    assert bool(replaced_passages(before, after)) != same


@pytest.mark.parametrize(
    ("edited", "listed", "found"), [(3, 5, True), (3, 6, False), (2, 2, False), (80, 85, True)]
)
def test_most_is_more_than_half_and_at_least_three(edited: int, listed: int, found: bool) -> None:
    edits = {str(number): frozenset({EditedPassage("a", "b")}) for number in range(edited)}
    assert bool(board_wide_passages(edits, listed)) is found


@pytest.fixture
def history(engine: Engine) -> History:
    return History(engine, settings(ENGINEER, Rule("analysts", any=("analyst",))))


def board(intro: str, count: int = 20) -> list[Posting]:
    """Return 14 engineers and the rest analysts, each with the introduction and its own text."""
    titles = [
        f"Research Engineer {key}" if key <= 14 else f"Analyst {key}" for key in range(1, count + 1)
    ]
    return [
        posting(str(key), title=title, description=text(intro, key))
        for key, title in enumerate(titles, 1)
    ]


def packages(history: History, round_id: int = 2) -> list[OutgoingMessage]:
    found = history.ask(
        f"SELECT id, round_id, channel, rule, message FROM alert WHERE round_id = {round_id}"
    )
    return group_alerts(
        [
            PendingAlert(number, of, channel, rule, load(message))
            for number, of, channel, rule, message in found
        ]
    )


def test_new_boilerplate_is_stored_posting_by_posting_and_alerted_once(history: History) -> None:
    history.check(snapshot(board(OLD)))
    history.check(snapshot(board(NEW)))
    assert history.ask("SELECT count(*) FROM posting_changes WHERE field = 'description'") == [
        (20,)
    ]
    assert history.ask("SELECT count(*) FROM posting_versions WHERE version = 2") == [(20,)]
    assert history.ask(
        "SELECT rule, kind, posting, board FROM alerts WHERE kind = 'revised' ORDER BY rule"
    ) == [
        ("analysts", "revised", None, "greenhouse:examplelabs"),
        ("research-engineer", "revised", None, "greenhouse:examplelabs"),
    ]
    [package] = packages(history)
    assert isinstance(package.message, BoardWideEdit)
    assert [(rule.rule, len(rule.roles)) for rule in package.message.rules] == [
        ("research-engineer", 14),
        ("analysts", 6),
    ]
    assert [(each.old, each.new, each.roles) for each in package.message.passages] == [
        ("small laboratory.", "laboratory of four hundred people.", 20)
    ]
    assert (package.message.edited, package.message.listed) == (20, 20)


def test_a_passage_has_the_words_around_it_that_all_share(history: History) -> None:
    history.check(snapshot(board(OLD)))
    history.check(snapshot(board(NEW)))
    [package] = packages(history)
    assert isinstance(package.message, BoardWideEdit)
    [passage] = package.message.passages
    assert (passage.before, passage.after) == ("We are Example Labs, a", "")


@pytest.mark.parametrize(
    ("old", "new", "texts", "expected"),
    [
        ("b", "x", [("A b c", "A x c")] * 3, ("A", "c")),
        ("b", "x", [("A b c", "A x c"), ("a cook A b c", "a cook A x c")], ("… A", "c")),
        ("b", "x", [("A b c", "A x c"), ("A b d", "A x d")], ("A", "")),
        ("b", "", [("A b c", "A c")] * 2, ("A", "c")),
        ("", "b", [("A", "A\n\nb")] * 2, ("", "")),
        ("b", "x", [("A b", "A x"), ("gone", "gone")], ("", "")),
        ("b", "x", [(f"{'a ' * 9}b", f"{'a ' * 9}x")] * 2, ("… a a a a a a", "")),
    ],
)
def test_the_words_around_a_passage(
    old: str, new: str, texts: list[tuple[str, str]], expected: tuple[str, str]
) -> None:
    assert surroundings(EditedPassage(old, new), texts) == expected


def test_the_message_knows_how_many_fitting_roles_kept_their_text(history: History) -> None:
    history.check(snapshot(board(OLD)))
    history.check(snapshot([*board(NEW)[:15], *board(OLD)[15:]]))
    [package] = packages(history)
    edit = package.message
    assert isinstance(edit, BoardWideEdit)
    edited = {role.posting for rule in edit.rules for role in rule.roles}
    assert len(edited) == 15
    assert edit.unedited is not None
    assert (len(edit.unedited), edited & set(edit.unedited)) == (5, set())


def test_a_postings_own_edit_is_reported_separately(history: History) -> None:
    history.check(snapshot(board(OLD)))
    after = board(NEW)
    pay = Pay(1.0, 2.0, "USD", "year", "$1 - $2")
    after[0] = posting("1", title=after[0].title, description=after[0].description, pay=pay)
    after[1] = posting(
        "2", title=after[1].title, description=after[1].description + "\n\nWe feed you."
    )
    after[2] = posting("3", title="Research Engineer, Renamed", description=text(OLD, 3))
    history.check(snapshot(after))
    edit, *rest = [package.message for package in packages(history)]
    assert isinstance(edit, BoardWideEdit)
    assert (edit.edited, edit.listed) == (19, 20)
    fields = {
        one.role.posting[-1]: [change.field for change in one.changes]
        for one in rest
        if isinstance(one, RoleMessage)
    }
    assert fields == {"1": ["pay"], "2": ["description"], "3": ["title"]}


def test_the_same_edit_of_few_is_reported_one_by_one(history: History) -> None:
    history.check(snapshot(board(OLD)))
    history.check(snapshot([*board(NEW, 9), *board(OLD)[9:]]))
    assert len(packages(history)) == 9


def test_different_edits_of_many_are_reported_one_by_one(history: History) -> None:
    history.check(snapshot(board(OLD)))
    history.check(
        snapshot(
            [
                posting(one.key, title=one.title, description=f"{one.description} {one.key}")
                for one in board(OLD)
            ]
        )
    )
    assert history.ask(
        "SELECT count(*) FROM alerts WHERE kind = 'revised' AND posting IS NOT NULL"
    ) == [(20,)]


def test_boilerplate_that_makes_a_rule_fit_is_reported_role_by_role(engine: Engine) -> None:
    history = History(
        engine, settings(Rule("large", any=("four hundred",), read_in=("description",)))
    )
    history.check(snapshot(board(OLD, 5)))
    history.check(snapshot(board(NEW, 5)))
    messages = [package.message for package in packages(history)]
    assert [
        message.why[0].fit_change for message in messages if isinstance(message, RoleMessage)
    ] == ["now fits"] * 5
    assert len(messages) == 5


@pytest.mark.parametrize("rule", [{"fields": ("title",)}, {"on": ("opened",)}])
def test_a_rule_that_does_not_want_descriptions_is_reported_nothing(
    engine: Engine, rule: dict[str, Any]
) -> None:
    history = History(
        engine, settings(Rule("research-engineer", any=("research engineer",), **rule))
    )
    history.check(snapshot(board(OLD)))
    history.check(snapshot(board(NEW)))
    assert history.ask("SELECT count(*) FROM alerts WHERE kind = 'revised'") == [(0,)]


def _message(history: History) -> Message:
    history.check(snapshot(board(OLD)))
    history.check(snapshot(board(NEW)))
    return packages(history)[0].message


def test_the_message_says_what_changed_where_and_why(history: History) -> None:
    message = _message(history)
    assert isinstance(message, BoardWideEdit)
    said = lines(message)
    assert "Example Labs edited 20 of 20 descriptions" in said[0]
    assert "[-small laboratory-] {+laboratory of four hundred people+}." in said[1]
    assert [why.rule for why in message.why] == ["research-engineer", "analysts"]
    words, blocks = draw(message)
    assert "edited 20 of 20 descriptions" in words
    assert faults(blocks) == []


def test_passages_that_were_compared_before_the_transaction_are_not_compared_in_it(
    sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = History(sqlite_engine)
    seen = [posting(str(key), description=f"Who we are.\n\nYou do {key}.") for key in range(4)]
    history.check(snapshot(seen))
    recorder = CheckRecorder(
        1, Alerting.of(history.settings), Random(1), lambda: history.now + timedelta(hours=1)
    )
    edited = [
        replace(one, description=one.description.replace("Who we are.", "Who we are now."))
        for one in seen
    ]
    with read_and_roll_back(sqlite_engine) as connection:
        decided = decide_check(connection, snapshot(edited), recorder.alerting, recorder.clock)
    monkeypatch.setattr("monitor.history.board_wide_edits.replaced_passages", None)
    with sqlite_engine.begin() as connection:
        recorder.record(connection, decided)
    assert history.ask("SELECT count(*) FROM alerts WHERE kind = 'revised'") == [(1,)]
