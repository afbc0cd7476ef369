"""Write the delivery of an alert that is never sent, so that `alerts list` can show the reason."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import uuid4

from sqlalchemy import Connection, insert, update

from monitor.database.tables import Alert, Delivery


def write_unsent(
    connection: Connection,
    channel: str,
    message: str,
    at: datetime,
    *,
    state: Literal["discarded", "expired"],
    reason: str,
) -> str:
    """Insert a delivery in a final state. Return its delivery id."""
    delivery_id = uuid4().hex
    row = {"delivery_id": delivery_id, "channel": channel, "message": message, "created_at": at}
    connection.execute(insert(Delivery).values(**row, state=state, reason=reason, attempts=0))
    return delivery_id


def link(connection: Connection, alert_id: int, delivery_id: str) -> None:
    """Give an alert that delivery."""
    connection.execute(update(Alert).where(Alert.id == alert_id).values(delivery_id=delivery_id))
