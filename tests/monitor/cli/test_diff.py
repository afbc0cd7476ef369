"""`diff`: the story's board at moments between its checks, a quarter of an hour apart."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from crawler.items import Failure
from tests.support.boards import BOARD, posting, snapshot
from tests.support.history import History
from tests.support.program import WIDE, Program
from tests.support.story import OTHER, STORY, story_settings

COLUMNS = ["kind", "posting", "board", "company", "title", "url", "field", "old", "new", "version"]


def ago(minutes: float) -> str:
    return (datetime.now(UTC) - timedelta(minutes=minutes)).isoformat()


def test_a_board_then_and_now_is_what_opened_what_closed_and_each_field_that_is_another(
    recorded: Program,
) -> None:
    rows = recorded.ask("diff", BOARD, "--from", ago(70))
    assert all(list(row) == COLUMNS for row in rows)
    assert [(row["kind"], row["posting"].split(":")[-1], row["field"]) for row in rows] == [
        ("opened", "12", None),
        ("closed", "13", None),
        ("revised", "11", "location"),
        ("revised", "11", "pay"),
        ("revised", "11", "description"),
    ]
    assert [(row["old"], row["new"]) for row in rows[2:4]] == [
        ("London, UK", "Mountain View"),
        (None, "133000-240000 USD/year"),
    ]
    assert rows[-1]["new"] == "We build very large kernels.\n\nApply soon."
    # the second before its story came back
    between = recorded.ask("diff", BOARD, "--from", ago(40), "--to", ago(20))
    assert [(row["kind"], row["posting"]) for row in between] == [("closed", STORY)]
    assert recorded.ask("diff", BOARD, "--from", ago(55), "--to", ago(54)) == []
    lines = recorded("diff", BOARD, "--from", ago(70)).out.splitlines()
    assert lines[1] == "2 → 2 open: 1 opened, 1 closed, 1 revised"
    assert "+ Research Scientist/Engineer  greenhouse:examplelabs:12" in lines
    assert "    description: We build {+very+} large [-models.-] {+kernels.+}" in lines


def test_what_nobody_knew_at_the_time_is_said(recorded: Program) -> None:
    ran = recorded("diff", OTHER, "--from", ago(70), "--format", "json")
    assert (ran.code, ran.json) == (0, [])
    assert f"the state of {OTHER} at " in ran.err
    assert re.search(
        r" at [-\d]{10} \d\d:\d\dZ is not known, nor at any time after [-\d]{10} \d\d:\d\dZ",
        ran.err,
    )
    assert recorded("diff", BOARD, "--from", ago(70)).err == ""


def test_between_a_failure_and_the_next_check_the_state_is_that_of_before(
    rolewatch: Program, engine: Engine
) -> None:
    history = History(engine, story_settings(), now=datetime.now(UTC) - timedelta(minutes=76))
    history.check(snapshot([posting("1")]))
    history.check(Failure(BOARD, "HTTP 500", 500))
    history.check(snapshot([posting("1"), posting("2")]))
    history.check(snapshot([posting("1"), posting("2")]))
    ran = rolewatch("diff", BOARD, "--from", ago(50), "--to", ago(20), "--format", "json")
    assert [row["posting"] for row in ran.json] == [f"{BOARD}:2"]
    [doubt] = ran.err.splitlines()
    assert " until 20" in doubt


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            (BOARD, "--to", "2020-01-01"),
            f"nothing is known of {BOARD} at 2020-01-01 00:00Z: its first check was at 20",
        ),
        ((BOARD, "--from", "1h", "--to", "2h"), "--from 1h is not before --to 2h"),
        ((BOARD, "--from", "now"), "--from now is not before --to now"),
        ((BOARD, "--from", "1h", "--to", "2999-01-01"), "--to 2999-01-01 is still to come"),
        (
            ("nowhere", "--from", "1h"),
            f"no board 'nowhere' in the database; there is {BOARD}, {OTHER}\n",
        ),
    ],
)
def test_what_cannot_be_compared_is_one_line(
    sqlite_recorded: Program, arguments: tuple[str, ...], said: str
) -> None:
    ran = sqlite_recorded("diff", *arguments)
    assert (ran.code, ran.out, len(ran.err.splitlines())) == (2, "", 1)
    assert ran.err.startswith(said)


def test_a_board_without_a_check_has_no_earlier_state(rolewatch: Program, engine: Engine) -> None:
    History(engine, story_settings(), now=datetime.now(UTC) - timedelta(minutes=20)).check(
        Failure(BOARD, "HTTP 500", 500)
    )
    ran = rolewatch("diff", BOARD, "--from", "1m")
    assert (ran.code, ran.err.strip().endswith("it was not checked yet")) == (2, True)


def test_a_terminal_shows_old_and_new_in_colour(sqlite_recorded: Program) -> None:
    out = sqlite_recorded("diff", BOARD, "--from", ago(70), environ=WIDE).out
    assert "\x1b[9;31mmodels.\x1b[0m" in out
    assert "\x1b[32m+ Research Scientist/Engineer" in out


@pytest.mark.parametrize(
    "options", [(), ("--from", "2020-01-01"), ("--from", "2 years ago", "--to", "now")]
)
def test_a_board_that_is_younger_is_compared_with_its_first_check(
    sqlite_recorded: Program, options: tuple[str, ...]
) -> None:
    ran = sqlite_recorded("diff", BOARD, *options)
    assert ran.code == 0
    assert re.fullmatch(
        rf"{BOARD} was first checked at 20\S+ \S+Z: compared with that check\n", ran.err
    )
    assert "2 → 2 open: 1 opened, 1 closed, 1 revised" in ran.out


def test_a_board_on_which_nothing_changed_says_so(sqlite_recorded: Program) -> None:
    assert (
        sqlite_recorded("diff", BOARD, "--from", ago(55), "--to", ago(54)).out.splitlines()[-1]
        == "Nothing changed"
    )
