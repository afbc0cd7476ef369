"""What is told because of the clock: reminders, digests, and cards whose deadline has passed.

The daemon writes them when they are due, `check` once.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, Engine

from monitor import cards, digest, reminders
from monitor.settings import Settings

_LONGEST: Final = timedelta(hours=1)  # nothing is left to a forecast alone


def write(engine: Engine, settings: Settings, now: datetime) -> int:
    """Write what is due by now. Return how many alerts may be sent and cards edited."""
    with engine.begin() as connection:
        told = reminders.write(connection, settings, now) + digest.write(connection, settings, now)
        return told + cards.pass_deadlines(connection, now)


def next_due(connection: Connection, settings: Settings, now: datetime) -> datetime:
    """Return when to write next: at the next reminder, passing deadline or digest, within an hour."""
    moments = (reminders.next_due(connection, settings, now), digest.next_due(settings, now))
    return min(moment for moment in (*moments, now + _LONGEST) if moment is not None)
