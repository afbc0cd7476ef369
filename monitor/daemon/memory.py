"""Memory kept small over months, where the C library is glibc; elsewhere nothing happens.

A round's bodies are megabytes each and come by the hundred, and glibc keeps what was freed:
measured over 100 boards, 275 MB stay resident after the first round, and 150 MB after it was asked
to give them back, which takes a few milliseconds. A heap a thread costs another 4 MB, and 11 MB at
the peak; threads here wait for the database, not for memory.
https://man7.org/linux/man-pages/man3/malloc_trim.3.html,
https://man7.org/linux/man-pages/man3/mallopt.3.html
"""

from __future__ import annotations

import ctypes
import ctypes.util
import gc
from contextlib import suppress

_M_ARENA_MAX = -8


def use_one_malloc_arena() -> None:
    """Lets all threads use one heap; to be called before there are threads."""
    with suppress(OSError, AttributeError):  # another C library
        _libc().mallopt(_M_ARENA_MAX, 1)


def freeze_gc() -> None:
    """Leaves out of every later search for garbage what is in memory now: the program itself, which stays."""
    gc.collect()
    gc.freeze()


def release_memory() -> None:
    """Returns freed memory to the machine, and what a crawl leaves in cycles, its TLS context with all roots among it.

    The latter only where the program was set aside: a search through all of it takes a tenth of a
    second, else some milliseconds.
    """
    if gc.get_freeze_count():
        gc.collect()
    with suppress(OSError, AttributeError):  # another C library
        _libc().malloc_trim(0)


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(ctypes.util.find_library("c") or "libc.so.6")
