"""Old checks are merged, and every answer stays the same: on any history, on both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from sqlalchemy import Engine, select, text

from crawler.items import Failure, Probe, Result, Unchanged
from monitor.database.engine import read_transaction
from monitor.database.tables import BoardCheck
from monitor.errors import UserError
from monitor.history.merge_checks import merge_checks
from monitor.queries.consistency import findings
from monitor.queries.describe import describe
from monitor.queries.diff import diff_board
from monitor.queries.fits import first_check
from monitor.queries.resolve import find_posting
from tests.monitor.history.test_laws import clear
from tests.support.boards import BOARD, posting, snapshot, unreadable
from tests.support.databases import DatabasePool
from tests.support.history import History, settings
from tests.support.views import view_rows

OTHER = "greenhouse:otherlabs"
KEYS = ["1", "2", "3"]
NOTHING = timedelta(0)
Step = tuple[tuple[str, Any], float]
_listed = st.tuples(st.just("list"), st.sets(st.sampled_from([*KEYS, "1?", "2?", "1!", "2!"])))
_step = st.one_of(
    st.tuples(st.just("same"), st.integers(1, 9)),
    st.tuples(st.just("same"), st.integers(1, 9)),
    _listed,
    st.tuples(st.just("fail"), st.none()),
    st.tuples(st.just("every"), st.sampled_from([15, 30, 60])),
    st.tuples(st.just("watched"), st.booleans()),
)
BEGIN: Step = (("list", {"1", "2!"}), 15)
_minutes = st.sampled_from([15, 15, 15, 14.999, 29, 31, 200, 900, 0])
_steps = st.lists(st.tuples(_step, _minutes), min_size=3, max_size=14)


@dataclass
class Life:
    """Checks of two boards, as a list of steps says."""

    history: History
    every: timedelta = timedelta(minutes=15)
    watched: bool = True
    read: bool = False  # a board that was never read has not stayed the same

    def step(self, step: Step) -> None:
        (what, value), minutes = step
        if what == "every":
            self.every = timedelta(minutes=value)
        elif what == "watched":
            self.watched = value
        self.history.settings = self._settings()
        for result in self._results(what, value):
            self.history.check(result, replace(result, board=OTHER), minutes=minutes)

    def _settings(self) -> Any:  # the settings
        one = settings(boards=(BOARD, OTHER) if self.watched else (OTHER,))
        return replace(one, boards=tuple(replace(board, every=self.every) for board in one.boards))

    def _results(self, what: str, value: Any) -> Iterator[Result]:  # what the step has
        if what == "list":
            self.read = True
            yield _snapshot(value)
        elif what == "same" and self.read:
            yield from [Unchanged(BOARD, bytes=80)] * value
        elif what == "fail":
            yield Failure(BOARD, "HTTP 503", status=503)
        elif what in {"every", "watched"}:
            self.history.check(minutes=0)


def _snapshot(shown: set[str]) -> Result:
    jobs = {mark[0]: mark[1:] for mark in sorted(shown)}
    seen = [
        unreadable(key) if mark == "?" else posting(key, title=f"Research Engineer {mark}")
        for key, mark in jobs.items()
    ]
    missing = {key: Probe.SILENT for key in KEYS if key not in jobs}
    return snapshot(seen, missing)


def answers(engine: Engine, moments: Sequence[datetime]) -> list[object]:
    """Return what `show --as-of` and `diff` say of these moments."""
    found: list[object] = []
    with read_transaction(engine) as connection:
        for name in connection.scalars(text("SELECT posting FROM postings ORDER BY posting")).all():
            ref = find_posting(connection, name)
            for moment in moments:
                try:
                    found.append(describe(connection, ref, as_of=moment))
                except UserError as error:
                    found.append(str(error))
        for moment in moments:
            found.append(replace(diff_board(connection, OTHER, moment, moments[-1]), doubts=[]))
            found.append(first_check(connection))
    return found


@pytest.fixture
def fresh(engine: Engine, made: DatabasePool) -> Callable[[], Engine]:
    """Return a function that empties the database and returns it."""

    def emptied() -> Engine:
        if engine.dialect.name == "sqlite":
            engine.dispose()
            file = Path(str(engine.url.database))
            for left in file.parent.glob(f"{file.name}*"):
                left.unlink()
            made.copy(file)
        else:
            clear(engine)
        return engine

    return emptied


def record(engine: Engine, steps: Sequence[Step], merge: Random | None = None) -> History:
    """Record the steps. With `merge`, checks are merged in between."""
    history = History(engine)
    life = Life(history)
    for step in steps:
        life.step(step)
        if merge is not None:
            keep = timedelta(minutes=merge.choice([0, 20, 60, 600]))
            merge_checks(engine, keep, history.now, merge.choice([0, 99]), at_once=3)
    return history


def instants(history: History) -> list[datetime]:
    """Return the instants of all checks and those between them, and a later one."""
    with read_transaction(history.engine) as connection:
        found = sorted(connection.scalars(select(BoardCheck.finished_at)))
    between = [before + (after - before) / 2 for before, after in pairwise(found)]
    return sorted([*found, *between, found[-1] + timedelta(days=1)])


def law_of(fresh: Callable[[], Engine]) -> Callable[[Sequence[Step], int], None]:
    """Return the law for one kind of database, by name as hypothesis wants it."""

    def law(steps: Sequence[Step], seed: int) -> None:
        compare(fresh, steps, seed)

    return law


def compare(fresh: Callable[[], Engine], steps: Sequence[Step], seed: int) -> None:
    """Compare every answer before and after, and with checks merged as they became old."""
    engine = fresh()
    steps = [BEGIN, *steps]
    history = record(engine, steps)
    checks = view_rows(engine)["checks"]
    moments = instants(history)[seed % 7 :: 7]
    views, answered = view_rows(engine, without={"checks"}), answers(engine, moments)

    def unchanged() -> None:
        assert view_rows(engine, without={"checks"}) == views
        assert answers(engine, moments) == answered
        with read_transaction(engine) as connection:
            assert list(findings(connection)) == []

    while merge_checks(engine, NOTHING, history.now + timedelta(days=1), 0, at_once=2):
        pass  # as after a kill: each call goes on where the last one stopped
    unchanged()
    assert all(row in checks for row in view_rows(engine)["checks"])
    fresh()
    record(engine, steps, Random(seed))
    unchanged()


def test_every_answer_stays_the_same_when_checks_are_merged(
    fresh: Callable[[], Engine], engine: Engine
) -> None:
    tried = examples(
        max_examples=4 if engine.dialect.name == "sqlite" else 2,  # one takes seconds there
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    tried(given(_steps, st.integers(0, 99))(law_of(fresh)))()


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_every_answer_stays_the_same_in_hundreds_of_lives(fresh: Callable[[], Engine]) -> None:
    tried = examples(
        max_examples=100, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    tried(given(_steps, st.integers(0, 99))(law_of(fresh)))()


@pytest.fixture
def day(engine: Engine) -> History:
    """Return a board that was read once, then unchanged for ten hours."""
    history = History(engine)
    history.check(snapshot([posting("1")]))
    for _ in range(10 * 4):
        history.check(Unchanged(BOARD), minutes=15)
    return history


def count(history: History, what: str) -> int:
    [(number,)] = history.ask(f"SELECT count(*) FROM {what}")
    return int(number)


def test_checks_that_are_not_old_keep_their_rows(day: History) -> None:
    assert not merge_checks(day.engine, timedelta(hours=2), day.now, 99)
    recent = "board_check WHERE merged_until IS NULL AND result = 'unchanged'"
    assert count(day, recent) == 2 * 4 + 1
    assert count(day, "board_check") == 2 * 4 + 3
    assert count(day, "check_round") == 2 * 4 + 3


def test_a_second_merge_continues_the_stretch(day: History) -> None:
    merge_checks(day.engine, timedelta(hours=5), day.now, 99)
    merge_checks(day.engine, timedelta(hours=2), day.now, 99)
    assert count(day, "board_check") == 2 * 4 + 3
    before = day.ask("SELECT * FROM board_check ORDER BY id")
    merge_checks(day.engine, timedelta(hours=2), day.now, 99)
    assert day.ask("SELECT * FROM board_check ORDER BY id") == before


def test_the_last_check_of_a_board_is_never_merged(day: History) -> None:
    merge_checks(day.engine, NOTHING, day.now + timedelta(days=900), 99)
    assert [result for (result,) in day.ask("SELECT result FROM checks ORDER BY check_id")] == [
        "snapshot",
        "unchanged",
        "unchanged",
    ]
    assert day.ask("SELECT max(finished_at) FROM checks") == day.ask(
        "SELECT last_check_at FROM boards"
    )


def test_it_stops_when_the_time_is_over(day: History) -> None:
    ticks = iter(range(99))
    left = merge_checks(day.engine, NOTHING, day.now, 2, clock=lambda: next(ticks), at_once=10)
    assert left
    assert count(day, "board_check") == 10 * 4 + 1 - 19


def test_a_check_that_closed_a_posting_or_has_an_alert_keeps_its_row(engine: Engine) -> None:
    history = History(engine)
    history.check(snapshot([posting("1"), posting("2")]))
    history.check(snapshot([posting("1")]))
    for _ in range(4):
        history.check(Unchanged(BOARD))
    merge_checks(engine, NOTHING, history.now, 99)
    assert history.ask("SELECT result, closed FROM checks ORDER BY check_id") == [
        ("snapshot", 0),
        ("snapshot", 0),
        ("unchanged", 1),  # the next two are merged into it
        ("unchanged", 0),
    ]


def test_a_posting_read_late_opened_after_the_last_merged_check(engine: Engine) -> None:
    history = History(engine)
    history.check(snapshot([posting("1")]))
    for _ in range(4):
        history.check(Unchanged(BOARD))
    history.check(snapshot([posting("1"), unreadable("2")]))
    history.check(snapshot([posting("1"), posting("2")]))
    question = f"SELECT opened_earliest FROM posting_lifetimes WHERE posting = '{BOARD}:2'"
    before = history.ask(question)
    merge_checks(engine, NOTHING, history.now, 99)
    assert count(history, "board_check WHERE merged_until IS NOT NULL") == 1
    assert history.ask(question) == before
