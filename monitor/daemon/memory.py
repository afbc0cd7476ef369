"""Keep memory small over months, where the C library is glibc. Elsewhere nothing happens.

A round's bodies are megabytes each and come by the hundred, and glibc keeps freed memory. Measured
over 100 boards: 275 MB stay resident after the first round, 150 MB after `malloc_trim`, which takes
a few milliseconds. One malloc arena per thread would cost another 4 MB, and 11 MB at the peak.
Threads here wait for the database, not for memory.
https://man7.org/linux/man-pages/man3/malloc_trim.3.html,
https://man7.org/linux/man-pages/man3/mallopt.3.html
"""

from __future__ import annotations

import ctypes
import ctypes.util
import gc
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Event
from typing import Final

_M_ARENA_MAX = -8
_GROWTH = 1000  # pages, 4 MB: less is not worth the time
_THRESHOLDS = (700, 10, 10)  # Python's own; there is no call that returns them
# set by `freeze_gc`; `gc.get_freeze_count` counts all objects of the program, in 5 ms
_is_frozen: Final = Event()


def use_one_malloc_arena() -> None:
    """Make all threads share one malloc arena. Call it before there are threads."""
    with suppress(OSError, AttributeError):  # another C library
        _libc().mallopt(_M_ARENA_MAX, 1)


def freeze_gc() -> None:
    """Exclude everything in memory now (the program itself) from later garbage collections.

    They come as often as Python's own do: a command starts with fewer. What it has frozen counts
    here too, since the number of known objects decides how often all of them are collected.
    """
    gc.set_threshold(*_THRESHOLDS)
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    _is_frozen.set()


def release_memory() -> None:
    """Return freed memory to the system, after collecting the cycles that a crawl leaves.

    A TLS context with all its root certificates is in such a cycle. Collect only if `freeze_gc` was
    called: a full collection takes a tenth of a second, else a few milliseconds.
    """
    if _is_frozen.is_set():
        gc.collect()
    with suppress(OSError, AttributeError):  # another C library
        _libc().malloc_trim(0)


@dataclass
class MemoryRelease:
    """Releases memory when the process has grown since the last time.

    A round without changes leaves little behind, and would take a tenth of its time for it.
    """

    least: int = 0  # pages in memory after the last release

    def run(self) -> None:
        if self.least and self.least <= _resident() < self.least + _GROWTH:
            return
        release_memory()
        self.least = _resident()


def _resident() -> int:
    """Return the pages of this process in memory; 0 where the system does not say."""
    with suppress(OSError, ValueError):
        return int(Path("/proc/self/statm").read_text().split()[1])
    return 0


@cache  # to find it starts a process, which takes 40 ms
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(ctypes.util.find_library("c") or "libc.so.6")
