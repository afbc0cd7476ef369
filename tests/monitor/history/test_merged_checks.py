from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from monitor.history.merged_checks import LONGEST, OldCheck, last_by, pack, stretches, unpack

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
_gaps = st.lists(st.integers(1, 10**13), max_size=50)


# any column of a check
def check(number: int = 0, **columns: object) -> OldCheck:
    """Return an `unchanged` check, a quarter of an hour after the one before."""
    plain = OldCheck(
        id=number,
        round_id=number,
        finished_at=NINE + number * QUARTER,
        merged_until=None,
        merged_instants=None,
        result="unchanged",
        status=304,
        seen=7,
        unreadable=0,
        reason=None,
        every=900.0,
        is_bare=True,
    )
    return plain._replace(**columns)  # type: ignore[arg-type]  # columns of any type


def kept(checks: list[OldCheck]) -> list[tuple[int, list[int]]]:
    """Return the ids of each stretch: of the kept check, and of those merged into it."""
    return [
        (stretch.kept.id, [merged.id for merged in stretch.merged]) for stretch in stretches(checks)
    ]


def test_unchanged_checks_in_a_row_are_one_stretch() -> None:
    assert kept([check(number) for number in range(4)]) == [(0, [1, 2, 3])]


@pytest.mark.parametrize(
    "columns",
    [
        {"result": "snapshot"},
        {"result": "failure"},
        {"status": 200},
        {"seen": 8},
        {"unreadable": 1},
        {"reason": "collapsed: 8 of 9 postings are missing"},
        {"every": 3600.0},
    ],
)
def test_another_check_ends_a_stretch(columns: dict[str, object]) -> None:
    checks = [check(0), check(1), check(2, **columns), check(3), check(4)]
    assert kept(checks) == [(0, [1]), (2, []), (3, [4])]


def test_a_check_that_something_points_to_keeps_its_row() -> None:
    assert kept([check(0), check(1), check(2, is_bare=False), check(3)]) == [(0, [1]), (2, [3])]


def test_a_gap_of_more_than_two_intervals_ends_a_stretch() -> None:
    just, late = 2 * QUARTER, 2 * QUARTER + timedelta(microseconds=1)
    assert kept([check(0), check(1, finished_at=NINE + just)]) == [(0, [1])]
    assert kept([check(0), check(1, finished_at=NINE + late)]) == [(0, []), (1, [])]


def test_a_check_without_an_interval_of_its_own_is_not_merged() -> None:
    assert kept([check(0, every=None), check(1, every=None)]) == [(0, []), (1, [])]


def test_a_stretch_goes_on_where_it_stopped() -> None:
    [first] = stretches([check(0), check(1)])
    stored = check(0, merged_until=first.until, merged_instants=pack(NINE, first.instants))
    [longer] = stretches([stored, check(2)])
    assert [merged.id for merged in longer.merged] == [2]
    assert longer.instants == [NINE + QUARTER, NINE + 2 * QUARTER]


def test_a_long_stretch_continues_in_another_row() -> None:
    found = kept([check(number) for number in range(LONGEST + 3)])
    assert [len(merged) for _, merged in found] == [LONGEST, 1]


@hypothesis_settings(deadline=None)
@given(_gaps)
def test_packed_instants_are_the_same_to_the_microsecond(gaps: list[int]) -> None:
    instants, at = [], NINE
    for gap in gaps:
        at += timedelta(microseconds=gap)
        instants.append(at)
    assert unpack(NINE, pack(NINE, instants)) == instants


def test_an_instant_of_a_frequent_check_takes_five_bytes() -> None:
    jitter = [timedelta(minutes=15, microseconds=number * 7919) for number in range(100)]
    instants = [NINE + sum(jitter[: number + 1], timedelta()) for number in range(100)]
    assert len(pack(NINE, instants)) <= 5 * len(instants)


def test_the_last_check_by_a_moment_may_be_a_merged_one() -> None:
    packed = pack(NINE, [NINE + QUARTER, NINE + 2 * QUARTER])
    for minutes, expected in ((0, 0), (14, 0), (15, 15), (29, 15), (30, 30), (999, 30)):
        moment = NINE + timedelta(minutes=minutes)
        assert last_by(moment, NINE, packed) == NINE + timedelta(minutes=expected)
    assert last_by(NINE + QUARTER, NINE, None) == NINE
