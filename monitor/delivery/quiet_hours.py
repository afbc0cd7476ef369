"""Quiet hours: hold the messages of rules, then send them as one message per channel.

A message is held when it is packed, or when the hours begin while it waits. Operator messages go
out at any time, and so do edits of cards, which make no sound. When the hours end, the held
messages are merged (`held_messages.py`). Only the clock ends the hours: `alerts retry` holds failed
messages too. A message that may have been sent is held when a search has not found it.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, or_, select, update

from monitor.alerts.role_state import closed_roles, with_current_facts
from monitor.config.model import AlertSettings
from monitor.database.tables import Alert, Card, Delivery
from monitor.delivery.held_messages import merged_messages
from monitor.delivery.merge_deliveries import merge
from monitor.delivery.open_items import QueuedDelivery
from monitor.delivery.threads import IS_REST
from monitor.messages import load
from monitor.text.local_time import end_of_span, next_instant

REASON = "quiet hours"


def due(connection: Connection, alerts: AlertSettings, now: datetime) -> bool:
    """Return whether there is anything to hold or to release. Cheap."""
    which = _sendable() if is_quiet(alerts, now) else HELD_FOR_QUIET_HOURS
    return connection.execute(select(Delivery.id).where(which).limit(1)).first() is not None


def is_quiet(alerts: AlertSettings, now: datetime) -> bool:
    """Return whether it is quiet hours now."""
    return until(alerts, now) is not None


def until(alerts: AlertSettings, now: datetime) -> datetime | None:
    """Return when the current quiet hours end, or None outside of them."""
    return end_of_span(alerts.quiet, alerts.timezone, now) if alerts.quiet else None


def next_change(alerts: AlertSettings, now: datetime) -> datetime | None:
    """Return when quiet hours begin or end next, or None without any."""
    if alerts.quiet is None:
        return None
    return until(alerts, now) or next_instant(alerts.quiet[0], alerts.timezone, now)


def apply_quiet_hours(connection: Connection, alerts: AlertSettings, now: datetime) -> None:
    """Hold what waits to be sent, or release what was held when the hours are over."""
    if is_quiet(alerts, now):
        connection.execute(
            update(Delivery)
            .where(_sendable())
            .values(state="held", next_try_at=None, reason=REASON)
        )
        return
    channels = connection.scalars(
        select(Delivery.channel).where(HELD_FOR_QUIET_HOURS).distinct()
    ).all()
    for channel in channels:
        _release_held(connection, channel, now)


def hold_unsent(
    connection: Connection, head: QueuedDelivery, alerts: AlertSettings, now: datetime
) -> bool:
    """Hold a message in quiet hours that a search did not find. Return whether it is held.

    Not one that another process has claimed since the search began.
    """
    if not is_quiet(alerts, now):
        return False
    statement = update(Delivery).where(
        Delivery.id == head.id,
        Delivery.state == head.state,
        Delivery.attempts == head.attempts,
        _is_of_rules(),
    )
    held = {"state": "held", "sending_at": None, "next_try_at": None, "reason": REASON}
    return connection.execute(statement.values(**held)).rowcount > 0


HELD_FOR_QUIET_HOURS = and_(Delivery.state == "held", Delivery.state != "sent")


def _sendable() -> ColumnElement[bool]:
    """Return the condition for rules' messages that are certainly not sent yet.

    That includes a failed message with a next try. A message that may have been sent is searched at
    any time.
    """
    waits = or_(
        Delivery.state == "pending",
        and_(Delivery.state == "failed", Delivery.next_try_at.is_not(None)),
    )
    return and_(waits, Delivery.state != "sent", Delivery.sending_at.is_(None), _is_of_rules())


def _is_of_rules() -> ColumnElement[bool]:
    """Return the condition for messages of rules, not to operators.

    A reposted role card and the other messages of a list have no alert.
    """
    alerts = select(Alert.id).where(Alert.delivery_id == Delivery.delivery_id)
    role = select(Card.id).where(Card.id == Delivery.card_id, Card.posting_id.is_not(None))
    return or_(
        alerts.where(Alert.kind != "operator").exists(),
        and_(role.exists(), ~alerts.exists()),
        IS_REST,
    )


def _release_held(connection: Connection, channel: str, now: datetime) -> None:
    """Release a channel's held messages, merged. Each takes the place of its oldest."""
    mine = (HELD_FOR_QUIET_HOURS, Delivery.channel == channel)
    rows = connection.execute(
        select(Delivery.delivery_id, Delivery.message).where(*mine).order_by(Delivery.id)
    ).all()
    messages = with_current_facts(connection, [load(row.message) for row in rows])
    held = [(row.delivery_id, message) for row, message in zip(rows, messages, strict=True)]
    for delivery_ids, message in merged_messages(held, now, closed_roles(connection, messages)):
        merge(connection, delivery_ids, message)
    connection.execute(
        update(Delivery).where(*mine).values(state="pending", next_try_at=None, reason=None)
    )
