"""`rules`: on a history in which one posting was revised, closed and reopened."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from crawler.items import Snapshot, Unchanged
from monitor.alerts import watches
from monitor.alerts.mutes import mute
from monitor.config.model import Rule
from monitor.rules.matches import match_backlog
from tests.support.boards import BOARD, posting, snapshot
from tests.support.history import History
from tests.support.program import Program
from tests.support.story import PAY, STORY, story_settings


def _alerts_of(rows: list[dict[str, Any]], rule: str) -> list[tuple[str, str]]:
    return [(row["kind"], row["title"]) for row in rows if row["rule"] == rule]


def test_the_rules_are_listed_as_the_configuration_has_them(recorded: Program) -> None:
    rows = recorded.ask("rules", "list")
    assert [row["rule"] for row in rows] == ["research-engineer", "kernels"]
    assert rows[1]["any"] == ["kernels"]
    assert rows[1]["in"] == ["description"]
    assert rows[0]["notify"] == ["console"]


def test_a_rule_is_listed_with_everything_that_it_says(tmp_path: Path) -> None:
    conditions = {
        "any": ["kernels"],
        "none": ["intern*"],
        "none_in": ["title", "description"],
        "in": ["description"],
        "locations": ["London"],
        "boards": ["greenhouse:examplelabs"],
        "min_pay": "150000 USD",
        "on": ["opened"],
        "fields": ["pay"],
        "remind": ["36h", "30m"],
        "notify": ["console"],
        "mention": ["U012ABCDEF"],
        "mode": "digest",
    }
    file = tmp_path / "rolewatch.toml"
    lines = (f"{key} = {json.dumps(value)}\n" for key, value in conditions.items())
    file.write_text(
        '[[boards]]\nboard = "greenhouse:examplelabs"\n[[rules]]\nname = "x"\n' + "".join(lines)
    )
    [row] = Program(str(file)).ask("rules", "list")
    assert row == conditions | {"rule": "x", "all": [], "muted": []}


def test_a_muted_rule_says_where_and_until_when(recorded: Program, engine: Engine) -> None:
    at = datetime(2099, 5, 1, 9, tzinfo=UTC)
    with engine.begin() as connection:
        mute(connection, "slack:#roles", posting_id=None, rule="kernels", by="U0ALICE001", now=at)
    assert [row["muted"] for row in recorded.ask("rules", "list")] == [
        [],
        ["slack:#roles until 2099-05-02 09:00 UTC"],
    ]


@pytest.mark.parametrize("content", [None, '[[rules]]\nname = "x"\nanny = ["kernels"]\n'])
def test_a_wrong_configuration_is_reported_once_without_mutes(
    tmp_path: Path, content: str | None
) -> None:
    file = tmp_path / "rolewatch.toml"
    if content is not None:
        file.write_text(content)
    printed = [Program(str(file))("rules", name).err for name in ("list", "test")]
    assert printed[0] == printed[1]
    assert "mute" not in printed[0]


def test_a_replay_says_what_each_rule_would_have_alerted_and_why(recorded: Program) -> None:
    rows = recorded.ask("rules", "test")
    gemini = [row for row in rows if row["rule"] == "research-engineer" and row["posting"] == STORY]
    assert [row["kind"] for row in gemini] == [
        "summary",
        "revised",
        "revised",
        "closed",
        "reopened",
    ]
    assert gemini[1]["fields"] == ["location", "pay"]
    assert ",location; pay," in recorded("rules", "test", "--format", "csv").out
    assert all(row["words"] == "title has “research engineer”" for row in gemini)
    assert ("opened", "Research Scientist/Engineer") in _alerts_of(rows, "research-engineer")


def test_a_replay_has_the_alerts_of_the_recording(recorded: Program, engine: Engine) -> None:
    history = History(engine, story_settings())
    alerted = history.ask(
        "SELECT DISTINCT rule, posting, kind, created_at, why FROM alerts WHERE kind <> 'summary' "
        "AND rule IS NOT NULL"
    )
    replayed = {
        (row["rule"], row["posting"], row["kind"], row["at"], row["words"])
        for row in recorded.ask("rules", "test")
        if row["kind"] != "summary"
    }
    assert alerted
    assert {(*row[:3], _iso(row[3]), row[4]) for row in alerted} == replayed


def test_an_edit_of_most_of_a_board_is_alerted_once_in_a_replay_too(
    rolewatch: Program, engine: Engine
) -> None:
    history = History(engine, story_settings(), now=datetime.now(UTC) - timedelta(hours=1))
    ours, law = [str(key) for key in range(1, 8)], [str(key) for key in range(8, 11)]

    def board(words: str, *, own: str = "") -> Snapshot:
        roles = [posting(key, description=f"{words}\n\nIn team {key} you build.") for key in ours]
        roles[0] = replace(
            roles[0], description=roles[0].description + own, pay=PAY if own else None
        )
        return snapshot(
            [*roles, *(posting(key, title="Counsel", description=words) for key in law)]
        )

    for result in (
        board("We are few."),
        board("We are many.", own=" We feed you."),
        board("We are kernels."),
        board("We write kernels."),
    ):
        history.check(result)
    sent = [row for row in rolewatch.ask("rules", "test") if row["kind"] == "revised"]
    assert [
        (row["rule"], row["title"], row["posting"]) for row in sent if row["posting"] is None
    ] == [
        ("research-engineer", "the same edit in 10 of 10 open roles, 7 of which fit", None)
    ] * 3 + [("kernels", "the same edit in 10 of 10 open roles, 10 of which fit", None)]
    assert [
        row["fields"] for row in sent if row["posting"] == f"{BOARD}:1" and not row["turn"]
    ] == [["pay", "description"]] * 2
    # the edits, those that one posting had beside them and took back, and those that began to fit
    assert len(sent) == 4 + 2 + 10
    alerted = history.ask(
        "SELECT rule, posting, kind, created_at, why FROM alerts WHERE kind = 'revised'"
    )
    assert sorted((row[0], row[1] or "", _iso(row[3]), row[4]) for row in alerted) == sorted(
        (row["rule"], row["posting"] or "", row["at"], row["words"]) for row in sent
    )
    lines = rolewatch("rules", "test").out.splitlines()
    assert (
        sum(
            "the same edit in 10 of 10 open roles, 7 of which fit at Example Labs: description"
            in line
            for line in lines
        )
        == 3
    )


def _iso(at: object) -> str:
    # PostgreSQL's instant
    return at if isinstance(at, str) else at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")  # type: ignore[attr-defined]


def test_a_revision_that_makes_a_posting_fit_says_so(recorded: Program) -> None:
    rows = [
        row
        for row in recorded.ask("rules", "test")
        if row["rule"] == "kernels" and row["posting"] == STORY
    ]
    assert (rows[0]["kind"], rows[0]["turn"]) == ("revised", "now fits")


def test_a_replay_begins_at_the_given_time(recorded: Program) -> None:
    assert recorded.ask("rules", "test", "--since", "0s") == []


def test_a_replay_of_one_rule_tells_that_one_alone(recorded: Program) -> None:
    assert {row["rule"] for row in recorded.ask("rules", "test", "--rule", "kernels")} == {
        "kernels"
    }


def test_a_rule_that_tells_nothing_is_named_all_the_same(rolewatch: Program) -> None:
    printed = rolewatch("rules", "test").out.splitlines()
    said = (
        "fits 0 open roles now; would have told 0 in the last 90 days, of which nothing "
        "is stored yet"
    )
    assert printed == [f"research-engineer: {said}", f"kernels: {said}"]


def test_a_replay_begins_with_how_much_each_rule_fits_and_tells(recorded: Program) -> None:
    rows = recorded.ask("rules", "test", "--rule", "research-engineer")
    count = sum(row["kind"] != "summary" for row in rows)
    first, second, *_ = recorded("rules", "test", "--rule", "research-engineer").out.splitlines()
    said = (
        f"research-engineer: fits 3 open roles now; would have told {count} in the last "
        "90 days, of which the history covers "
    )
    assert first.startswith(said)
    assert re.fullmatch(r"\d+ minutes", first.removeprefix(said))
    assert second.startswith("  to console: ")
    assert second.endswith(", 2 in a first summary")
    assert "in the last 2 days, of which" in recorded("rules", "test", "--since", "2d").out
    assert "in the last 24 hours, of which" in recorded("rules", "test", "--since", "1d").out


def test_a_replay_does_not_begin_in_the_future(recorded: Program) -> None:
    ran = recorded("rules", "test", "--since", "2999-01-01")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "--since 2999-01-01 is in the future: give a time that has passed\n"


@pytest.mark.parametrize(
    ("since", "days", "said"),
    [
        (
            "90d",
            6,
            "would have told 2 in the last 90 days, of which the history covers 6 days",
        ),
        ("90d", 7, "would have told 2 in the last 90 days (about 2 a week)"),
        ("90d", 14, "would have told 2 in the last 90 days (about 1 a week)"),
        ("30d", 56, "would have told 1 in the last 30 days (about 0.2 a week)"),
        ("5d", 56, "would have told 1 in the last 5 days"),
    ],
)
def test_a_rate_is_stated_from_a_week_of_history_on(
    rolewatch: Program, engine: Engine, since: str, days: int, said: str
) -> None:
    history = History(
        engine, story_settings(), now=datetime.now(UTC) - timedelta(days=days, minutes=16)
    )
    history.check(snapshot([posting("1")]))
    history.check(snapshot([posting("1"), posting("2")]))
    history.check(snapshot([posting("1"), posting("2"), posting("3")]), minutes=days * 24 * 60 - 20)
    first = rolewatch(
        "rules", "test", "--rule", "research-engineer", "--since", since
    ).out.splitlines()[0]
    assert first == f"research-engineer: fits 3 open roles now; {said}"


def test_a_rule_that_fits_nothing_in_the_history_says_so_with_a_spelling(recorded: Program) -> None:
    assert recorded("rules", "test", "--any", "reserch enginer").out == (
        "tried: fits nothing in the stored history. Did you mean “research engineer”?\n"
    )
    assert (
        recorded("rules", "test", "--any", "zzz").out
        == "tried: fits nothing in the stored history\n"
    )
    # a closed one
    assert recorded("rules", "test", "--all", "legal counsel", "--since", "0s").out.startswith(
        "tried: fits 0 open roles now;"
    )


def test_the_list_names_rules_that_fit_nothing_once_all_is_matched(
    rolewatch: Program, engine: Engine
) -> None:
    config = Path(rolewatch.config)
    config.write_text(config.read_text() + '[[rules]]\nname = "typo"\nany = ["reserch enginer"]\n')
    history = History(engine, story_settings())
    history.check(snapshot([posting("1", description="We write kernels.")]))
    history.settings = replace(
        history.settings, rules=(*history.settings.rules, Rule("typo", any=("reserch enginer",)))
    )
    history.check(Unchanged(BOARD))
    assert rolewatch("rules", "list").err == ""  # the new rule is not matched with the history yet
    assert not match_backlog(engine, history.settings, 10)
    ran = rolewatch("rules", "list")
    assert (ran.code, ran.err) == (
        0,
        "typo: fits nothing in the stored history. Did you mean “research engineer”?\n",
    )
    assert rolewatch("rules", "list", "--format", "json").err == ""


def test_every_filter_of_a_rule_is_an_option(recorded: Program) -> None:
    def keys(*options: str) -> set[str]:
        return {
            row["posting"].removeprefix("greenhouse:")
            for row in recorded.ask("rules", "test", "--any", "research engineer", *options)
        }

    everything = keys()
    assert keys("--board", "otherworks") == {"otherworks:21"} < everything
    assert keys("--min-pay", "200000 USD") == everything
    assert (
        "kernels"
        not in recorded(
            "rules",
            "test",
            "--any",
            "research engineer",
            "--none",
            "large",
            "--none-in",
            "description",
        ).out
    )
    assert keys("--none", "large", "--none-in", "description") == everything - {"examplelabs:11"}
    kinds = {
        row["kind"]
        for row in recorded.ask("rules", "test", "--any", "research engineer", "--on", "closed")
    }
    assert kinds == {"closed", "summary"}
    fields = [
        row["fields"]
        for row in recorded.ask("rules", "test", "--any", "research engineer", "--field", "pay")
        if row["fields"]
    ]
    assert fields == [["location", "pay"]]


def test_options_change_the_keys_of_a_named_rule_for_the_trial(recorded: Program) -> None:
    rows = recorded.ask("rules", "test", "--rule", "kernels")
    narrowed = recorded(
        "rules", "test", "--rule", "kernels", "--location", "Mountain View", "--format", "json"
    )
    assert [(row["kind"], row["at"]) for row in narrowed.json] == [
        (row["kind"], row["at"]) for row in rows if row["posting"] == STORY
    ]
    assert {row["posting"] for row in narrowed.json} == {STORY} < {row["posting"] for row in rows}
    assert (
        narrowed.err
        == 'kernels is tried with locations = ["Mountain View"] in place of its own; nothing is '
        "saved\n"
    )
    replaced = recorded.ask(
        "rules", "test", "--rule", "kernels", "--any", "research engineer", "--in", "title"
    )
    assert replaced == [
        row | {"rule": "kernels"}
        for row in recorded.ask("rules", "test", "--any", "research engineer")
    ]
    assert recorded.ask("rules", "list")[1]["any"] == ["kernels"]
    assert recorded.ask("rules", "test", "--rule", "kernels") == rows


def test_options_change_a_rule_of_another_file_too(recorded: Program, tmp_path: Path) -> None:
    file = tmp_path / "new.toml"
    file.write_text(
        '[[rules]]\nname = "a"\nany = ["kernels"]\n[[rules]]\nname = "b"\nany = ["nothing"]\n'
    )
    rows = recorded.ask("rules", "test", "--file", str(file), "--rule", "a", "--in", "description")
    assert rows == [
        row | {"rule": "a"} for row in recorded.ask("rules", "test", "--rule", "kernels")
    ]


def test_a_rule_that_is_not_there_is_refused_with_those_that_are(rolewatch: Program) -> None:
    ran = rolewatch("rules", "test", "--rule", "nope")
    assert ran.code == 2
    assert "research-engineer, kernels" in ran.err


def test_a_rule_that_is_not_written_yet_is_tried(recorded: Program) -> None:
    rows = recorded.ask(
        "rules",
        "test",
        "--any",
        "no such words",
        "--any",
        "Research Engineer",
        "--none",
        "intern*",
        "--location",
        "London",
    )
    assert {row["rule"] for row in rows} == {"tried"}
    assert {row["posting"] for row in rows} <= {
        row["posting"] for row in recorded.ask("rules", "test", "--rule", "research-engineer")
    }
    assert "title has “Research Engineer”; location has “London”" in {row["words"] for row in rows}
    assert recorded.ask("rules", "test", "--all", "kernels", "--in", "description") == [
        row | {"rule": "tried"} for row in recorded.ask("rules", "test", "--rule", "kernels")
    ]
    assert len(recorded.ask("rules", "list")) == 2


def test_the_rules_of_another_file_are_tried(recorded: Program, tmp_path: Path) -> None:
    file = tmp_path / "new.toml"
    file.write_text(
        '[[rules]]\nname = "a"\nany = ["kernels"]\nin = ["description"]\n[[rules]]\nname = '
        '"b"\nany = ["nothing"]\n'
    )
    rows = recorded.ask("rules", "test", "--file", str(file))
    assert rows == [
        row | {"rule": "a"} for row in recorded.ask("rules", "test", "--rule", "kernels")
    ]
    assert (
        "b: fits nothing in the stored history"
        in recorded("rules", "test", "--file", str(file)).out
    )
    assert recorded.ask("rules", "test", "--file", str(file), "--rule", "b") == []


def test_every_rule_has_its_word_on_a_posting(recorded: Program) -> None:
    rows = recorded.ask("rules", "explain", STORY)
    assert [list(row) for row in rows] == [["rule", "fits", "words", "failed"]] * 2
    assert [row["fits"] for row in rows] == [True, True]
    lawyer = recorded.ask("rules", "explain", f"{BOARD}:13")
    assert lawyer[0] == {
        "rule": "research-engineer",
        "fits": False,
        "words": "",
        "failed": "none of “research engineer” in title",
    }
    assert lawyer[1]["words"] == "description has “kernels”"


def test_a_boards_text_cannot_speak_to_the_terminal(rolewatch: Program, engine: Engine) -> None:
    History(engine, story_settings(), now=datetime.now(UTC)).check(
        snapshot([posting("1", title="Research Engineer\x1b[2J\x1b]0;x\x07 [red]")])
    )
    printed = rolewatch("rules", "test").out
    assert "\x1b" not in printed
    assert "Research Engineer [red]" in printed


def test_personal_watches_are_rules_for_the_operator(recorded: Program, engine: Engine) -> None:
    with engine.begin() as connection:
        watches.begin(
            connection,
            "U0ALICE001",
            ("research engineer",),
            employer=None,
            place="",
            now=datetime(2026, 5, 1, 9, tzinfo=UTC),
        )
    [watch] = [row for row in recorded.ask("rules", "list") if row["rule"] == "watch:1"]
    assert (watch["all"], watch["notify"]) == (["research engineer"], ["slack:U0ALICE001"])
    explained = {row["rule"]: row["fits"] for row in recorded.ask("rules", "explain", STORY)}
    assert explained["watch:1"]
    assert {row["rule"] for row in recorded.ask("rules", "test", "--rule", "watch:1")} == {
        "watch:1"
    }


def test_a_rule_of_the_file_has_no_name_of_a_watch(tmp_path: Path) -> None:
    file = tmp_path / "rolewatch.toml"
    file.write_text('[[rules]]\nname = "watch:1"\nany = ["kernels"]\n')
    refused = Program(str(file))("rules", "list")
    assert refused.code == 2
    assert "rules[0].name" in refused.err
