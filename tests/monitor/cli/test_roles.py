from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, text

from monitor.alerts.saved import save_role
from monitor.queries.resolve import find_posting
from monitor.text.values import clean
from tests.support.boards import BOARD
from tests.support.program import WIDE, Program
from tests.support.story import OTHER

# fmt: off
COLUMNS = [
    "posting", "board", "company", "key", "title", "location", "department", "employment_type",
    "workplace", "pay_min", "pay_max", "pay_currency", "pay_period", "pay_text", "pay_year_min",
    "pay_year_max", "deadline_at", "deadline_text", "url", "country", "seniority", "description",
    "state", "first_seen_at", "last_seen_at", "closed_at", "ats_first_published",
    "ats_updated_at", "requisition", "repost_of", "version",
]
# fmt: on


def keys(rows: list[dict[str, object]]) -> list[str]:
    return sorted(str(row["posting"]).removeprefix("greenhouse:") for row in rows)


def test_roles_lists_what_is_open_with_the_columns_of_the_view(recorded: Program) -> None:
    rows = recorded.ask("roles")
    assert keys(rows) == ["examplelabs:11", "examplelabs:12", "otherworks:12", "otherworks:21"]
    assert all(list(row) == COLUMNS for row in rows)
    assert rows[0]["posting"] == f"{BOARD}:12"  # the newest first


def test_roles_without_a_posting_is_an_empty_array_and_a_header(rolewatch: Program) -> None:
    assert rolewatch.ask("roles") == []
    assert rolewatch("roles", "--format", "csv").out.strip().split(",") == COLUMNS


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        (["research", "engineer"], ["examplelabs:11", "examplelabs:12", "otherworks:21"]),
        (["research engineer"], ["examplelabs:11", "examplelabs:12", "otherworks:21"]),
        (["RESEARCH-ENGINEERS", "gemini"], ["examplelabs:11"]),
        (["other works"], ["otherworks:12", "otherworks:21"]),
        (["engine"], []),
        (["--board", OTHER], ["otherworks:12", "otherworks:21"]),
        (
            ["--board", "otherworks", "--board", BOARD, "research"],
            ["examplelabs:11", "examplelabs:12", "otherworks:21"],
        ),
        (
            ["--board", "https://job-boards.greenhouse.io/otherworks"],
            ["otherworks:12", "otherworks:21"],
        ),
        (["--status", "closed"], ["examplelabs:13"]),
        (
            ["--status", "all", "--board", BOARD],
            ["examplelabs:11", "examplelabs:12", "examplelabs:13"],
        ),
        (["--location", "zurich"], ["examplelabs:12"]),
        (
            ["--location", "zurich", "--location", "mountain view"],
            ["examplelabs:11", "examplelabs:12"],
        ),
        (["--rule", "kernels"], ["examplelabs:11"]),
        (["--rule", "kernels", "--status", "all"], ["examplelabs:11", "examplelabs:13"]),
        (["--rule", "kernels", "--rule", "research-engineer", "--location", "paris"], []),
        (["--text", "very large kernels"], ["examplelabs:11"]),
        (["--text", '"large kernel" gemini', "engineer"], ["examplelabs:11"]),
        (
            ["--text", "kernels", "--status", "all", "--rule", "kernels"],
            ["examplelabs:11", "examplelabs:13"],
        ),
        (["--text", "engineer", "--limit", "1", "--board", OTHER], ["otherworks:12"]),
        (["--since", "70m"], ["examplelabs:12"]),
        (["--since", "10m", "--status", "closed"], ["examplelabs:13"]),
        (["--since", "2200-01-01", "--status", "all"], []),
    ],
)
def test_roles_lists_the_postings_that_fit_its_options(
    recorded: Program, arguments: list[str], found: list[str]
) -> None:
    assert keys(recorded.ask("roles", *arguments)) == found


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--board", "greenhouse:exampellabs"],
            "no board 'greenhouse:exampellabs' in the database; nearest: greenhouse:examplelabs",
        ),
        (["--rule", "chef"], "no rule 'chef' in {config}: there is research-engineer, kernels"),
        (["--text", "?!"], "there is no word to search for in '?!'"),
        (
            ["--since", "soon"],
            (
                "'soon' is no time: give one like 7d, 2 weeks ago, yesterday 09:00, last friday, "
                "1 Nov 2026, 2026-03-01 "
                "or 2026-03-01T12:00:00Z"
            ),
        ),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(
    recorded: Program, arguments: list[str], message: str
) -> None:
    ran = recorded("roles", *arguments)
    assert (ran.code, ran.err.strip(), ran.out) == (2, message.format(config=recorded.config), "")


def test_a_bad_regular_expression_is_one_line(recorded: Program) -> None:
    ran = recorded("roles", "/(/")
    assert ran.code == 2
    assert len(ran.err.splitlines()) == 1


def test_a_pipe_gets_whole_aligned_columns(recorded: Program) -> None:
    header, *rows = recorded("roles", "--status", "all", "--board", BOARD).out.splitlines()
    assert header.split() == [
        "title",
        "company",
        "location",
        "pay",
        "age",
        "deadline",
        "closed",
        "posting",
    ]
    counsel = next(row for row in rows if "Legal Counsel" in row)
    assert counsel.startswith("Legal Counsel")
    assert "$133k–240k" in counsel
    assert "2026-05-19 19:00Z" in counsel
    assert counsel.index(f"{BOARD}:13") == header.index("posting")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["kernels", "/[/"], "'/[/' is not a valid pattern: missing ]"),
        (["--location", "*"], "'*' has a `*` that does not end a word"),
        (["..."], "'...' has no words"),
    ],
)
def test_words_that_cannot_be_searched_are_named_once(
    sqlite_recorded: Program, arguments: list[str], said: str
) -> None:
    ran = sqlite_recorded("roles", *arguments)
    assert (ran.code, len(ran.err.splitlines())) == (2, 1)
    assert ran.err.startswith(said)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["zzz"], "No open role matches “zzz”"),
        (["zzz", "research engineer"], "No open role matches “zzz” and “research engineer”"),
        (["enginer"], "No open role matches “enginer”. Did you mean “engineer”?"),
        (
            ["reserch enginer"],
            "No open role matches “reserch enginer”. Did you mean “research engineer”?",
        ),
        (["counsel"], "No open role matches “counsel” (1 closed role fits: --status closed)"),
        (["--text", "zzz", "--status", "all"], "No role matches “zzz”"),
        (
            ["--status", "closed", "--board", "otherworks"],
            "No closed role is on greenhouse:otherworks",
        ),
        (
            ["--rule", "kernels", "--location", "paris"],
            "No open role fits the rule “kernels” and is in “paris”",
        ),
        (["--since", "0s"], "No open role was first seen in the last 0 seconds"),
        (["--since", "1S"], "No open role was first seen in the last 1 second"),
        (["--since", "0 days ago"], "No open role was first seen since 0 days ago"),
        (["--saved"], "No open role is saved by anybody"),
    ],
)
def test_an_empty_answer_says_so(recorded: Program, arguments: list[str], said: str) -> None:
    for environ in ({}, WIDE):
        ran = recorded("roles", *arguments, environ=environ)
        assert (ran.code, ran.out, ran.err) == (0, f"{said}\n", "")
    assert recorded.ask("roles", *arguments) == []


def test_a_history_without_a_role_says_so(rolewatch: Program) -> None:
    assert rolewatch("roles").out == "No open role yet\n"


def test_a_terminal_of_80_columns_gets_two_lines_a_role_and_whole_ids(recorded: Program) -> None:
    lines = [
        clean(line)
        for line in recorded(
            "roles", "--status", "all", environ=WIDE | {"COLUMNS": "80"}
        ).out.splitlines()
    ]
    assert len(lines) == 2 * (5 + 1)
    assert lines[0].split()[:5] == ["title", "company", "location", "pay", "age"]
    assert all(len(line) <= 80 for line in lines)
    assert any(line.endswith(f" {BOARD}:12") for line in lines)
    assert any("$133k–240k" in line for line in lines)


def test_a_terminal_gets_a_table_that_fits(recorded: Program) -> None:
    ran = recorded("roles", environ=WIDE | {"COLUMNS": "72"})
    assert "\x1b[1m" in ran.out
    assert "Research" in ran.out


def test_csv_has_every_column_and_plain_numbers(recorded: Program) -> None:
    ran = recorded("roles", "counsel", "--status", "closed", "--format", "csv")
    (row,) = csv.DictReader(io.StringIO(ran.out))
    assert list(row) == COLUMNS
    assert (row["pay_min"], row["deadline_at"], row["repost_of"]) == (
        "133000",
        "2026-05-19T19:00:00.000000Z",
        "",
    )


def test_a_title_cannot_command_the_terminal(recorded: Program, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(
            text("UPDATE posting_version SET title = :title"),
            {"title": "Chef\x1b]0;owned\x07 [red]de\x1b[2J\x9b2J Partie\r\n\u202eevil"},
        )
    for environ in ({}, WIDE):
        out = recorded("roles", environ=environ).out
        assert "Chef [red]de Partie evil" in out
        assert not {"\x1b]", "\x1b[2J", "\x07", "\x9b", "\u202e", "\r"} & set(out) | {
            found for found in ("\x1b]", "\x1b[2J") if found in out
        }
    raw = recorded("roles", "--format", "json")
    assert raw.json[0]["title"].startswith("Chef\x1b]0;owned")
    assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(raw.out)


def test_what_is_saved_in_slack_is_listed_whole_or_by_its_saver(
    recorded: Program, engine: Engine
) -> None:
    with engine.begin() as connection:
        for user, key in (("U0ALICE001", f"{BOARD}:11"), ("U0BOBBY001", f"{OTHER}:21")):
            save_role(connection, user, find_posting(connection, key).id, datetime.now(UTC))
    assert keys(recorded.ask("roles", "--saved")) == ["examplelabs:11", "otherworks:21"]
    assert keys(recorded.ask("roles", "--saved-by", "U0ALICE001")) == ["examplelabs:11"]
    assert keys(recorded.ask("roles", "--saved", "gemini")) == ["examplelabs:11"]
