"""Find and count the messages and edits that still have to be delivered.

    QUEUED       pending or sending: the outbox sends it in its turn
    OPEN         queued, or failed with a next try: the outbox works on it by itself
    UNDELIVERED  queued or failed: a person may have to act
    UNCLAIMED    never claimed, or clearly refused: pending, held or failed

Alerts without a message count apart (`pack.py`), and so do edits of cards (`next_edits`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Connection, and_, case, func, or_, select, update

from monitor.database.json_values import one_of
from monitor.database.tables import Alert, Card, Delivery
from monitor.notify.base import Receipt

# `state <> 'sent'` lets both databases use the index of what is open.
_NOT_SENT = Delivery.state != "sent"
QUEUED: Final = and_(_NOT_SENT, Delivery.state.in_(("pending", "sending")))
OPEN: Final = and_(
    _NOT_SENT,
    or_(
        Delivery.state.in_(("pending", "sending")),
        and_(Delivery.state == "failed", Delivery.next_try_at.is_not(None)),
    ),
)
UNDELIVERED: Final = and_(_NOT_SENT, Delivery.state.in_(("pending", "sending", "failed")))
UNCLAIMED: Final = and_(_NOT_SENT, Delivery.state.in_(("pending", "held", "failed")))
_COLUMNS = (
    Delivery.id,
    Delivery.delivery_id,
    Delivery.channel,
    Delivery.state,
    Delivery.attempts,
    Delivery.next_try_at,
    Delivery.sending_at,
    Delivery.channel_id,
    Delivery.thread_ts,
)


# a card that may have to be edited
STALE: Final = (Card.revision != Card.shown_revision, Card.ts.is_not(None))


@dataclass(frozen=True, slots=True)
class QueuedDelivery:
    """The first open message of a channel, as stored."""

    id: int
    delivery_id: str
    channel: str
    state: str  # pending sending failed
    attempts: int
    next_try_at: datetime | None  # null: now
    sending_at: datetime | None  # the first call that is not known to have failed
    channel_id: str | None = None  # of a reply that was tried
    thread_ts: str | None = None  # the thread of that reply

    @property
    def queue(self) -> str:
        """Queue name. Messages of one queue are sent in order."""
        return self.channel

    @property
    def thread(self) -> Receipt | None:
        """Location of the card that it was sent to as a reply."""
        return Receipt(self.channel_id, self.thread_ts) if self.thread_ts else None


def of_kind(name: str) -> ColumnElement[bool]:
    """Return the condition for a channel or a kind of channels: `slack` includes `slack:#roles`."""
    return or_(Delivery.channel == name, Delivery.channel.startswith(f"{name}:", autoescape=True))


def next_per_channel(connection: Connection, channel: str | None = None) -> list[QueuedDelivery]:
    """Return the first open message of every channel, or of one."""
    first = select(func.min(Delivery.id)).where(OPEN).group_by(Delivery.channel)
    if channel is not None:
        first = first.where(Delivery.channel == channel)
    query = select(*_COLUMNS).where(Delivery.id.in_(first)).order_by(Delivery.id)
    return [QueuedDelivery(*row) for row in connection.execute(query)]


def count(connection: Connection, *conditions: ColumnElement[bool]) -> int:
    """Return the number of messages under the conditions."""
    query = select(func.count()).select_from(Delivery).where(*conditions)
    return connection.scalar(query) or 0


def count_unconfirmed(connection: Connection) -> int:
    """Return the number of messages that may have been sent. They are searched before a retry."""
    return count(connection, _NOT_SENT, Delivery.state == "sending")


def count_moving(connection: Connection, until: datetime) -> int:
    """Return the number of messages that can be sent by `until`.

    Those behind a message that a person must act on are left out.
    """
    return count(connection, _moving(connection, until))


def count_moving_of_round(connection: Connection, until: datetime, round_id: int) -> int:
    """Return the number of one round's alerts that can be sent by `until`, packed or not."""
    # an alert that waits for a digest is not due
    is_unpacked = and_(Alert.delivery_id.is_(None), ~Alert.for_digest)
    query = (
        select(func.count())
        .select_from(Alert)
        .outerjoin(Delivery, Delivery.delivery_id == Alert.delivery_id)
        .where(Alert.round_id == round_id, or_(is_unpacked, _moving(connection, until)))
    )
    return connection.scalar(query) or 0


def is_console_next(connection: Connection, now: datetime) -> bool:
    """Return whether a message to the console is due or being sent."""
    due = or_(
        Delivery.next_try_at.is_(None), Delivery.next_try_at <= now, Delivery.state == "sending"
    )
    return count(connection, QUEUED, Delivery.channel == "console", due) > 0


def undelivered_of_round(connection: Connection, round_id: int) -> int:
    """Return the number of one round's messages that wait or failed."""
    query = select(func.count(Delivery.id.distinct())).join(
        Alert, Alert.delivery_id == Delivery.delivery_id
    )
    waits = Delivery.state.in_(("pending", "failed"))
    return connection.scalar(query.where(Alert.round_id == round_id, waits)) or 0


def _moving(connection: Connection, until: datetime) -> ColumnElement[bool]:
    return and_(
        one_of(Delivery.channel, _ready_channels(next_per_channel(connection), until)), QUEUED
    )


def _ready_channels(heads: Sequence[QueuedDelivery], until: datetime) -> set[str]:
    return {
        head.channel
        for head in heads
        if head.state != "failed" and (head.next_try_at is None or head.next_try_at <= until)
    }


@dataclass(frozen=True, slots=True)
class Edit:
    """The first card of a channel that may be stale."""

    id: int
    channel: str
    attempts: int
    next_try_at: datetime | None  # null: now

    @property
    def queue(self) -> str:
        return f"edits of {self.channel}"


def next_edits(connection: Connection, channel: str | None = None) -> list[Edit]:
    """Return the next edit of every channel, or of one. A refused card does not block others."""
    conditions = STALE if channel is None else (*STALE, Card.channel == channel)
    rank = (
        func.row_number()
        .over(partition_by=Card.channel, order_by=(Card.next_try_at.nulls_first(), Card.id))
        .label("rank")
    )
    ranked = (
        select(Card.id, Card.channel, Card.attempts, Card.next_try_at, rank)
        .where(*conditions)
        .subquery()
    )
    first = select(ranked.c.id, ranked.c.channel, ranked.c.attempts, ranked.c.next_try_at).where(
        ranked.c.rank == 1
    )
    return [Edit(*row) for row in connection.execute(first.order_by(ranked.c.id))]


def retry_edits_now(connection: Connection, now: datetime) -> None:
    """Retry postponed edits at once, or when Slack allows it."""
    waits = and_(Card.revision != Card.shown_revision, Card.next_try_at.is_not(None))
    until = case((Card.not_before > now, Card.not_before))
    connection.execute(update(Card).where(waits).values(next_try_at=until, not_before=until))
