"""Write the alerts that are due by time: reminders, digests, and cards with a passed deadline.

The daemon writes them when they are due, `check` once.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import Connection, Engine

from monitor.alerts import digest, reminders, stale_cards
from monitor.config.model import Settings
from monitor.database.engine import read_and_roll_back

_LONGEST: Final = timedelta(hours=1)  # read the database at least this often


class Written(NamedTuple):
    """The number of alerts written, and when to write next."""

    alerts: int  # that may be sent, and cards that may be edited
    # with the same `now`: a digest due between two clock readings would wait a day
    next_at: datetime


def write(engine: Engine, settings: Settings, now: datetime) -> Written:
    """Write what is due by now."""
    alerts = write_due(engine, settings, now)
    with read_and_roll_back(engine) as connection:
        return Written(alerts, next_due(connection, settings, now))


def write_due(engine: Engine, settings: Settings, now: datetime) -> int:
    """Write what is due by now. Return the number of alerts, and of cards that may be edited.

    Slow reads come before the transaction. Boards that changed since are read again in it.
    """
    with read_and_roll_back(engine) as connection:
        near = reminders.read(connection, settings, now)
        of_digest = digest.read(connection, settings, now)
    with engine.begin() as connection:
        alerts = reminders.write(connection, near, now)
        alerts += digest.write(connection, settings, of_digest, now)
        return alerts + stale_cards.pass_deadlines(connection, now)


def next_due(connection: Connection, settings: Settings, now: datetime) -> datetime:
    """Return when to write next: the next reminder, passed deadline or digest, within an hour."""
    moments = (reminders.next_due(connection, settings, now), digest.next_due(settings, now))
    return min(moment for moment in (*moments, now + _LONGEST) if moment is not None)
