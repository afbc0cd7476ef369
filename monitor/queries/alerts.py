"""What was told, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Integer, Text, column, select, table

from monitor.db import Instant
from monitor.gathered import one_of
from monitor.queries.listing import Listing, everything, listing
from monitor.slack_channels import directory

ALERTS = table("alerts", column("alert_id", Integer()), column("state", Text()), column("channel", Text()), column("created_at", Instant()))


@dataclass(frozen=True, slots=True)
class AlertFilter:
    """Which alerts are wanted; None wants all."""

    state: str | None = None
    channel: str | None = None  # by any of its names
    since: datetime | None = None
    limit: int | None = None


def find_alerts(connection: Connection, wanted: AlertFilter) -> Listing:
    """Rows of `alerts`, newest first."""
    statement = select(everything("alerts")).select_from(ALERTS).order_by(ALERTS.c.alert_id.desc()).limit(wanted.limit)
    if wanted.state is not None:
        statement = statement.where(ALERTS.c.state == wanted.state)
    if wanted.channel is not None:
        statement = statement.where(one_of(ALERTS.c.channel, directory(connection).all_names(wanted.channel)))
    if wanted.since is not None:
        statement = statement.where(ALERTS.c.created_at >= wanted.since)
    return listing(connection, statement)
