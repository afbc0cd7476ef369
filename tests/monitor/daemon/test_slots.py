"""The slot of a board on its host."""

from __future__ import annotations

from collections import Counter

import pytest

from monitor.daemon.slots import slot_of

BOARDS = [f"greenhouse:labs{number}" for number in range(1000)]


def test_a_board_is_always_in_the_same_slot() -> None:
    for board in BOARDS[:50]:
        assert slot_of(board, "host:443", 4, 1000) == slot_of(board, "host:443", 4, 1000)


@pytest.mark.parametrize(
    ("concurrency", "boards", "slots"),
    [(4, 1000, 4), (4, 2, 2), (4, 1, 1), (1, 1000, 1), (4, 0, 1)],
)
def test_a_host_has_as_many_slots_as_requests_at_once_and_no_more_than_boards(
    concurrency: int, boards: int, slots: int
) -> None:
    found = {slot_of(board, "host:443", concurrency, boards) for board in BOARDS}
    assert {slot.of for slot in found} == {slots}
    assert {slot.number for slot in found} == set(range(slots))


def test_the_slots_of_a_host_have_about_as_many_boards_each() -> None:
    counts = Counter(slot_of(board, "host:443", 4, 1000).number for board in BOARDS)
    assert min(counts.values()) > 200


def test_one_lock_is_one_slot_of_one_host() -> None:
    assert slot_of(BOARDS[0], "a:443", 1, 9).lock == "a:443:0"
    assert slot_of(BOARDS[0], "b:443", 1, 9).lock == "b:443:0"
