"""What is told because of the clock: reminders and digests. The daemon writes them when they are due, `check` once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, Engine

from monitor.alerts import digest, reminders
from monitor.config.model import Settings

_LONGEST: Final = timedelta(hours=1)  # nothing is left to a forecast alone


def write(engine: Engine, settings: Settings, now: datetime) -> int:
    """Writes what is due by now; gives how many alerts may be sent."""
    with engine.begin() as connection:
        return reminders.write(connection, settings, now) + digest.write(connection, settings, now)


def next_due(connection: Connection, settings: Settings, now: datetime) -> datetime:
    """Return when to write next: at the next reminder, passing deadline or digest, within an hour."""
    moments = (reminders.next_due(connection, settings, now), digest.next_due(settings, now))
    return min(moment for moment in (*moments, now + _LONGEST) if moment is not None)
