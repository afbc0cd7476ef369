"""What is told because of the clock, not because of a look: reminders and digests. The daemon asks every half minute, `check` once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine

from monitor import digest, reminders
from monitor.settings import Settings

EVERY = 30.0  # seconds


def write(engine: Engine, settings: Settings, now: datetime) -> int:
    """Writes what is due by now; gives how many alerts may be sent."""
    with engine.begin() as connection:
        return reminders.write(connection, settings, now) + digest.write(connection, settings, now)
