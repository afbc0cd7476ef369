"""A board that could not be read is asked for again after a wait."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random

from crawler.responses import bad_status
from crawler.retries import FIRST_WAIT, LONGEST_WAIT, RETRIES, wait_after_try

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class Chance(Random):
    """A random number that is always the same."""

    def __init__(self, number: float) -> None:
        super().__init__()
        self.number = number

    def random(self) -> float:
        return self.number


def test_a_host_that_knows_no_such_board_is_not_asked_again() -> None:
    assert wait_after_try(bad_status(404, None, NOW), 1, Chance(0)) is None


def test_retries_wait_twice_as_long_each_time_and_end() -> None:
    trouble = bad_status(503, None, NOW)
    assert [wait_after_try(trouble, tries, Chance(0)) for tries in (1, 2, 3)] == [
        FIRST_WAIT,
        2 * FIRST_WAIT,
        None,
    ]
    assert wait_after_try(trouble, 1, Chance(1)) == 1.5 * FIRST_WAIT
    assert wait_after_try(trouble, RETRIES + 1, Chance(0)) is None


def test_a_host_that_says_how_long_is_obeyed_or_left_for_a_later_round() -> None:
    assert wait_after_try(bad_status(429, "10", NOW), 1, Chance(0)) == LONGEST_WAIT
    assert wait_after_try(bad_status(429, "11", NOW), 1, Chance(0)) is None
    assert wait_after_try(bad_status(429, "0", NOW), 1, Chance(0)) == FIRST_WAIT
