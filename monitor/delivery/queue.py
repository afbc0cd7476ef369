"""Claim and settle messages: the statements of the outbox on the delivery table.

Nothing here commits: every function is one step of its caller's transaction. What a person does
with messages is in `manual.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, or_, select, update

from monitor.alerts import cards
from monitor.alerts.closed_in_lists import with_closed_roles
from monitor.alerts.expire import counted_from, digests_sent_at, expire, has_passed
from monitor.channels import kind
from monitor.database.columns import AnyRow
from monitor.database.tables import Alert, Delivery, Posting
from monitor.delivery.open_items import QueuedDelivery, of_kind
from monitor.delivery.retry_policy import DeliveryOutcome
from monitor.messages import load
from monitor.notify.base import MessageMissingError, Receipt


class Claimed(NamedTuple):
    """A message to send, and the card to reply to. Without a card it goes to the channel."""

    message: str
    card: Receipt | None


def claim(
    connection: Connection, head: QueuedDelivery, now: datetime, wait: timedelta
) -> Claimed | None:
    """Mark the message `sending` and return it.

    Return None if another process was quicker, if the message was merged into another one, or if
    its reminders expired while nobody ran.
    If this process dies, the message is due again after `wait`.
    """
    statement = update(Delivery).where(
        Delivery.id == head.id, Delivery.state == head.state, Delivery.attempts == head.attempts
    )
    values: dict[str, object] = {
        "state": "sending",
        "sending_at": head.sending_at or now,
        "attempts": head.attempts + 1,
        "next_try_at": now + wait,
    }
    locked = (
        select(Delivery.message, Delivery.card_id)
        .where(Delivery.id == head.id, Delivery.state == head.state)
        .with_for_update()
    )
    row = connection.execute(locked).one_or_none()  # others may be merged into it just now
    if row is not None and head.sending_at is None and has_passed(row.message, now):
        expire(connection, now)
        row = connection.execute(locked).one_or_none()
    if row is None:
        return None
    message, card_id = row
    if head.sending_at is None:  # it may have waited for hours
        message = digests_sent_at(connection, counted_from(message, now), now)
        message = with_closed_roles(connection, message)
        values["message"] = message
    card = cards.location(connection, card_id) if card_id is not None else None
    thread = card or Receipt()
    values |= {"channel_id": thread.channel_id, "thread_ts": thread.ts}
    if connection.execute(statement.values(**values)).rowcount == 0:
        return None
    return Claimed(message, card)


def settle(
    connection: Connection,
    head: QueuedDelivery,
    settled: DeliveryOutcome,
    now: datetime,
    *,
    claimed: bool,
) -> None:
    """Store the outcome, unless another process has settled the message."""
    statement = update(Delivery).where(
        Delivery.id == head.id, Delivery.state == ("sending" if claimed else head.state)
    )
    values = {
        "state": settled.state,
        "next_try_at": settled.next_try_at,
        "sending_at": settled.sending_at,
        "reason": settled.reason,
        "not_before": settled.not_before,
    }
    if settled.receipt is not None:
        receipt = settled.receipt
        values |= {
            "sent_at": now,
            "channel_id": receipt.channel_id,
            "ts": receipt.ts,
            "message_url": receipt.url,
        }
    stored = connection.execute(
        statement.values(**values).returning(Delivery.card_id, Delivery.thread_ts, Delivery.message)
    ).one_or_none()
    if stored is not None and stored.card_id is not None:
        _settle_card(connection, stored, settled, now)


def _settle_card(
    connection: Connection, stored: AnyRow, settled: DeliveryOutcome, now: datetime
) -> None:
    """Update the card of a settled message: it is posted now, or it is missing."""
    if settled.receipt is not None and stored.thread_ts is None:
        cards.mark_posted(connection, stored.card_id, load(stored.message), settled.receipt, now)
    elif settled.receipt is not None:
        # the card may have been deleted while its reply was sent
        cards.repost(connection, stored.card_id, now)
    elif isinstance(settled.error, MessageMissingError):
        cards.mark_missing(connection, stored.card_id, stored.thread_ts)


WAITING_FOR_WORKSPACE = and_(
    Delivery.state == "pending",
    Delivery.attempts == 0,
    or_(Delivery.next_try_at.is_not(None), Delivery.reason.is_not(None)),
)


def postpone_kind(connection: Connection, channel: str, until: datetime, reason: str) -> None:
    """Postpone all channels of the same kind: the whole workspace has trouble."""
    waiting = and_(of_kind(kind(channel)), Delivery.state == "pending", Delivery.attempts == 0)
    sooner = or_(Delivery.next_try_at.is_(None), Delivery.next_try_at < until)
    connection.execute(
        update(Delivery).where(waiting, sooner).values(next_try_at=until, reason=reason)
    )


def retry_failed_now(connection: Connection, now: datetime, name: str | None = None) -> None:
    """Retry failed messages at once: all at a start, or one kind when a channel works again."""
    which = [] if name is None else [of_kind(name)]
    refused = and_(Delivery.state == "failed", Delivery.next_try_at.is_not(None))
    connection.execute(update(Delivery).where(refused, *which).values(next_try_at=now))
    resume_kind(connection, *which)


def resume_kind(connection: Connection, *which: ColumnElement[bool]) -> None:
    """End the wait of messages that were postponed for the whole workspace."""
    connection.execute(
        update(Delivery).where(WAITING_FOR_WORKSPACE, *which).values(next_try_at=None, reason=None)
    )


def alerts_of(connection: Connection, delivery_id: str) -> Sequence[AnyRow]:
    """Return id, kind, rule, posting and time of every alert in a message."""
    columns = select(
        Alert.id, Alert.kind, Alert.rule, Alert.created_at, Posting.name.label("posting")
    )
    joined = columns.outerjoin(Posting, Posting.id == Alert.posting_id)
    return connection.execute(
        joined.where(Alert.delivery_id == delivery_id).order_by(Alert.id)
    ).all()
