from __future__ import annotations

import csv
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import Engine

from monitor.database.columns import Base
from monitor.database.engine import read_transaction
from monitor.database.views import VIEWS
from monitor.queries.sql_examples import EXAMPLES, HIRING
from monitor.queries.view_tables import view_columns
from tests.support.boards import BOARD
from tests.support.program import WIDE, Program
from tests.support.story import OTHER, add_worker, save_and_mute

ENDLESS = "WITH RECURSIVE steps(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM steps) "


def contents(engine: Engine) -> list[object]:
    """Everything in every table of ours."""
    with read_transaction(engine) as connection:
        return [
            sorted(map(str, connection.execute(table.select())))
            for table in Base.metadata.sorted_tables
        ]


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_can_be_asked_whole_and_counted(
    recorded: Program, engine: Engine, view: str
) -> None:
    save_and_mute(engine)
    add_worker(engine)
    rows = recorded.ask("sql", f"SELECT * FROM {view}")
    if view == "workers" and engine.dialect.name == "sqlite":  # it has no queue
        assert rows == []
    else:
        assert tuple(rows[0]) == view_columns(engine)[view]
    assert recorded.ask("sql", f"SELECT count(*) AS n FROM {view}") == [{"n": len(rows)}]


@pytest.mark.parametrize("query", (EXAMPLES | HIRING).values(), ids=EXAMPLES | HIRING)
def test_every_example_runs(recorded: Program, query: str) -> None:
    assert isinstance(recorded.ask("sql", query, "--since", "80m"), list)


def test_the_examples_have_answers(recorded: Program) -> None:
    answers = [recorded.ask("sql", query, "--since", "80m") for query in EXAMPLES.values()]
    assert answers[0] == [
        {"company": "Example Labs", "open_roles": 2},
        {"company": "Other Works", "open_roles": 2},
    ]
    assert [(row["old"], row["new"]) for row in answers[1]] == [(None, "133000-240000 USD/year")]
    assert answers[4][0]["board"] == OTHER


def test_without_a_query_views_columns_and_examples_are_listed(recorded: Program) -> None:
    for environ in ({}, WIDE):
        out = recorded("sql", environ=environ).out
        assert all(view in out for view in VIEWS)
        assert "not_before" in out
        assert all(words in out for words in EXAMPLES | HIRING)
    assert [row["view"] for row in recorded.ask("sql")] == list(VIEWS)


def test_values_arrive_as_what_they_are(recorded: Program) -> None:
    query = """SELECT v.version, v.pay_min, v.deadline_at, v.valid_to, v.pay_text, 1.5 AS half, 'ü'
        AS letter
               FROM posting_versions v JOIN postings p ON p.posting = v.posting WHERE p.key =
                   '13'"""
    (row,) = recorded.ask("sql", query)
    closed = row.pop("valid_to")
    assert closed.endswith("Z")
    assert len(closed) == len("2026-05-19T19:00:00.000000Z")
    assert row == {
        "version": 1,
        "pay_min": 133000,
        "deadline_at": "2026-05-19T19:00:00.000000Z",
        "pay_text": "$133,000 - $240,000 USD",
        "half": 1.5,
        "letter": "ü",
    }
    (line,) = csv.DictReader(io.StringIO(recorded("sql", query, "--format", "csv").out))
    assert (line["pay_min"], line["deadline_at"], line["half"]) == (
        "133000",
        "2026-05-19T19:00:00.000000Z",
        "1.5",
    )
    assert "2026-05-19 19:00Z" in recorded("sql", query).out


def test_two_columns_of_one_name_are_both_kept(recorded: Program) -> None:
    assert recorded.ask("sql", "SELECT 1 AS n, 2 AS n, NULL AS absent") == [
        {"n": 1, "n_2": 2, "absent": None}
    ]


def test_parameters_are_bound_and_never_part_of_the_query(recorded: Program) -> None:
    query = (
        "SELECT key FROM postings WHERE key = :key AND version >= :v AND first_seen_at < :now "
        "AND first_seen_at > :since"
    )
    assert recorded.ask("sql", query, "--param", "key=11", "--param", "v=2") == [{"key": "11"}]
    assert recorded.ask("sql", query, "--param", "key=11", "--param", "v=2", "--since", "1m") == []
    assert recorded.ask("sql", query, "--param", "key=' OR 1=1 --", "--param", "v=2") == []
    many = "SELECT board FROM postings GROUP BY board HAVING count(*) > :n ORDER BY board"
    assert recorded.ask("sql", many, "--param", "n=2") == [{"board": BOARD}]


def test_a_parameter_is_what_the_query_casts_it_to(recorded: Program) -> None:
    query = (
        "SELECT CAST(:p AS integer) + 1 AS number, CAST(:p AS text) AS words FROM boards LIMIT 1"
    )
    assert recorded.ask("sql", query, "--param", "p=3") == [{"number": 4, "words": "3"}]


def test_a_colon_or_a_percent_sign_in_a_text_is_no_parameter(recorded: Program) -> None:
    assert recorded.ask(
        "sql", "SELECT ':now 100%' AS a, 'it''s :x' AS b -- :y\n, 7 % 4 AS c /* :z */"
    ) == [{"a": ":now 100%", "b": "it's :x", "c": 3}]


@pytest.mark.parametrize("given", ["key", "=x", "a b=c"])
def test_a_parameter_that_is_none_is_one_line(recorded: Program, given: str) -> None:
    ran = recorded("sql", "SELECT 1", "--param", given)
    assert (ran.code, ran.err.strip()) == (2, f"--param {given!r} is not like NAME=VALUE")


def test_a_parameter_without_a_value_is_one_line(recorded: Program) -> None:
    ran = recorded("sql", "SELECT :company")
    assert ran.code == 2
    assert ":company" in ran.err
    assert "--param NAME=VALUE" in ran.err or "--param company=VALUE" in ran.err


def test_a_query_is_read_from_standard_input(recorded: Program) -> None:
    ran = recorded("sql", "-", "--format", "json", stdin="SELECT count(*) AS n\nFROM boards;\n")
    assert ran.json == [{"n": 2}]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("exec rolewatch sql - <&-", "there is no standard input to read the query from"),
        (r"printf 'a\377' | rolewatch sql -", "the query on standard input is not UTF-8 text"),
    ],
)
def test_a_query_that_cannot_be_read_is_one_line(
    sqlite_recorded: Program, given: str, said: str
) -> None:
    place = Path(sys.executable).parent
    done = subprocess.run(
        ["/bin/sh", "-c", given],
        env=os.environ
        | {"PATH": f"{place}:{os.environ['PATH']}", "ROLEWATCH_CONFIG": sqlite_recorded.config}
        | {"LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"{said}\n")


def test_a_limit_cuts_the_rows(recorded: Program) -> None:
    assert len(recorded.ask("sql", "SELECT * FROM postings", "--limit", "2")) == 2


@pytest.mark.parametrize(
    "query",
    [
        "INSERT INTO description (digest, text) VALUES ('x', 'y')",
        "UPDATE posting SET state = 'closed'",
        "DELETE FROM posting_change",
        "DROP TABLE posting_change",
        "DROP VIEW postings",
        "CREATE TABLE mine (n integer)",
        "CREATE TEMP TABLE mine (n integer)",
        "ALTER TABLE posting ADD COLUMN mine integer",
        "VACUUM",
        "BEGIN",
        "COMMIT",
        "SELECT 1; SELECT 2",
        "SELECT 1; DELETE FROM posting_change",
        "COMMIT; DELETE FROM posting_change",
        "WITH gone AS (SELECT 1) DELETE FROM posting_change",
        "PRAGMA user_version = 7",
        "PRAGMA journal_mode = DELETE",
        "SELECT * FROM pragma_table_info('posting')",
        "SELECT load_extension('/tmp/mine.so')",
    ],
)
def test_whatever_is_no_single_question_is_refused_and_changes_nothing(
    recorded: Program, engine: Engine, query: str
) -> None:
    before = contents(engine)
    ran = recorded("sql", query)
    assert (ran.code, ran.out, len(ran.err.splitlines())) == (2, "", 1), ran
    assert contents(engine) == before


@pytest.mark.parametrize(
    "query", [ENDLESS + "SELECT count(*) FROM steps", ENDLESS + "SELECT n FROM steps"]
)
def test_an_endless_query_is_stopped(recorded: Program, query: str) -> None:
    ran = recorded("sql", query, "--timeout", "0.3", "--format", "csv")
    assert (ran.code, ran.err.strip()) == (
        2,
        "the query was stopped after 0.3 s: narrow it, or allow more time with --timeout",
    )


def test_a_table_of_too_many_rows_ends_and_says_so(recorded: Program) -> None:
    ran = recorded("sql", ENDLESS + "SELECT n FROM steps")
    assert (ran.code, len(ran.out.splitlines())) == (0, 10_001)
    assert ran.err.startswith("only the first 10000 rows")


@pytest.mark.parametrize(
    "query",
    ["SELECT nonsense FROM postings", "SELEC 1", "SELECT * FROM nowhere", "SELECT 'open", "--"],
)
def test_a_mistake_in_the_query_is_one_line(recorded: Program, query: str) -> None:
    ran = recorded("sql", "-", stdin=query)
    assert (ran.code, ran.out, len(ran.err.splitlines())) == (2, "", 1)


def test_a_missing_folder_of_files_stays_missing(recorded: Program, tmp_path: Path) -> None:
    assert recorded("sql", f"VACUUM INTO '{tmp_path}/copy.db'").code == 2
    assert recorded("sql", f"ATTACH '{tmp_path}/other.db' AS other").code == 2
    assert not {"copy.db", "other.db"} & {file.name for file in tmp_path.iterdir()}


def test_sql_says_in_words_that_no_row_was_found(recorded: Program) -> None:
    ran = recorded("sql", "SELECT * FROM postings WHERE title = 'zzz'")
    assert (ran.code, ran.out, ran.err) == (0, "No rows\n", "")
    assert recorded.ask("sql", "SELECT * FROM postings WHERE title = 'zzz'") == []
