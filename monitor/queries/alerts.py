"""Alerts with their state of delivery."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Integer, Text, column, select, table

from monitor.database.columns import UtcDateTime
from monitor.database.json_values import one_of
from monitor.database.slack_channels import directory
from monitor.queries.view_tables import Listing, all_columns, run_listing

ALERTS = table(
    "alerts",
    column("alert_id", Integer()),
    column("state", Text()),
    column("channel", Text()),
    column("created_at", UtcDateTime()),
)


@dataclass(frozen=True, slots=True)
class AlertFilter:
    """Conditions on alerts. None means all."""

    state: str | None = None
    channel: str | None = None  # by any of its names
    since: datetime | None = None
    limit: int | None = None


def find_alerts(connection: Connection, wanted: AlertFilter) -> Listing:
    """Return rows of `alerts`, newest first."""
    statement = (
        select(all_columns("alerts"))
        .select_from(ALERTS)
        .order_by(ALERTS.c.alert_id.desc())
        .limit(wanted.limit)
    )
    if wanted.state is not None:
        statement = statement.where(ALERTS.c.state == wanted.state)
    if wanted.channel is not None:
        statement = statement.where(
            one_of(ALERTS.c.channel, directory(connection).all_names(wanted.channel))
        )
    if wanted.since is not None:
        statement = statement.where(ALERTS.c.created_at >= wanted.since)
    return run_listing(connection, statement)
