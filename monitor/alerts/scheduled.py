"""What is told because of the clock: reminders, digests, and cards whose deadline has passed.

The daemon writes them when they are due, `check` once.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import Connection, Engine

from monitor.alerts import cards, digest, reminders
from monitor.config.model import Settings
from monitor.database.engine import read_and_roll_back

_LONGEST: Final = timedelta(hours=1)  # nothing is left to a forecast alone


class Written(NamedTuple):
    """What was written, and when to write next."""

    alerts: int  # that may be sent, and cards that may be edited
    # by the same clock: a moment between two of its readings would be planned for the day after
    next_at: datetime


def write(engine: Engine, settings: Settings, now: datetime) -> Written:
    """Write what is due by now. What takes long is read before the transaction, and what has changed since is read again in it."""
    with read_and_roll_back(engine) as connection:
        near, today = (
            reminders.read(connection, settings, now),
            digest.read(connection, settings, now),
        )
    with engine.begin() as connection:
        alerts = reminders.write_read(connection, near, now) + digest.write_read(
            connection, settings, today, now
        )
        alerts += cards.pass_deadlines(connection, now)
    with read_and_roll_back(engine) as connection:
        return Written(alerts, next_due(connection, settings, now))


def next_due(connection: Connection, settings: Settings, now: datetime) -> datetime:
    """Return when to write next: at the next reminder, passing deadline or digest, within an hour."""
    moments = (reminders.next_due(connection, settings, now), digest.next_due(settings, now))
    return min(moment for moment in (*moments, now + _LONGEST) if moment is not None)
