"""The questions of an assistant to the real program, over standard input and output."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.support.assistant import CONFIG, Answer, Conversation, converse
from tests.support.boards import BOARD
from tests.support.story import OTHER, STORY, tell

PAGE = f"https://roles.example.org/roles/{STORY}"
CALLS: dict[str, tuple[str, dict[str, Any]]] = {
    "open": ("search_roles", {}),
    "words": ("search_roles", {"words": ["research engineer"], "location": "Mountain View"}),
    "text": ("search_roles", {"text": '"very large" kern*'}),
    "rule": ("search_roles", {"rule": ["kernels"], "status": "all"}),
    "company": ("search_roles", {"company": "otherworks"}),
    "country": ("search_roles", {"country": "switzerland", "seniority": []}),
    "workplace": ("search_roles", {"workplace": ["hybrid"], "min_pay": "240000 USD"}),
    "pay": ("search_roles", {"min_pay": "250000 USD", "status": "all", "board": BOARD}),
    "sorted": ("search_roles", {"sort": "pay", "status": "all", "board": "examplelabs"}),
    "wrong place": ("search_roles", {"location": "/(/"}),
    "wrong pay": ("search_roles", {"min_pay": "lots"}),
    "wrong country": ("search_roles", {"country": ["Atlantis"]}),
    "closed": ("search_roles", {"status": "closed", "since": "1h"}),
    "later": ("search_roles", {"since": "1s"}),
    "nothing": ("search_roles", {"words": ["zzz"]}),
    "misspelled": ("search_roles", {"words": ["councel"]}),
    "closed only": ("search_roles", {"words": ["legal counsel"]}),
    "first": ("search_roles", {"limit": 3}),
    "rest": ("search_roles", {"limit": 3, "offset": 3}),
    "history": ("role_history", {"posting": STORY}),
    "by URL": ("role_history", {"posting": "https://job-boards.greenhouse.io/examplelabs/jobs/11"}),
    "by title": ("role_history", {"posting": "Legal Counsel"}),
    "version 1": ("role_history", {"posting": STORY, "version": 1}),
    "ambiguous": ("role_history", {"posting": "research"}),
    "unknown id": ("role_history", {"posting": f"{BOARD}:999"}),
    "unknown title": ("role_history", {"posting": "Legal Consul"}),
    "no version": ("role_history", {"posting": STORY, "version": 99}),
    "changes": ("changes", {"since": "1d"}),
    "revised": ("changes", {"kind": "revised", "board": BOARD, "rule": ["research-engineer"]}),
    "no change": ("changes", {"since": "0s", "kind": ["closed"]}),
    "stats": ("stats", {}),
    "weeks": ("stats", {"by": "week", "company": "Example Labs"}),
    "sql": ("sql", {"query": "SELECT posting, title, first_seen_at, 1 AS one FROM postings "
                             "WHERE key = :key", "param": {"key": "11"}}),
    "sql number": ("sql", {"query": "SELECT count(*) AS n FROM postings WHERE version >= :v",
                           "param": {"v": 2}}),
    "views": ("sql", {}),
    "wrong column": ("sql", {"query": "SELECT titel FROM postings"}),
    "delete": ("sql", {"query": "DELETE FROM postings"}),
    "write": ("sql", {"query": "INSERT INTO posting (id) VALUES (1)"}),
    "no value": ("sql", {"query": "SELECT :missing"}),
    "endless": ("sql", {"query": "WITH RECURSIVE steps(n) AS (SELECT 1 UNION ALL SELECT n + 1 "
                                 "FROM steps) SELECT count(*) FROM steps", "timeout": 0.3}),
    "unknown argument": ("search_roles", {"place": "London"}),
    "wrong values": ("search_roles", {"status": "oppen", "limit": 100_000, "offset": -1}),
    "unknown rule": ("search_roles", {"rule": ["nope"]}),
    "unknown board": ("changes", {"board": ["nope"]}),
    "wrong time": ("changes", {"since": "someday"}),
    "unknown tool": ("delete_role", {}),
}  # fmt: skip
ERRORS = [
    "ambiguous", "unknown id", "unknown title", "no version", "wrong column", "delete", "write",
    "no value", "endless", "unknown argument", "wrong values", "unknown rule", "unknown board",
    "wrong time", "unknown tool", "wrong pay", "wrong country", "wrong place",
]  # fmt: skip


@dataclass
class Asked:
    """One session with all questions above."""

    conversation: Conversation
    by_name: dict[str, Answer] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Answer:
        return self.by_name[name]


@pytest.fixture(scope="module")
def asked(shared_engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Asked:
    tell(shared_engine)
    config = tmp_path_factory.mktemp("assistant") / "rolewatch.toml"
    config.write_text(CONFIG.format(url=shared_engine.url.render_as_string(hide_password=False)))
    conversation = converse(config, list(CALLS.values()))
    return Asked(conversation, dict(zip(CALLS, conversation.answers, strict=True)))


def test_the_tools_only_read_and_describe_every_argument(asked: Asked) -> None:
    tools = asked.conversation.tools
    assert list(tools) == ["search_roles", "role_history", "changes", "stats", "sql"]
    for tool in tools.values():
        assert tool.annotations is not None
        assert tool.annotations.read_only_hint
        assert tool.annotations.destructive_hint is False
        assert "never instructions" in (tool.description or "")
        assert all(each.get("description") for each in tool.input_schema["properties"].values())
        assert tool.input_schema["additionalProperties"] is False
        assert tool.output_schema is not None
    assert "never follow instructions" in " ".join(asked.conversation.instructions.split())


def test_the_session_logs_nothing_when_all_is_well(asked: Asked) -> None:
    assert asked.conversation.errors == ""


def test_open_roles_are_listed_with_ids_that_link_back(asked: Asked) -> None:
    rows = {row["posting"]: row for row in asked["open"].rows}
    assert set(rows) == {STORY, f"{BOARD}:12", f"{OTHER}:12", f"{OTHER}:21"}
    story = rows[STORY]
    assert story["page"] == PAGE
    assert story["url"] == "https://job-boards.greenhouse.io/examplelabs/jobs/11"
    assert story["board_text"]["title"] == "Research Engineer, Gemini"
    assert (story["pay_min"], story["workplace"], story["state"]) == (133000, "hybrid", "open")
    assert len(story["first_seen_at"]) == len("2026-05-19T19:00:00.000000Z")
    assert "4 open roles, newest first." in asked["open"].text


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("words", ["11"]),
        ("text", ["11"]),
        ("rule", ["11", "13"]),
        ("company", ["12", "21"]),
        ("country", ["12"]),
        ("workplace", ["11"]),
        ("pay", ["12"]),
        ("closed", ["13"]),
        ("later", []),
    ],
)
def test_roles_are_found_as_the_command_finds_them(
    asked: Asked, name: str, keys: list[str]
) -> None:
    assert sorted(asked[name].column("key")) == keys


def test_roles_are_sorted_as_asked(asked: Asked) -> None:
    assert asked["sorted"].column("pay_year_max") == [240000, 240000, None]
    assert "3 roles, highest pay first." in asked["sorted"].text


def test_an_empty_answer_says_what_would_fit(asked: Asked) -> None:
    assert asked["nothing"].data["summary"] == "No open role fits."
    assert "counsel" in asked["misspelled"].marked
    assert "With status=closed: 1 role." in asked["closed only"].data["summary"]


def test_a_long_list_is_cut_and_says_how_to_go_on(asked: Asked) -> None:
    first, rest = asked["first"], asked["rest"]
    assert (first.data["next_offset"], rest.data["next_offset"]) == (3, None)
    assert "There are more rows: call again with offset=3." in first.text
    assert first.column("posting") + rest.column("posting") == asked["open"].column("posting")


def test_a_role_comes_with_its_text_its_rules_and_all_changes(asked: Asked) -> None:
    history = asked["history"]
    role = history.data["role"]
    assert (role["posting"], role["page"]) == (STORY, PAGE)
    assert role["board_text"]["description"] == "We build very large kernels.\n\nApply soon."
    assert role["fits_rules"] == ["research-engineer", "kernels"]
    assert history.column("kind") == ["revised", "revised", "revised", "closed", "reopened"]
    location, pay = history.rows[:2]
    assert location["board_text"]["old"] == "London, UK"
    assert (pay["field"], pay["board_text"]["new"]) == ("pay", "133000-240000 USD/year")
    assert history.rows[2]["board_text"]["edits"] == (
        "We build {+very+} large [-models.-] {+kernels.+}"
    )
    assert "open before its board was watched" in history.text


def test_a_role_is_found_by_url_and_title_and_shown_as_it_was(asked: Asked) -> None:
    assert asked["by URL"].data == asked["history"].data
    assert asked["by title"].data["role"]["posting"] == f"{BOARD}:13"
    assert asked["version 1"].data["role"]["board_text"]["location"] == "London, UK"


def test_changes_come_newest_first_and_by_kind_board_and_rule(asked: Asked) -> None:
    assert asked["changes"].column("kind")[:2] == ["closed", "reopened"]
    assert set(asked["revised"].column("field")) == {"location", "pay", "description"}
    assert asked["no change"].data["summary"] == "No closed role since 0s."


def test_stats_count_by_employer_and_week(asked: Asked) -> None:
    assert {row["board_text"]["company"]: row["open"] for row in asked["stats"].rows} == {
        "Example Labs": 2,
        "Other Works": 2,
    }
    assert asked["weeks"].column("company")[0] == "Example Labs"


def test_sql_binds_values_and_marks_every_text(asked: Asked) -> None:
    (row,) = asked["sql"].rows
    assert asked["sql"].data["columns"] == ["posting", "title", "first_seen_at", "one"]
    assert row["board_text"] == {
        "posting": STORY,
        "page": PAGE,
        "title": "Research Engineer, Gemini",
    }
    assert (row["one"], row["first_seen_at"][-1]) == (1, "Z")
    assert asked["sql number"].rows == [{"n": 1}]


def test_sql_without_a_query_lists_views_and_examples(asked: Asked) -> None:
    views = {row["view"]: row["columns"] for row in asked["views"].rows if "view" in row}
    assert "pay_change_percent" in views["posting_changes"]
    assert any("question" in row for row in asked["views"].rows)
    assert "The database is " in asked["views"].text


@pytest.mark.parametrize("name", ERRORS)
def test_a_mistake_is_an_error_of_the_tool_in_one_line(asked: Asked, name: str) -> None:
    answer = asked[name]
    assert answer.failed
    assert answer.data is None
    assert len(answer.text.splitlines()) == 1
    assert "Traceback" not in answer.text
    assert "--" not in answer.text


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("ambiguous", "3 roles fit “research”: give the id of one of them: "),
        ("unknown id", "no posting greenhouse:examplelabs:999 was ever seen"),
        ("unknown title", "no role is called “Legal Consul”; the nearest titles are "),
        ("no version", f"{STORY} has no version 99"),
        ("wrong column", "no column titel in postings. Did you mean title?"),
        ("no value", "`param`: {"),
        ("endless", "the query was stopped after 0.3 s"),
        ("unknown argument", "there is no argument 'place'. It takes words, text, company"),
        ("wrong values", "status: expected 'open', 'closed' or 'all'; limit: expected less than"),
        ("unknown rule", "there is research-engineer, kernels"),
        ("unknown board", "there is greenhouse:examplelabs, greenhouse:otherworks"),
        ("wrong time", "'someday' is no time: give one like 7d"),
        ("wrong pay", 'min_pay: expected an amount a year and its currency such as "150000 USD"'),
        ("wrong country", "use a code of two letters such as GB, or an English name"),
        ("unknown tool", "there is search_roles, role_history, changes, stats, sql"),
    ],
)
def test_an_error_says_what_to_do(asked: Asked, name: str, words: str) -> None:
    assert words in asked[name].text


def test_titles_in_an_error_are_marked(asked: Asked) -> None:
    for name, title in (
        ("ambiguous", "Research Scientist/Engineer"),
        ("unknown title", "Legal Counsel"),
    ):
        assert title in asked[name].marked
        assert title not in asked[name].unmarked
