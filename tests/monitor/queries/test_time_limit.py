"""A database's work is stopped in time, and left behind when it does not listen."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from threading import Event

import pytest

from monitor.queries.question import TimeLimit, TooLong


class Work:
    """Goes on until it is stopped."""

    def __init__(self) -> None:
        self.end = Event()
        self.calls = 0

    def __call__(self) -> bool:
        return self.end.wait(60)

    def stop(self) -> None:
        self.calls += 1
        self.end.set()

    def stop_the_second_time(self) -> None:
        self.calls += 1
        if self.calls > 1:
            self.end.set()

    def do_not_listen(self) -> None:
        self.calls += 1


def test_work_that_ends_in_time_gives_what_it_gives() -> None:
    work = Work()
    watch = TimeLimit(60, work.stop)
    assert [watch(lambda: 1), watch(lambda: 2)] == [1, 2]
    with pytest.raises(ZeroDivisionError):
        watch(lambda: 1 / 0)
    assert (work.calls, watch.left_behind) == (0, False)


@pytest.mark.parametrize("stop", [Work.stop, Work.stop_the_second_time])
def test_work_that_takes_too_long_is_stopped(stop: Callable[[Work], None]) -> None:
    work = Work()
    watch = TimeLimit(0.01, lambda: stop(work))
    with pytest.raises(TooLong):
        watch(work)
    assert not watch.left_behind


def test_work_that_does_not_listen_is_left_behind() -> None:
    work = Work()
    watch = TimeLimit(0.01, work.do_not_listen)
    with pytest.raises(TooLong):
        watch(work)
    assert watch.left_behind
    assert work.calls > 1
    work.end.set()


def test_the_time_is_for_all_the_work_together_and_none_for_the_reader() -> None:
    watch = TimeLimit(0.5, lambda: None)
    watch(lambda: time.sleep(0.3))
    time.sleep(0.5)
    assert watch(lambda: "in time") == "in time"
    with pytest.raises(TooLong):
        watch(lambda: time.sleep(0.3))


def test_a_person_may_stop_it_at_once() -> None:
    work = Work()

    def interrupted() -> bool:
        os.kill(os.getpid(), signal.SIGINT)
        return work()

    with pytest.raises(KeyboardInterrupt):
        TimeLimit(60, work.stop)(interrupted)
    assert work.calls == 1
