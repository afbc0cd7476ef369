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

from crawler.read.seniority import OTHER_MEANINGS, SOMEBODY_ELSE, THINGS, WORDS
from monitor.database.columns import iso
from monitor.queries.question import Question
from monitor.queries.sql_examples import HIRING
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
    answered = set()
    for query in QUERIES:
        with ask(engine, Question(query, values)) as answer:
            if list(answer.rows):
                answered.add(query)
    # those about hiring have a year of their own: `test_hiring_questions.py`
    of_the_story = {query for query in QUERIES if f"\n{query.rstrip()}" not in HIRING.values()}
    assert len(of_the_story) >= 20
    # the story has no reposts, and its days are all the same day
    assert len(answered & of_the_story) >= len(of_the_story) - 8


def test_the_words_of_seniority_are_those_that_are_read() -> None:
    listed = dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", _section("Seniority"), re.MULTILINE))
    assert listed == {level: ", ".join(words) for level, words in WORDS.items()}
    section = " ".join(_section("Seniority").split())
    for phrases in (THINGS, OTHER_MEANINGS, SOMEBODY_ELSE):
        assert f"{', '.join(phrases)}." in section


def _section(title: str) -> str:
    (found,) = re.findall(rf"^## {title}\n(.*?)^## ", TEXT, re.DOTALL | re.MULTILINE)
    return str(found)


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
