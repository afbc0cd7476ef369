"""docs/sql.md: every column is explained, every query runs on both databases."""

from __future__ import annotations

import re
import sqlite3
import warnings
from contextlib import closing
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from sqlalchemy import Engine

from monitor.database.engine import iso
from monitor.queries.question import Question
from monitor.queries.user_sql import ask
from monitor.queries.view_tables import view_columns
from tests.support.places import ROOT
from tests.support.story import tell

TEXT = (ROOT / "docs" / "sql.md").read_text()
QUERIES = re.findall(r"```sql\n(.*?)```", TEXT, re.DOTALL)
SECTIONS = dict(re.findall(r"^### (\w+)\n\n(.*?)(?=^##)", TEXT, re.DOTALL | re.MULTILINE))


def test_every_column_of_every_view_is_explained_in_its_order(engine: Engine) -> None:
    for view, columns in view_columns(engine).items():
        rows = re.findall(r"^\| ([\w, ]+) \| ", SECTIONS[view], re.MULTILINE)
        assert [name for row in rows for name in row.split(", ")][1:] == list(columns), view


def test_every_query_of_the_cookbook_runs(engine: Engine) -> None:
    tell(engine)
    moments = {"now": datetime.now(UTC), "since": datetime.now(UTC) - timedelta(days=30)}
    values = {
        name: iso(at) if engine.dialect.name == "sqlite" else at for name, at in moments.items()
    }
    answered = 0
    for query in QUERIES:
        with ask(engine, Question(query, values)) as answer:
            answered += bool(list(answer.rows))
    assert len(QUERIES) >= 20
    # the story has no reposts, and its days are all the same day
    assert answered >= len(QUERIES) - 8


@pytest.mark.parametrize("seed", range(5))
def test_its_median_is_that_of_lifelines(seed: int) -> None:
    with warnings.catch_warnings(action="ignore"):
        # a second, and it warns of its own dependencies
        from lifelines import KaplanMeierFitter  # noqa: PLC0415

    random = Random(seed)
    days = [round(random.expovariate(1 / 30), 1) for _ in range(60)]
    ended = [random.random() < 0.3 + 0.1 * seed for _ in days]
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(
            "CREATE TABLE posting_lifetimes (company, days_open, left_censored, right_censored)"
        )
        rows = [
            ("Example Labs", day, 0, not closed) for day, closed in zip(days, ended, strict=True)
        ]
        connection.executemany(
            "INSERT INTO posting_lifetimes VALUES (?, ?, ?, ?)",
            [*rows, ("Example Labs", 1.0, 1, 0)],
        )
        [(_, median)] = connection.execute(QUERIES[-1]).fetchall()
    expected = KaplanMeierFitter().fit(days, ended).median_survival_time_
    assert median == (None if expected == float("inf") else pytest.approx(expected))
