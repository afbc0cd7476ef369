from __future__ import annotations

from itertools import pairwise

from monitor.database.pauses import with_pauses


class Work:
    """Work on some items, and the instants of the pauses between them."""

    def __init__(self) -> None:
        self.now = 0.0
        self.pauses: list[float] = []

    def clock(self) -> float:
        return self.now

    def sleep(self, _: float) -> None:
        self.pauses.append(self.now)

    def do(self, count: int, seconds: float) -> list[int]:
        done = []
        for item in with_pauses(range(count), self.clock, self.sleep):
            self.now += seconds
            done.append(item)
        return done


def test_long_work_pauses_every_few_milliseconds_and_leaves_nothing_out() -> None:
    work = Work()
    assert work.do(100, 0.001) == list(range(100))
    assert len(work.pauses) > 10
    assert max(after - before for before, after in pairwise(work.pauses)) < 0.01


def test_short_work_has_no_pause() -> None:
    work = Work()
    assert work.do(100, 0.000_001) == list(range(100))
    assert work.pauses == []
