"""End a process on time, though one of its threads hangs in a socket or behind a lock."""

from __future__ import annotations

import os
import threading

import structlog

log = structlog.get_logger()


def force_exit_after(seconds: float) -> None:
    """End the process with exit code 1 after so many seconds, even if its threads still wait."""
    timer = threading.Timer(seconds, _exit_now)
    timer.daemon = True
    timer.start()


def _exit_now() -> None:
    log.error(
        "shutdown_forced",
        reason="a thread still waits for the database or a server; the next start resumes its work",
    )
    os._exit(1)
