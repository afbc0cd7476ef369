"""The view `coverage` against a plain model, on histories of all kinds."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random
from typing import NamedTuple

from sqlalchemy import Engine, insert, select

from monitor.database.columns import table
from monitor.database.engine import read_transaction
from monitor.database.tables import Board, BoardCheck, CheckRound
from monitor.queries.board_health import by_board, recent_coverage
from monitor.queries.view_tables import COVERAGE

BOARDS = 150
NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class Check(NamedTuple):
    at: datetime
    result: str
    every: float | None
    merged_until: datetime | None


class Case(NamedTuple):
    """A board's history. None of it is so recent that the view's clock counts."""

    watched: bool
    every: float
    checks: list[Check]


def some_case(random: Random) -> Case:
    every, checks, at = random.choice([0.5, 10.0, 900.0]), [], NOW - timedelta(days=30)
    most = timedelta(seconds=2 * every)
    for _ in range(random.randrange(10)):
        at += random.choice([most / 4, most / 2, most, most + MICROSECOND, most - MICROSECOND])
        own = random.choice([None, every])
        if random.random() < 0.3:
            begin, at = at, at + most * random.randrange(1, 3)
            checks.append(Check(begin, "unchanged", own, at))
        else:
            checks.append(Check(at, random.choice(["snapshot", "unchanged", "failure"]), own, None))
    return Case(random.random() < 0.5, every, checks)


Period = tuple[datetime, datetime | None, bool]


def periods(case: Case) -> list[Period]:
    """Return the rows that the view must have."""
    parts: list[Period] = []
    for check, following in pairwise([*case.checks, None]):
        assert check is not None
        end = check.merged_until or check.at
        if check.merged_until is not None:
            parts.append((check.at, end, True))
        if following is None:  # long ago
            parts += [(end, None, False)] if case.watched else []
            continue
        near = following.at - end <= timedelta(seconds=2 * (check.every or case.every))
        good = "failure" not in (check.result, following.result)
        parts.append((end, following.at, near and good))
    merged: list[Period] = []
    for part in parts:
        same = merged and merged[-1][2] == part[2]
        merged.append((merged.pop()[0], *part[1:]) if same else part)
    return merged


def store(engine: Engine, cases: list[Case]) -> None:
    with engine.begin() as connection:
        connection.execute(insert(table(CheckRound)).values(id=1, started_at=NOW))
        for number, case in enumerate(cases, 1):
            ends = [check.merged_until or check.at for check in case.checks]
            name = {"token": f"t{number}", "board": f"greenhouse:t{number}", "ats": "greenhouse"}
            row = {"id": number, "company": "", "url": "", "failures": 0, "put_back": False}
            state = {"watched": case.watched, "every": case.every}
            last = {"last_check_at": max(ends, default=None)}
            connection.execute(insert(table(Board)).values(name | row | state | last))
            for check in case.checks:
                values = {"finished_at": check.at, "started_at": check.at, "result": check.result}
                values |= {"every": check.every, "merged_until": check.merged_until}
                ids = {"round_id": 1, "board_id": number}
                connection.execute(insert(table(BoardCheck)).values(values | ids))


def test_coverage_is_what_the_checks_say(engine: Engine) -> None:
    random = Random(24)
    cases = [some_case(random) for _ in range(BOARDS)]
    store(engine, cases)
    columns = (COVERAGE.c.from_at, COVERAGE.c.to_at, COVERAGE.c.known)
    for number, case in enumerate(cases, 1):
        query = select(*columns).where(COVERAGE.c.board == f"greenhouse:t{number}")
        with read_transaction(engine) as connection:
            found = connection.execute(query.order_by(COVERAGE.c.from_at)).all()
        assert [tuple(row) for row in found] == periods(case), (number, case)


def from_then_on(rows: Iterable[Period], since: datetime) -> list[Period]:
    """Return the rows that touch the time from `since` on, cut there."""
    return [
        (max(begin, since), end, known) for begin, end, known in rows if end is None or end > since
    ]


def test_recent_coverage_is_that_of_the_view(engine: Engine) -> None:
    random = Random(25)
    cases = [some_case(random) for _ in range(BOARDS)]
    store(engine, cases)
    middle = NOW - timedelta(days=30) + timedelta(hours=1)
    instants = [NOW - timedelta(days=40), middle, NOW - timedelta(days=29)]
    instants += [check.at for case in cases[:20] for check in case.checks[:3]]
    for since in instants:
        with read_transaction(engine) as connection:
            found = by_board(recent_coverage(connection, since))
        for number, case in enumerate(cases, 1):
            rows = [
                (row["from_at"], row["to_at"], row["known"])
                for row in found.get(f"greenhouse:t{number}", [])
            ]
            expected = from_then_on(periods(case), since)
            assert from_then_on(rows, since) == expected, (since, case)
