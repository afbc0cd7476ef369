"""Slow results: made once for a basis, shown while a new one is made, made seldom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event, Semaphore

import pytest

from monitor.web.prepared import AT_ONCE, Prepared


@dataclass
class Work:
    """Makes numbered results. Each one takes seconds of the clock, and waits for its sign."""

    seconds: float = 0.0
    now: float = 0.0
    made: int = 0
    go: Event = field(default_factory=Event)

    def __post_init__(self) -> None:
        self.go.set()
        self.prepared = Prepared(lambda: self.now)

    def make(self) -> int:
        assert self.go.wait(5)
        self.now += self.seconds
        self.made += 1
        return self.made

    def get(self, basis: object, wait: float = 5.0) -> int | None:
        return self.prepared.get("numbers", basis, self.make, wait)


def until(condition: Callable[[], bool]) -> None:
    """Wait for a thread."""
    pause = Event()
    assert any(condition() or pause.wait(0.01) for _ in range(500))


def test_a_result_stays_while_its_basis_does() -> None:
    work = Work(seconds=40)
    assert [work.get("a"), work.get("a")] == [1, 1]
    work.now += 10_000
    assert work.get("a") == 1


def test_a_quick_result_follows_its_basis_at_once() -> None:
    work = Work()
    assert [work.get(basis) for basis in ("a", "b", "b", "c")] == [1, 2, 2, 3]


def test_a_slow_result_is_shown_while_a_new_one_is_made() -> None:
    work = Work(seconds=2)
    assert work.get("a") == 1
    work.now += 40
    work.go.clear()
    assert [work.get("b"), work.get("b")] == [1, 1]
    work.go.set()
    until(lambda: work.get("b") == 2)
    assert work.made == 2


@pytest.mark.parametrize(("seconds", "pause"), [(2, 40), (15, 300), (100, 300)])
def test_a_slow_result_is_made_seldom(seconds: float, pause: float) -> None:
    work = Work(seconds=seconds)
    work.get("a")
    work.now += pause - 1
    assert work.get("b") == 1
    assert work.made == 1
    work.now += 1
    work.get("b")
    until(lambda: work.made == 2)


def test_the_first_reader_waits_only_so_long() -> None:
    work = Work()
    work.go.clear()
    assert work.get("a", wait=0.01) is None
    work.go.set()
    until(lambda: work.get("a", wait=0) == 1)
    assert work.made == 1


def test_readers_at_once_share_one_making() -> None:
    work = Work()
    work.go.clear()
    assert [work.get("a", wait=0), work.get("b", wait=0)] == [None, None]
    work.go.set()
    until(lambda: work.get("a") == 1)


def test_an_error_is_the_first_readers_and_is_tried_again() -> None:
    prepared, errors = Prepared(lambda: 0.0), [OSError("disk"), None]

    def make() -> int:
        error = errors.pop(0)
        if error is not None:
            raise error
        return 7

    with pytest.raises(OSError, match="disk"):
        prepared.get("x", "a", make)
    assert prepared.get("x", "a", make) == 7


def test_an_error_leaves_the_old_result() -> None:
    prepared = Prepared(lambda: 0.0)

    def fail() -> int:
        raise OSError("disk")

    assert prepared.get("x", "a", lambda: 1) == 1
    assert prepared.get("x", "b", fail) == 1
    assert prepared.get("x", "c", lambda: 2) == 2


def test_many_results_do_not_stay_for_ever() -> None:
    prepared = Prepared(lambda: 0.0)
    for number in range(1_200):
        prepared.get(number, "a", lambda: 1)
    assert len(prepared._made) <= 500


def test_few_results_are_made_at_once() -> None:
    """Each reads with a connection of its own, and a reader may open the page of every board."""
    prepared, running, most = Prepared(), Semaphore(0), Event()

    def work() -> int:
        running.release()
        most.wait(10)
        return 1

    for number in range(AT_ONCE + 2):
        prepared.get(number, 0, work, wait=0)
    for _ in range(AT_ONCE):
        assert running.acquire(timeout=5)
    assert not running.acquire(timeout=0.2)
    most.set()
    assert prepared.get(AT_ONCE + 1, 0, work, wait=5) == 1
