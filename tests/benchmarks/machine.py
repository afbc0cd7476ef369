"""The speed of this machine, to compare figures of different ones."""

from __future__ import annotations

import time


def count_to_ten_million() -> float:
    """Return the CPU seconds of this loop."""
    began = time.process_time()
    for _ in range(10_000_000):
        pass
    return time.process_time() - began
