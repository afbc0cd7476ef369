from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from monitor.daemon import memory
from monitor.daemon.memory import MemoryRelease

_OLDEST = 2  # generation


@contextmanager
def _collections() -> Iterator[list[int]]:
    """Count full garbage collections."""
    counted: list[int] = []

    def count(phase: str, info: dict[str, int]) -> None:
        if phase == "start" and info["generation"] == _OLDEST:
            counted.append(info["generation"])

    gc.callbacks.append(count)
    try:
        yield counted
    finally:
        gc.callbacks.remove(count)


@pytest.fixture
def frozen() -> Iterator[None]:
    memory.freeze_gc()
    gc.disable()  # no other collection is counted
    yield
    gc.enable()
    gc.unfreeze()


@pytest.mark.usefixtures("frozen")
def test_memory_is_released_after_a_round_that_needed_more_and_not_after_a_quiet_one() -> None:
    release = MemoryRelease()
    with _collections() as counted:
        release.run()
        assert len(counted) == 1
        release.run()
        assert len(counted) == 1
        bodies = [bytearray(b"x" * 1_000_000) for _ in range(12)]
        release.run()
        assert len(counted) == 2
    assert bodies
