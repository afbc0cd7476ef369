"""Limits of `rolewatch sql` on SQLite alone, and on PostgreSQL alone."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.support.boards import BOARD
from tests.support.program import Program


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("SELECT * FROM posting", "posting"),
        ("SELECT count(*) FROM posting", "posting"),
        ("SELECT p.title, r.raw FROM postings p, posting_version r", "posting_version"),
        ("SELECT (SELECT max(id) FROM alert) FROM postings", "alert"),
        ("WITH mine AS (SELECT * FROM delivery) SELECT count(*) FROM mine", "delivery"),
        ("SELECT sql FROM sqlite_master", "sqlite_master"),
    ],
)
def test_sqlite_answers_from_the_views_alone(
    sqlite_recorded: Program, query: str, name: str
) -> None:
    ran = sqlite_recorded("sql", query)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"no view {name}")


def test_sqlite_answers_with_its_own_functions_and_common_tables(sqlite_recorded: Program) -> None:
    query = """WITH mine AS (SELECT key FROM postings WHERE board = :board), two AS (SELECT value
        FROM json_each('[1, 2]'))
               SELECT (SELECT count(*) FROM mine) AS mine, (SELECT sum(value) FROM two) AS two,
                   count(*) OVER () AS n FROM two LIMIT 1"""
    assert sqlite_recorded.ask("sql", query, "--param", f"board={BOARD}") == [
        {"mine": 3, "two": 3, "n": 2}
    ]


@pytest.mark.parametrize(
    "query",
    [
        "WITH checks AS (SELECT holder FROM lease) SELECT * FROM checks",
        "WITH one AS (SELECT 1), checks(holder) AS (SELECT holder FROM lease) SELECT * FROM checks",
        "WITH checks AS MATERIALIZED (SELECT holder FROM lease) SELECT * FROM checks",
        (
            'SELECT * FROM (WITH "CHECKS" /* AS */ AS NOT MATERIALIZED (SELECT holder FROM lease) '
            "SELECT * FROM checks)"
        ),
        "WITH 'checks' AS -- a view\n (SELECT holder FROM lease) SELECT * FROM checks",
        "WITH [checks] AS (SELECT holder FROM lease) SELECT * FROM checks",
        "WITH `checks` AS (SELECT holder FROM lease) SELECT * FROM checks",
    ],
)
def test_sqlite_reads_no_table_under_the_name_of_a_view(
    sqlite_recorded: Program, query: str
) -> None:
    ran = sqlite_recorded("sql", query)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "checks is a view: rename that WITH of the query\n"


def test_sqlite_knows_a_view_in_capitals(sqlite_recorded: Program) -> None:
    assert sqlite_recorded.ask("sql", "SELECT count(*) AS checks FROM CHECKS AS c")[0]["checks"] > 0
    assert sqlite_recorded.ask("sql", 'SELECT max(BOARD) AS board FROM "Boards"') == [
        {"board": "greenhouse:otherworks"}
    ]


def test_a_number_too_large_for_sqlite_is_one_line(sqlite_recorded: Program) -> None:
    ran = sqlite_recorded("sql", "SELECT :n", "--param", f"n={2**70}")
    assert (ran.code, len(ran.err.splitlines())) == (2, 1)


def test_a_text_that_looks_like_a_number_only_in_part_stays_a_text(
    sqlite_recorded: Program,
) -> None:
    query = "SELECT typeof(:a) AS a, typeof(:b) AS b, typeof(:c) AS c"
    assert sqlite_recorded.ask(
        "sql", query, "--param", "a=007", "--param", "b=7", "--param", "c=1.5"
    ) == [{"a": "text", "b": "integer", "c": "real"}]


@pytest.mark.parametrize(
    "query",
    [
        "DO $$ BEGIN DELETE FROM posting_change; END $$",
        "COPY posting TO STDOUT",
        "SET TRANSACTION READ WRITE",
        "SELECT nextval('posting_id_seq')",
        "SELECT setval('posting_id_seq', 7)",
        "SELECT set_config('transaction_read_only', 'off', true)",
        "SELECT lo_creat(-1)",
        "SELECT lo_import('/etc/hostname')",
        "SELECT query_to_xml('DELETE FROM posting_change', true, true, '')",
    ],
)
def test_postgresql_refuses_what_only_it_knows(postgres_recorded: Program, query: str) -> None:
    ran = postgres_recorded("sql", query)
    assert (ran.code, ran.out, len(ran.err.splitlines())) == (2, "", 1)


def test_postgresql_stops_a_sleeping_query(postgres_recorded: Program) -> None:
    ran = postgres_recorded("sql", "SELECT pg_sleep(60)", "--timeout", "0.2")
    assert (ran.code, ran.err.strip()) == (
        2,
        "the query was stopped after 0.2 s: narrow it, or allow more time with --timeout",
    )


LIFTED = (
    "SELECT set_config('statement_timeout', '0', true), CASE WHEN n > 700 THEN pg_sleep(60) "
    "END FROM generate_series(1, 701) n"
)


def test_postgresql_stops_a_query_that_lifts_its_limit(postgres_recorded: Program) -> None:
    ran = postgres_recorded("sql", LIFTED, "--timeout", "0.3")
    assert (ran.code, ran.err.strip()) == (
        2,
        "the query was stopped after 0.3 s: narrow it, or allow more time with --timeout",
    )


def test_postgresql_keeps_nothing_of_a_query_in_its_session(postgres_recorded: Program) -> None:
    postgres_recorded.ask("sql", "SELECT pg_advisory_lock(7) AS taken")
    assert postgres_recorded.ask("sql", "SELECT pg_try_advisory_lock(7) AS taken") == [
        {"taken": True}
    ]


def test_a_connection_that_ends_in_the_middle_is_one_line(postgres_recorded: Program) -> None:
    ran = postgres_recorded("sql", "SELECT pg_terminate_backend(pg_backend_pid())")
    assert (ran.code, ran.err) == (
        2,
        "the query failed: terminating connection due to administrator command\n",
    )


def test_a_step_of_sqlite_that_takes_hours_ends_with_the_command(sqlite_recorded: Program) -> None:
    query = "SELECT instr(hex(zeroblob(40000000)), hex(zeroblob(10000000)) || '1')"
    command = [
        sys.executable,
        "-c",
        "from monitor.cli import main; main()",
        "sql",
        query,
        "--timeout",
        "0.2",
        "--config",
        sqlite_recorded.config,
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert (
        done.stderr
        == "the query was stopped after 0.2 s: narrow it, or allow more time with --timeout\n"
    )
