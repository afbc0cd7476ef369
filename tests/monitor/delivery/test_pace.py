"""The pace of a channel."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.delivery.pace import TokenBucket
from tests.support.alerts import AT


def test_a_burst_goes_at_once_then_one_per_interval() -> None:
    pace = TokenBucket(interval=2.0, burst=3)
    assert [pace.take(AT) for _ in range(5)] == [0, 0, 0, 2, 4]
    assert pace.take(AT + timedelta(seconds=4)) == 2
    assert pace.take(AT + timedelta(hours=1)) == 0


def test_a_clock_set_back_neither_blocks_nor_floods_a_channel() -> None:
    pace = TokenBucket(interval=1.0, burst=1)
    assert pace.take(AT) == 0
    assert pace.take(AT - timedelta(hours=1)) == 1
    assert pace.take(AT - timedelta(hours=1) + timedelta(seconds=2)) == 0


def test_an_interval_of_zero_never_waits() -> None:
    pace = TokenBucket(interval=0.0, burst=1)
    assert [pace.take(AT) for _ in range(100)] == [0] * 100


def test_a_late_message_postpones_the_next() -> None:
    pace, began = TokenBucket(interval=1.0, burst=2), AT
    pace.take(began)
    pace.go(began + timedelta(seconds=0.3))  # names were asked for first
    assert pace.take(began + timedelta(seconds=0.3)) == 0
    pace.go(began + timedelta(seconds=0.3))
    assert pace.take(began + timedelta(seconds=0.3)) == pytest.approx(1.0)
    pace.go(began + timedelta(seconds=1.3))
    assert pace.take(began + timedelta(seconds=1.3)) == pytest.approx(1.0)
