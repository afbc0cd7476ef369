"""For any sequence of checks: the stored history follows the contract, on every database."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from sqlalchemy import Engine, select, text

from crawler.items import Failure, Pay, Posting, Probe, Result, Unchanged
from monitor.database.columns import Base
from monitor.database.engine import make_engine
from monitor.database.schema import upgrade
from monitor.history.compare import pay_words
from monitor.queries.consistency import findings
from tests.support.boards import BOARD, START, posting, sighting, snapshot, unreadable
from tests.support.contract import Answer, Check, Content, Contract, Failed, Listed, Same
from tests.support.history import History

KEYS = [str(key) for key in range(1, 11)]
OUT, UNREADABLE = "out", "unreadable"
PAY = Pay(133000.0, 240000.0, "USD", "year", "$133,000 - $240,000")
VARIANTS: dict[str, dict[str, Any]] = {
    "plain": {},
    "touched": {"updated_at": START},  # another raw job, and nothing that a reader sees
    "titled": {"title": "Principal Research Engineer"},
    "moved": {"location": "Paris", "locations": ("Paris",), "pay": PAY},
    "written": {
        "description": "We look for a chemist.\n\nYou will mix things.",
        "requisition": "R-7",
    },
}
ANSWERS: dict[Answer, Probe] = {"gone": Probe.GONE, "there": Probe.THERE, "silent": Probe.SILENT}

_edits = st.dictionaries(
    st.sampled_from(KEYS), st.sampled_from([OUT, OUT, UNREADABLE, *VARIANTS]), max_size=8
)
_answers = st.dictionaries(st.sampled_from(KEYS), st.sampled_from(list(ANSWERS)), max_size=4)
_minutes = st.sampled_from([15, 15, 15, 600, 0, -600])
# what, edits of the list, answers of probes, jobs without a key
Step = tuple[str, dict[str, str], dict[str, Answer], int]
Steps = list[tuple[Step, int]]  # and how many minutes later
_steps: st.SearchStrategy[Step] = st.one_of(
    st.tuples(st.just("list"), _edits, _answers, st.sampled_from([0, 0, 0, 0, 1])),
    st.tuples(st.just("list"), _edits, _answers, st.just(0)),
    st.tuples(st.just("empty"), st.just({}), _answers, st.just(0)),
    st.tuples(st.just("same"), st.just({}), _answers, st.just(0)),
    st.tuples(st.just("fail"), st.just({}), st.just({}), st.just(0)),
)
_first = st.dictionaries(
    st.sampled_from(KEYS), st.sampled_from([UNREADABLE, *VARIANTS]), max_size=10
)
_begin: st.SearchStrategy[tuple[Step, int]] = st.tuples(
    st.tuples(st.just("list"), _first, st.just({}), st.just(0)), st.just(15)
)
_sequences: st.SearchStrategy[Steps] = st.builds(
    lambda first, rest: [first, *rest], _begin, st.lists(st.tuples(_steps, _minutes), max_size=9)
)


def checks(steps: Steps) -> Iterator[tuple[Check, Result, int]]:
    """Yield each step for the contract and for the recorder, and the minutes until it."""
    shown: dict[str, str] = {}
    whole = False  # a list that was read whole, so that the board can answer that it has not moved
    for (what, edits, answers, nameless), minutes in steps:
        if what == "fail" or (what == "same" and not whole):
            yield Failed(), Failure(BOARD, "HTTP 503", status=503), minutes
        elif what == "same":
            yield Same(answers), Unchanged(BOARD), minutes
        else:
            shown = (
                {}
                if what == "empty"
                else {key: value for key, value in (shown | edits).items() if value != OUT}
            )
            whole = nameless == 0
            jobs = {
                key: None if value == UNREADABLE else content(_posting(key, value))
                for key, value in shown.items()
            }
            seen = [
                unreadable(key) if value == UNREADABLE else sighting(_posting(key, value))
                for key, value in shown.items()
            ]
            yield Listed(jobs, answers, nameless), snapshot(seen, without_key=nameless), minutes


def _posting(key: str, variant: str) -> Posting:
    return posting(key, **VARIANTS[variant])


def content(one: Posting) -> Content:
    return (one.title, one.location, pay_words(one.pay), one.description)


def record(engine: Engine, steps: Steps) -> Contract:
    """Record the steps. Return the contract's results."""
    contract, history = Contract(), History(engine)
    for check, result, minutes in checks(steps):
        asked, answered = _asked(check, result, contract.missing(check))
        history.check(answered, minutes=minutes)
        contract.check(asked, history.now)
    return contract


def _asked(check: Check, result: Result, missing: frozenset[str]) -> tuple[Check, Result]:
    """Return the result with probe answers for missing postings only: nothing else is probed."""
    if isinstance(check, Failed) or isinstance(result, Failure):
        return check, result
    answers = {key: answer for key, answer in check.answers.items() if key in missing}
    return replace(check, answers=answers), replace(
        result, probes={key: ANSWERS[answer] for key, answer in answers.items()}
    )


def rows(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every table, without the row numbers of the search index."""
    with engine.connect() as connection:
        found = {
            name: [
                tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))
            ]
            for name, table in Base.metadata.tables.items()
        }
    return found | {"search_text": sorted(row[1:] for row in found["search_text"])}


Stretch = tuple[str, datetime, datetime | None, Content]


def stretches(engine: Engine) -> list[Stretch]:
    """Every stored version: key, from, to, content."""
    version = Base.metadata.tables["posting_version"]
    mine, texts = Base.metadata.tables["posting"], Base.metadata.tables["description"]
    columns = select(mine.c.key, version, texts.c.text).join(
        mine, mine.c.id == version.c.posting_id
    )
    with engine.connect() as connection:
        found = connection.execute(
            columns.join(texts, texts.c.digest == version.c.description_digest)
        ).all()
    return [
        (row.key, row.valid_from, row.valid_to, (row.title, row.location, _pay(row), row.text))
        for row in found
    ]


def _pay(row: Any) -> str:  # a row
    pay = Pay(row.pay_min, row.pay_max, row.pay_currency, row.pay_period, row.pay_text)
    return pay_words(pay if row.pay_text else None)


def as_of(versions: list[Stretch], moment: datetime) -> dict[str, Content]:
    """Return the postings open at a moment. Fail if a posting had two valid versions."""
    valid = [
        (key, content)
        for key, start, end, content in versions
        if start <= moment and (end is None or moment < end)
    ]
    assert len({key for key, _ in valid}) == len(valid)
    return dict(valid)


def compare(engine: Engine, contract: Contract) -> None:
    """Compare the stored history with the contract: at each moment, by change, by invariant."""
    versions = stretches(engine)
    for (at, known), (later, _) in pairwise(
        [*contract.past, (contract.past[-1][0] + timedelta(days=1), {})]
    ):
        for moment in (at, at + (later - at) / 2, later - timedelta(microseconds=1)):
            assert as_of(versions, moment) == known, moment
    _, change, mine = (
        Base.metadata.tables[name] for name in ("board", "posting_change", "posting")
    )
    with engine.connect() as connection:
        stored = connection.execute(
            select(change, mine.c.key)
            .join(mine, mine.c.id == change.c.posting_id)
            .order_by(change.c.at)
        ).all()
        assert list(findings(connection)) == []
        states = dict(
            tuple(row) for row in connection.execute(text("SELECT key, state FROM posting"))
        )
    happened = [(row.at, row.key, row.kind, row.field, row.old, row.new) for row in stored]
    assert sorted(happened, key=str) == sorted(contract.changes, key=str)
    assert {
        (row.key, row.at): (row.not_before, row.not_after) for row in stored if row.kind == "closed"
    } == contract.closings
    assert states == {key: "open" if job.open else "closed" for key, job in contract.jobs.items()}


@contextmanager
def empty(template: Path) -> Iterator[Engine]:
    """Return a SQLite database at the newest schema."""
    with TemporaryDirectory() as folder:
        file = shutil.copy(template, Path(folder) / "rolewatch.db")
        engine = make_engine(f"sqlite:///{file}")
        yield engine
        engine.dispose()


def clear(engine: Engine) -> None:
    """Return a PostgreSQL database as its migrations left it."""
    names = ", ".join(Base.metadata.tables)
    with engine.begin() as connection:
        connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("laws") / "template.db"
    engine = make_engine(f"sqlite:///{file}")
    upgrade(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("PRAGMA journal_mode=DELETE")  # one file, which can be copied
    engine.dispose()
    return file


def many(count: int, law: Callable[[Steps], None], *, chance: bool = False) -> None:
    """Check the law on so many sequences, always the same ones unless random ones are allowed."""
    # to shrink takes minutes
    phases = [Phase.generate, Phase.shrink] if chance else [Phase.generate]
    quietly = [HealthCheck.too_slow, HealthCheck.data_too_large]
    tried = examples(
        max_examples=count,
        derandomize=not chance,
        deadline=None,
        database=None,
        phases=phases,
        suppress_health_check=quietly,
    )
    tried(given(_sequences)(law))()


def _law_of_the_contract(template: Path) -> Callable[[Steps], None]:
    def law(steps: Steps) -> None:
        with empty(template) as engine:
            compare(engine, record(engine, steps))

    return law


def _law_of_replay(template: Path) -> Callable[[Steps], None]:
    def law(steps: Steps) -> None:
        with empty(template) as once, empty(template) as again:
            record(once, steps)
            record(again, steps)
            assert rows(once) == rows(again)

    return law


def _law_of_both(template: Path, postgres: Engine) -> Callable[[Steps], None]:
    def law(steps: Steps) -> None:
        clear(postgres)
        with empty(template) as sqlite:
            record(sqlite, steps)
            record(postgres, steps)
            assert rows(sqlite) == rows(postgres)

    return law


def test_the_history_at_every_moment_is_what_the_contract_says(template: Path) -> None:
    many(25, _law_of_the_contract(template))


def test_a_replay_from_an_empty_database_gives_the_same_history(template: Path) -> None:
    many(8, _law_of_replay(template))


def test_sqlite_and_postgresql_agree_row_for_row(template: Path, postgres_engine: Engine) -> None:
    many(8, _law_of_both(template, postgres_engine))


def test_postings_close_in_the_order_in_which_they_were_first_seen(
    template: Path, postgres_engine: Engine
) -> None:
    """PostgreSQL lists a row that was updated, as one that is read later, behind all others."""
    first: dict[str, Any] = dict.fromkeys("12345678", "unreadable") | {"9": "plain"}
    _law_of_both(template, postgres_engine)(
        [
            (("list", first, {}, 0), 15),
            (("list", {}, {}, 0), 15),
            (("list", {"1": "plain"}, {}, 0), 15),
            (("empty", {}, {"1": "gone", "9": "gone"}, 0), 15),
        ]
    )


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_the_history_is_what_the_contract_says_in_thousands_of_lives(template: Path) -> None:
    many(3000, _law_of_the_contract(template), chance=True)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_both_databases_agree_in_hundreds_of_lives(template: Path, postgres_engine: Engine) -> None:
    many(300, _law_of_both(template, postgres_engine), chance=True)
