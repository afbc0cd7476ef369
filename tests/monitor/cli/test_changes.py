from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine

from monitor.text.values import clean
from tests.support.boards import BOARD, posting, snapshot
from tests.support.history import History
from tests.support.program import WIDE, Program
from tests.support.story import OTHER, STORY, story_settings

COLUMNS = [
    "change_id",
    "check_id",
    "at",
    "not_before",
    "posting",
    "board",
    "company",
    "title",
    "url",
    "kind",
    "field",
    "old",
    "new",
    "pay_old_max",
    "pay_new_max",
    "pay_change_percent",
    "version",
]


def happened(rows: list[dict[str, str]]) -> list[tuple[str, str, str | None]]:
    return [(row["posting"].split(":")[-1], row["kind"], row["field"]) for row in rows]


ALL = [
    ("13", "closed", None),
    ("11", "reopened", None),
    ("11", "closed", None),
    ("11", "revised", "description"),
    ("11", "revised", "pay"),
    ("11", "revised", "location"),
    ("12", "opened", None),
]


def test_changes_are_the_rows_of_the_view_newest_first(recorded: Program) -> None:
    rows = recorded.ask("changes")
    assert all(list(row) == COLUMNS for row in rows)
    assert [row["at"] for row in rows] == sorted((row["at"] for row in rows), reverse=True)
    assert sorted(happened(rows), key=str) == sorted(ALL, key=str)
    assert [row["change_id"] for row in rows] == sorted(
        (row["change_id"] for row in rows), reverse=True
    )


@pytest.mark.parametrize(
    ("arguments", "count"),
    [
        (["--since", "20m"], 2),
        (["--since", "2020-01-01"], 7),
        (["--board", BOARD], 7),
        (["--board", OTHER], 0),
        (["--kind", "revised"], 3),
        (["--kind", "closed", "--kind", "opened"], 3),
        (["--limit", "2"], 2),
        (["--rule", "research-engineer"], 6),
        # the description's edit made it fit, its close and return, and the lawyer's close
        (["--rule", "kernels"], 4),
        (["--rule", "research-engineer", "--limit", "1"], 1),
    ],
)
def test_changes_are_narrowed(recorded: Program, arguments: list[str], count: int) -> None:
    rows = recorded.ask("changes", *arguments)
    assert len(rows) == count
    full = happened(recorded.ask("changes"))
    assert [change for change in full if change in happened(rows)] == happened(rows)


def test_the_table_shows_old_and_new_and_spares_descriptions(recorded: Program) -> None:
    out = recorded("changes").out
    assert "location: London, UK → Mountain View" in out
    assert "pay: none → $133k–240k" in out
    assert "description edited" in out
    assert "kernels" not in out


def test_history_as_json_is_the_postings_own_changes_oldest_first(recorded: Program) -> None:
    rows = recorded.ask("history", STORY)
    assert all(list(row) == COLUMNS for row in rows)
    kinds = [(row["kind"], row["version"]) for row in rows]
    assert kinds == [("revised", 2), ("revised", 2), ("revised", 3), ("closed", 3), ("reopened", 4)]
    assert {row["field"] for row in rows[:2]} == {"location", "pay"}


def test_history_tells_people_word_by_word(recorded: Program) -> None:
    lines = recorded("history", STORY).out.splitlines()
    assert lines[0] == "Research Engineer, Gemini"
    assert any(
        "first seen  version 1  (it was open before its board was watched)" in line
        for line in lines
    )
    assert "  description: We build {+very+} large [-models.-] {+kernels.+}" in lines
    assert "  location: London, UK → Mountain View" in lines
    assert any("closed  version 3  (last seen 20" in line for line in lines)
    assert any("reopened  version 4" in line for line in lines)


def test_history_on_a_terminal_strikes_out_the_old_and_shows_the_new_green(
    recorded: Program,
) -> None:
    out = recorded("history", STORY, environ=WIDE).out
    assert "\x1b[9;31mmodels.\x1b[0m" in out
    assert "\x1b[32mkernels.\x1b[0m" in out
    plain = recorded("history", STORY, environ=WIDE | {"NO_COLOR": "1"}).out
    assert "[-models.-]" in plain
    assert "{+kernels.+}" in plain
    assert "\x1b[32m" not in plain


def test_a_posting_that_opened_begins_with_that(recorded: Program) -> None:
    lines = recorded("history", f"{BOARD}:12").out.splitlines()
    assert any("opened  version 1" in line for line in lines)
    assert not any("before its board was watched" in line for line in lines)


def test_a_time_long_before_the_history_is_before_all_of_it(recorded: Program) -> None:
    assert happened(recorded("changes", "--since", "0999-01-01", "--format", "json").json) == ALL


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--since", "0s"), "No change in the last 0 seconds"),
        (
            ("--since", "0s", "--kind", "opened", "--kind", "closed"),
            "No opened or closed role in the last 0 seconds",
        ),
        (
            ("--since", "0s", "--board", "otherworks"),
            "No change in the last 0 seconds is on greenhouse:otherworks",
        ),
        (
            ("--since", "0s", "--rule", "kernels"),
            "No change in the last 0 seconds fits the rule “kernels”",
        ),
    ],
)
def test_changes_says_in_words_that_there_are_none(
    sqlite_recorded: Program, arguments: tuple[str, ...], said: str
) -> None:
    ran = sqlite_recorded("changes", *arguments)
    assert (ran.code, ran.out, ran.err) == (0, f"{said}\n", "")
    assert sqlite_recorded.ask("changes", *arguments) == []


def test_history_takes_a_title_or_a_part_of_one(sqlite_recorded: Program) -> None:
    for title in (
        "Research Engineer, Gemini",
        "gemini",
        "GEMINI",
        "Gemin",
        "research-engineer, gemini",
    ):
        assert sqlite_recorded.ask("history", title) == sqlite_recorded.ask("history", STORY), title


def test_several_postings_of_a_title_are_listed(sqlite_recorded: Program) -> None:
    ran = sqlite_recorded("history", "research")
    assert ran.code == 0
    assert ran.err == "3 postings fit “research”: name one of them by the last column\n"
    assert [line.split()[-1] for line in ran.out.splitlines()[1:]] == [
        f"{BOARD}:12",
        STORY,
        "greenhouse:otherworks:21",
    ]
    listed = sqlite_recorded("history", "research", "--format", "json")
    assert (listed.code, listed.err) == (0, ran.err)
    assert [row["posting"] for row in listed.json] == [
        f"{BOARD}:12",
        STORY,
        "greenhouse:otherworks:21",
    ]
    csv = sqlite_recorded("history", "research", "--format", "csv")
    assert (csv.code, csv.err) == (0, ran.err)
    assert csv.out.splitlines()[0] == "title,company,location,state,first_seen_at,posting"


def test_a_title_that_no_posting_has_is_answered_with_a_spelling(sqlite_recorded: Program) -> None:
    assert (
        sqlite_recorded("history", "gemni").err
        == "no posting is called “gemni”. Did you mean “gemini”?\n"
    )
    assert sqlite_recorded("history", "zzz").err.startswith(
        "no posting is called “zzz”: give words of its title, ats:token:key, "
    )
    assert "no posting '999'" in sqlite_recorded("history", "999").err
    assert "“Research Scientist/Engineer”" in sqlite_recorded("history", "science scientist").err


def test_the_titles_nearest_to_words_that_no_title_has_in_a_row_are_named(
    sqlite_recorded: Program,
) -> None:
    for arguments in (
        ["history", "gemini engineering"],
        ["history", "gemini engineering", "--format", "json"],
    ):
        ran = sqlite_recorded(*arguments)
        assert (ran.code, ran.out) == (2, "")
        assert ran.err.startswith(
            "no posting is called “gemini engineering”. The nearest titles are “Research "
            "Engineer, Gemini”"
        )
        assert "Chef" not in ran.err


def test_a_title_that_postings_have_now_comes_before_one_that_they_had(
    rolewatch: Program, engine: Engine
) -> None:
    history = History(engine, story_settings(), now=datetime.now(UTC))
    old = posting("1", title="Compiler Engineer")
    other = posting("2", title="Compiler Engineer, Kernels")
    history.check(snapshot([old, other]))
    history.check(snapshot([replace(old, title="Performance Engineer"), other]))
    assert {row["posting"] for row in rolewatch.ask("history", "Compiler Engineer")} <= {
        f"{BOARD}:2"
    }
    assert (
        "Compiler Engineer, Kernels" in rolewatch("history", "Compiler Engineer").out.splitlines()
    )
    history.check(
        snapshot([replace(old, title="Performance Engineer"), replace(other, title="Chef")])
    )
    former = rolewatch.ask("history", "Compiler Engineer")
    assert [row["new"] for row in former] == ["Performance Engineer"]


@pytest.mark.parametrize("command", ["history", "show"])
def test_an_id_or_an_address_longer_than_the_screen_is_not_broken(
    sqlite_recorded: Program, command: str
) -> None:
    lines = [
        clean(line)
        for line in sqlite_recorded(
            command, STORY, environ=WIDE | {"COLUMNS": "30"}
        ).out.splitlines()
    ]
    for whole in (STORY, "https://job-boards.greenhouse.io/examplelabs/jobs/11"):
        assert any(whole in line for line in lines), whole
