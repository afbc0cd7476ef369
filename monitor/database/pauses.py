"""Let the event loop run while a thread works through many postings.

zstd, RE2, SHA-256 and SQLite release the interpreter's lock for some microseconds at each call. The
thread that calls them has it back before a waiting one wakes up, and CPython asks it to hand the
lock over only after 5 ms without a release. So the event loop waited for up to 0.7 s
(`tests/benchmarks/lock_time.py`). A sleep of a few microseconds leaves the lock to it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

_Item = TypeVar("_Item")

_WORK = 0.005  # seconds between two pauses
_PAUSE = 0.000_02  # seconds; the system's timers make it longer


def with_pauses(
    items: Iterable[_Item],
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[_Item]:
    """Yield the items, with a pause every few milliseconds."""
    until = clock() + _WORK
    for item in items:
        yield item
        if clock() > until:
            sleep(_PAUSE)
            until = clock() + _WORK
