"""Settle an attempt: store its outcome, and what follows from it for its channel and for others."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from sqlalchemy import Connection, Engine

from monitor.channels import kind
from monitor.database.columns import AnyRow
from monitor.delivery import queue, refusals
from monitor.delivery.channel_names import ChannelNames
from monitor.delivery.open_items import QueuedDelivery, of_kind
from monitor.delivery.retry_policy import DeliveryOutcome
from monitor.notify.base import NotifyError

log = structlog.get_logger()


@dataclass
class Delivered:
    """Counts of messages of one delivery run."""

    sent: int = 0
    failed: int = 0  # refused, or maybe sent
    waiting: int = 0  # not sent yet


@dataclass
class Settlement:
    """Settle attempts one at a time.

    The `operators` channels get an alert when a channel refuses messages.
    """

    engine: Engine
    _clock: Callable[[], datetime]
    operators: Sequence[str]
    _names: ChannelNames
    # two channels refused at once are one incident, and names are learned once
    lock: asyncio.Lock
    # channels that are known to have no open incident
    _healthy: set[str] = field(default_factory=set)

    def reconfigure(self, other: Settlement) -> None:
        """Take over the operator's channels of another configuration."""
        self.operators = other.operators

    async def settle(
        self, head: QueuedDelivery, after: DeliveryOutcome, counts: Delivered, *, claimed: bool
    ) -> bool:
        """Store the outcome, count and log it. Return whether the message was sent.

        `claimed`: this attempt holds the message's claim.
        """
        async with self.lock:
            alerts = await asyncio.to_thread(self._store, head, after, claimed=claimed)
        sent, failed = after.state == "sent", after.state == "failed"
        counts.sent += sent
        counts.failed += failed
        if after.reason:
            write_log = log.error if failed else log.warning
            write_log(
                "message_not_delivered",
                channel=head.channel,
                delivery=head.delivery_id,
                reason=after.reason,
                next_try=after.next_try_at,
            )
        for alert in alerts:
            log.info(
                "alert_sent",
                **_facts(alert, self._clock()),
                channel=head.channel,
                delivery=head.delivery_id,
            )
        return sent

    def _store(
        self, head: QueuedDelivery, after: DeliveryOutcome, *, claimed: bool
    ) -> Sequence[AnyRow]:
        """Store the outcome and what follows from it. Return the alerts that were sent."""
        now, error = self._clock(), after.error
        with self.engine.begin() as connection:
            if after.state == "sent" and (head.attempts or head.channel not in self._healthy):
                refusals.close_incident(connection, head.channel, self.operators, now)
                self._healthy.add(head.channel)
            queue.settle(connection, head, after, now, claimed=claimed)
            self._names.record_channel_id(connection, head.channel, after.receipt)
            if after.state == "sent" and head.state == "failed":
                queue.retry_failed_now(connection, now, kind(head.channel))
            if error is not None:
                self.propagate(connection, head.channel, after.next_try_at, error)
            return queue.alerts_of(connection, head.delivery_id) if after.state == "sent" else ()

    def propagate(
        self, connection: Connection, channel: str, next_try_at: datetime | None, error: NotifyError
    ) -> None:
        """Apply a channel's trouble to other channels, and open its incident.

        Without `next_try_at`, a message that may have arrived waits for a person too.
        """
        waits_for_person = error.may_have_arrived and next_try_at is None
        if error.permanent or waits_for_person:
            self._healthy.clear()
            refusals.open_incident(connection, channel, error, self.operators, self._clock())
        if error.affects_all_channels and next_try_at is not None:
            queue.postpone_kind(connection, channel, next_try_at, error.reason)
        # an answer about this channel alone: the workspace accepts calls again
        elif error.permanent and not error.affects_all_channels:
            queue.resume_kind(connection, of_kind(kind(channel)))


def _facts(alert: AnyRow, now: datetime) -> dict[str, object]:
    """Return an alert's log fields. `waited` is in seconds."""
    facts = {"alert": alert.id, "kind": alert.kind, "rule": alert.rule, "posting": alert.posting}
    waited = round((now - alert.created_at).total_seconds(), 1)
    return {name: fact for name, fact in facts.items() if fact} | {"waited": waited}
