"""The questions about hiring in docs/sql.md, on a year that is made by hand.

Two boards are checked every ten days for 400 days. Instants are days before now.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine

from crawler.items import Deadline, Failure, Pay, Period, Posting, Probe
from monitor.config.model import WatchedBoard
from monitor.database.columns import iso
from monitor.queries.question import Question
from monitor.queries.sql_examples import HIRING
from monitor.queries.user_sql import ask
from tests.support.boards import BOARD, posting, snapshot
from tests.support.history import History, settings
from tests.support.places import ROOT

ALPHA, BETA = BOARD, "greenhouse:beta"
NOW = datetime.now(UTC)
FIRST, STEP = 400, 10  # days before now, and from one check to the next


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def paid(least: float, most: float, currency: str, period: Period = "year") -> Pay:
    return Pay(least, most, currency, period, f"{least}-{most} {currency}")


@dataclass(frozen=True)
class Life:
    """A role, the days at which it is open, and how it changes."""

    key: str
    title: str
    opens: int
    closes: int = -1  # still open
    facts: Mapping[str, Any] = field(default_factory=dict)
    edits: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)

    def at(self, day: int) -> Posting | None:
        if not self.closes < day <= self.opens:
            return None
        company = "Alpha" if int(self.key) < 50 else "Beta"
        made = posting(self.key, **{"title": self.title, "company": company} | dict(self.facts))
        made = replace(
            made,
            description=f"We look for a {self.title}. {self.title}! " * 9,
            stated=frozenset({"pay"}),
        )
        for since, fields in self.edits.items():
            made = replace(made, **fields) if day <= since else made
        return made


LONDON: dict[str, Any] = {"location": "London", "locations": ("London",)}
PARIS: dict[str, Any] = {"location": "Paris", "locations": ("Paris",)}
TWO: dict[str, Any] = {"location": "London; New York", "locations": ("London", "New York")}
GBP, EUR, USD = paid(90e3, 120e3, "GBP"), paid(80e3, 90e3, "EUR"), paid(80e3, 100e3, "USD")
LIVES = (
    Life("1", "Staff Engineer", FIRST, facts=LONDON),
    Life("2", "Counsel", FIRST, 300),
    Life("3", "Senior Engineer", 200, 150, LONDON | {"pay": GBP}),
    Life("4", "Senior Scientist", 200, 100, PARIS | {"pay": EUR}),
    Life("5", "Engineer", 200, facts=TWO | {"pay": USD},
         edits={20: {"pay": paid(80e3, 110e3, "USD")}}),
    # the third one again
    Life("6", "Senior Engineer", 140, facts=LONDON | {"pay": GBP},
         edits={30: {"pay": paid(90e3, 108e3, "GBP")}, 20: {"pay": paid(90e3, 108e3, "EUR")},
                10: {"pay": paid(90e3, 108e3, "GBP")}}),
    Life("7", "Analyst", 90, 60, {"deadline": Deadline(ago(60), "then")}),
    Life("8", "Economist", 90, 60, {"deadline": Deadline(ago(30), "then")}),
    Life("9", "Lawyer", 90, 60, {"deadline": Deadline(ago(80), "then")}),
    Life("10", "Principal Engineer", 90, facts=LONDON | {
        "pay": paid(150e3, 170e3, "GBP"), "deadline": Deadline(ago(50), "then")}),
    Life("11", "Chemist", 90, 60, {"deadline": Deadline(ago(65), "then")}),
    Life("51", "Research Intern", FIRST, facts={
        "location": "Berlin, DE", "locations": ("Berlin, DE",),
        "pay": paid(14, 15, "EUR", "hour"), "first_published": ago(500)}),
    Life("52", "Junior Engineer", 300, 250),
    Life("53", "Junior Chemist", 300, 250, {"pay": EUR}),
    Life("54", "Associate", 110, 80),
)  # fmt: skip


@pytest.fixture(scope="module")
def year(shared_engine: Engine) -> Engine:
    """Record the year. The check of Beta's board 120 days ago fails."""
    boards = tuple(
        WatchedBoard(board, f"https://x.example/{board}", every=timedelta(days=STEP))
        for board in (ALPHA, BETA)
    )
    watched = replace(settings(), boards=boards)
    history = History(shared_engine, watched, now=ago(FIRST + STEP), alerts=False)
    for day in range(FIRST, -1, -STEP):
        results = [
            _read(board, company, day) for board, company in ((ALPHA, "Alpha"), (BETA, "Beta"))
        ]
        history.check(*results, minutes=STEP * 24 * 60)
    return shared_engine


def _read(board: str, company: str, day: int) -> Any:
    if (board, day) == (BETA, 120):
        return Failure(board, "HTTP 500", 500)
    lives = [life for life in LIVES if (int(life.key) < 50) == (board == ALPHA)]
    open_now = [one for life in lives if (one := life.at(day)) is not None]
    probes = {life.key: Probe.GONE for life in lives if life.closes == day}
    return replace(snapshot(open_now, probes), board=board, company=company)


def answers(engine: Engine, question: str, since: float = 30) -> list[tuple[Any, ...]]:
    """Return the rows of the question that begins so, with numbers and days as plain values."""
    (query,) = (query for words, query in HIRING.items() if words.startswith(question))
    moments = {"now": NOW, "since": ago(since)}
    on_sqlite = engine.dialect.name == "sqlite"
    values = {name: iso(at) if on_sqlite else at for name, at in moments.items()}
    with ask(engine, Question(query, values)) as answer:
        return [tuple(map(_plain, row.values())) for row in answer.rows]


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime):
        return iso(value)
    return value


def day_text(days: float) -> str:
    return iso(ago(days))[:10]


def test_time_to_fill_leaves_out_reposted_roles_and_those_of_the_baseline(year: Engine) -> None:
    assert answers(year, "How long", since=180) == [
        ("entry", 2, 0, 40),
        ("not named", 1, 1, 200),
        ("senior", 1, 0, 90),
    ]


def test_pay_is_compared_by_country_in_one_currency(year: Engine) -> None:
    assert answers(year, "What does each country") == [
        ("GB", "GBP", 2, 120_000, 139_000),
        ("DE", "EUR", 1, 29_120, 31_200),
    ]


def test_the_repost_rate_counts_roles_that_opened_while_we_watched(year: Engine) -> None:
    assert answers(year, "Who reposts", since=365) == [("Alpha", 9, 1, 11), ("Beta", 3, 0, 0)]


def test_a_role_is_older_than_a_year_by_our_checks_or_its_publication(year: Engine) -> None:
    rows = answers(year, "Which roles have been open", since=365)
    assert [(row[0], row[1], row[3]) for row in rows] == [
        ("Beta", "Research Intern", iso(ago(500))),
        ("Alpha", "Staff Engineer", None),
    ]


def test_a_hiring_freeze_needs_openings_before_and_known_days_since(year: Engine) -> None:
    assert answers(year, "Who has stopped", since=95) == [("Beta", 3, 1)]
    assert answers(year, "Who has stopped", since=60) == [("Alpha", 9, 4), ("Beta", 3, 0)]
    # Beta's state was not known 120 days ago
    assert answers(year, "Who has stopped", since=118) == []


def test_a_pay_move_is_one_of_amounts_and_not_of_currencies(year: Engine) -> None:
    assert answers(year, "By how much", since=90) == [("Alpha", 2, 1, 1, 0)]


def test_deadlines_are_compared_with_what_the_checks_prove(year: Engine) -> None:
    assert answers(year, "Do roles close") == [("Alpha", 5, 1, 1, 1, 1, 1)]


def test_the_answer_says_how_much_of_the_period_is_known(year: Engine) -> None:
    beta, alpha = answers(year, "How much of", since=150)
    assert alpha == (ALPHA, "ok", 151, 151, 100, None)
    board, state, days, known, percent, gap = beta
    assert (board, state, days, known, percent) == (BETA, "ok", 151, 131, 87)
    assert str(gap) == day_text(130)


def test_pay_disclosure_is_of_the_first_version_of_new_roles(year: Engine) -> None:
    rows = answers(year, "Do more new roles", since=365)
    opened: dict[str, list[int]] = {}
    for life in LIVES:
        if life.opens < FIRST:
            month = opened.setdefault(day_text(life.opens)[:7], [0, 0])
            month[0] += 1
            month[1] += "pay" in life.facts
    assert [row[:3] for row in rows] == [
        (month, *numbers) for month, numbers in sorted(opened.items())
    ]


def test_the_mix_of_seniority_is_of_open_roles(year: Engine) -> None:
    assert answers(year, "How senior") == [
        ("Alpha", "not named", 1, 25),
        ("Alpha", "principal", 1, 25),
        ("Alpha", "senior", 1, 25),
        ("Alpha", "staff", 1, 25),
        ("Beta", "intern", 1, 100),
    ]


def test_the_cookbook_explains_every_question_about_hiring() -> None:
    text = (ROOT / "docs" / "sql.md").read_text()
    for question, query in HIRING.items():
        words = re.sub(r" \(--since \w+\)$", "", question)
        assert f"{words}" in text, question
        assert f"```sql{query}\n```" in text, question
