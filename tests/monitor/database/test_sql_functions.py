"""`median` and regular expressions in queries of people and of our own."""

from __future__ import annotations

import statistics
from random import Random
from typing import Any

import pytest
from sqlalchemy import Engine, text

from monitor.database.engine import read_transaction
from monitor.errors import UserError
from monitor.queries.question import Question
from monitor.queries.user_sql import ask
from tests.support.boards import posting, snapshot
from tests.support.history import History


def asked(engine: Engine, query: str) -> list[tuple[Any, ...]]:
    with ask(engine, Question(query)) as answer:
        return [tuple(row.values()) for row in answer.rows]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ("(3), (1), (2)", 2.0),
        ("(1), (2)", 1.5),
        ("(1), (NULL), (4), (10)", 4.0),
        ("(7.25)", 7.25),
        ("(CAST(NULL AS integer))", None),
    ],
)
def test_the_median_leaves_out_nulls(engine: Engine, values: str, expected: float | None) -> None:
    assert asked(engine, f"WITH n(x) AS (VALUES {values}) SELECT median(x) FROM n") == [(expected,)]


def test_the_median_of_no_row_is_null(engine: Engine) -> None:
    assert asked(engine, "SELECT median(pay_max) FROM postings") == [(None,)]


def test_the_median_is_pythons_in_groups_and_in_windows(engine: Engine) -> None:
    random = Random(7)
    values = [random.randint(1, 40) for _ in range(31)]
    rows = ", ".join(f"({at}, {value})" for at, value in enumerate(values))
    source = f"WITH n(i, x) AS (VALUES {rows}) SELECT"
    assert asked(engine, f"{source} median(x) FROM n") == [(statistics.median(values),)]
    window = "median(x) OVER (ORDER BY i ROWS BETWEEN 4 PRECEDING AND CURRENT ROW)"
    assert asked(engine, f"{source} {window} FROM n ORDER BY i") == [
        (statistics.median(values[max(0, at - 4) : at + 1]),) for at in range(len(values))
    ]


def test_the_median_of_many_values_in_any_order_is_quick(engine: Engine) -> None:
    numbers = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 400000)"
    query = f"{numbers} SELECT median(x * 79 % 400009) FROM n"
    with ask(engine, Question(query, seconds=5)) as answer:
        assert len(list(answer.rows)) == 1


def test_our_own_connections_have_the_functions(engine: Engine) -> None:
    operator = "REGEXP" if engine.dialect.name == "sqlite" else "~*"
    with read_transaction(engine) as connection:
        row = connection.execute(text(f"SELECT median(2), 'Senior ML' {operator} 'senior [a-z]+'"))
        assert row.one() == (2, True)


def test_sqlite_takes_regular_expressions_as_rules_do(sqlite_engine: Engine) -> None:
    history = History(sqlite_engine)
    titles = ("Research Engineer", "research lead", "Sales Engineer")
    history.check(snapshot([posting(str(at), title=title) for at, title in enumerate(titles)]))
    query = "SELECT title FROM postings WHERE title REGEXP '{}' ORDER BY title"
    for pattern, expected in {
        "^research": ["Research Engineer", "research lead"],
        "(?-i)^research": ["research lead"],
        r"\bengineer$": ["Research Engineer", "Sales Engineer"],
    }.items():
        assert [title for (title,) in asked(sqlite_engine, query.format(pattern))] == expected
    assert asked(sqlite_engine, "SELECT NULL REGEXP 'a', 'a' REGEXP NULL") == [(None, None)]
    assert asked(sqlite_engine, "SELECT count(*) FROM postings WHERE title NOT REGEXP 'sales'") == [
        (2,)
    ]


def test_a_regular_expression_takes_linear_time(sqlite_engine: Engine) -> None:
    hostile = "SELECT replace(hex(zeroblob(20000)), '00', 'a') REGEXP '^(a+)+$(b|a)*c'"
    with ask(sqlite_engine, Question(hostile, {}, 5)) as answer:
        assert [list(row.values()) for row in answer.rows] == [[0]]


@pytest.mark.parametrize(
    ("query", "named"), [("SELECT 'a' REGEXP '('", "missing"), ("SELECT median('a')", "number")]
)
def test_a_wrong_argument_is_named(sqlite_engine: Engine, query: str, named: str) -> None:
    with pytest.raises(UserError, match=named):
        asked(sqlite_engine, query)


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        (
            "SELECT pay_maximum FROM postings",
            "no column pay_maximum in postings. Did you mean pay_max?",
        ),
        (
            "SELECT p.sate FROM boards b JOIN postings AS p ON p.board = b.board",
            "no column sate in postings. Did you mean state?",
        ),
        (
            "SELECT boards.stat FROM boards, postings",
            "no column stat in boards. Did you mean state?",
        ),
        (
            "SELECT compny FROM boards b, checks",
            "no column compny in boards or checks. Did you mean company?",
        ),
        ("SELECT * FROM posting_chnges", "no view posting_chnges. Did you mean posting_changes?"),
        ("SELECT known FROM postings", "no column known in postings. The view coverage has it"),
    ],
)
def test_an_unknown_name_gets_the_nearest_one(engine: Engine, query: str, sentence: str) -> None:
    with pytest.raises(UserError) as raised:
        asked(engine, query)
    assert str(raised.value) == sentence


def test_an_unknown_column_of_the_querys_own_table_keeps_the_databases_words(
    engine: Engine,
) -> None:
    with pytest.raises(UserError, match="the query failed"):
        asked(engine, "WITH mine AS (SELECT 1 AS one) SELECT two FROM mine")
