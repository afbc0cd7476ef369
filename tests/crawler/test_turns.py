"""The turns of a host's slots: each at its own instants, all together every `delay`."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import pytest

from crawler.turns import Turns


class Clock:
    def __init__(self, now: float = 1_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def taken(turns: Turns, clock: Clock, count: int, took: float) -> list[float]:
    """Return when the next requests of a slot go out, each of which takes so long."""
    sent = []
    for _ in range(count):
        clock.now += turns.take()
        sent.append(clock.now)
        clock.now += took
    return sent


@pytest.mark.parametrize("slots", [1, 2, 4, 16])
@pytest.mark.parametrize("took", [0.0, 0.1, 0.7, 5.0])
def test_the_requests_of_all_slots_are_a_delay_apart(slots: int, took: float) -> None:
    chance, sent = Random(slots), []
    for slot in range(slots):
        clock = Clock(1_000_000 + chance.random())
        sent += taken(Turns(0.25, slot, slots, clock), clock, 20, took)
    sent.sort()
    gaps = [after - before for before, after in pairwise(sent)]
    assert min(gaps) >= 0.25 - 1e-6


def test_a_slot_that_another_process_works_next_keeps_its_interval() -> None:
    clock = Clock()
    first = taken(Turns(0.25, 1, 4, clock), clock, 1, took=0.01)
    second = taken(Turns(0.25, 1, 4, clock), clock, 1, took=0.01)
    assert second[0] - first[0] == pytest.approx(1.0)


def test_no_turn_is_taken_twice_though_the_clock_is_corrected_backwards() -> None:
    clock = Clock()
    turns = Turns(0.25, 0, 4, clock)
    clock.now += turns.take()
    sent = clock.now
    clock.now -= 0.4
    assert clock.now + turns.take() == pytest.approx(sent + 1.0)


def test_without_a_delay_no_request_waits() -> None:
    assert Turns(0.0, 3, 4, Clock()).take() == 0.0
