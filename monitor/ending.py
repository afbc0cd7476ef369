"""An end that is certain.

Python waits for its threads, and nothing can call back one that waits in SQLite for another program's lock, or in a socket for a server
that is gone. What matters is in transactions, so that an end in the middle of one loses nothing, and the next start goes on.
"""

from __future__ import annotations

import os
import threading

import structlog

log = structlog.get_logger()


def no_later_than(seconds: float) -> None:
    """End the program after that many seconds at the latest, with 1, whatever its threads wait for."""
    timer = threading.Timer(seconds, _end)
    timer.daemon = True
    timer.start()


def _end() -> None:
    log.error("shutdown forced", reason="a thread still waits for the database or a server; the next start resumes its work")
    os._exit(1)
