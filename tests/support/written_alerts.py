"""Reminders, digests and first summaries, read and written in one transaction."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from monitor.alerts import digest, reminders, summaries
from monitor.alerts.alerting import Alerting
from monitor.config.model import Settings


def write_reminders(connection: Connection, settings: Settings, now: datetime) -> int:
    """Write the due reminders. Return how many may be sent."""
    return reminders.write(connection, reminders.read(connection, settings, now), now)


def write_digests(connection: Connection, settings: Settings, now: datetime) -> int:
    """Write the due digests. Return how many."""
    open_roles = digest.read(connection, settings, now)
    return digest.write(connection, settings, open_roles, now)


def write_first_summaries(
    connection: Connection, alerting: Alerting, round_id: int, at: datetime
) -> None:
    """Write the summaries that are missing at the end of a round."""
    summaries.write(connection, summaries.find(connection, alerting, round_id), round_id, at)
