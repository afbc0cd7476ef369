"""One attempt to send one message: look for an earlier copy, claim, call the notifier, settle.

Each channel has a token bucket: a few messages may go at once, then one per interval.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from monitor.channels import kind
from monitor.database.engine import AnyRow
from monitor.database.lease import Lease, LeaseLost
from monitor.delivery import queue, refusals
from monitor.delivery.backlog import of_kind
from monitor.delivery.channel_names import ChannelNames
from monitor.delivery.queue import Claimed
from monitor.delivery.retry_policy import (
    LOOK_BACK,
    DeliveryOutcome,
    QueuedDelivery,
    internal_error,
    outcome_of_lookup,
    outcome_of_send,
    unconfirmed,
)
from monitor.messages import load
from monitor.notify.base import Guarded, Notifier, NotifyError, Receipt, Threaded


@dataclass
class TokenBucket:
    """A token bucket; an interval of 0 holds nothing up."""

    interval: float  # seconds for one message
    burst: int  # messages at once
    _left: float = field(init=False)
    _at: datetime | None = field(init=False, default=None)
    # when the message that was booked last goes
    _goes: datetime | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self._left = float(self.burst)

    def take(self, now: datetime) -> float:
        """Books one message, and gives the seconds to wait before it goes."""
        if self.interval <= 0:
            return 0.0
        # a clock set back gives nothing and takes nothing
        passed = max(0.0, (now - self._at).total_seconds()) if self._at else 0.0
        self._at = now
        self._left = min(float(self.burst), self._left + passed / self.interval) - 1
        wait = max(0.0, -self._left * self.interval)
        self._goes = now + timedelta(seconds=wait)
        return wait

    def go(self, now: datetime) -> None:
        """Take note that the message goes now: by as much as that is later than it was booked for, the next ones are put off too."""
        if self._at is not None and self._goes is not None and now > self._goes:
            self._at += now - self._goes
            self._goes = now


log = structlog.get_logger()


@dataclass
class Delivered:
    """What one delivery did, in messages."""

    sent: int = 0
    failed: int = 0  # refused for good, or nobody knows
    waiting: int = 0  # still to go


class Sender:
    """Sends through notifiers by the kind of channel; `operators` are told of a channel that refuses."""

    def __init__(
        self,
        engine: Engine,
        notifiers: Mapping[str, Notifier],
        clock: Callable[[], datetime],
        *,
        operators: Sequence[str],
        sleep: Callable[[float], Awaitable[None]],
        appears: timedelta,
        channels: Sequence[str] = (),
    ) -> None:
        self._engine = engine
        self.notifiers = notifiers
        self._clock = clock
        self._operators = operators
        self._sleep = sleep
        self._appears = appears
        self._paces: dict[str, TokenBucket] = {}
        self._lease: Lease | None = None
        # two channels refused at once are one incident, and names are learned once
        self.settling = asyncio.Lock()
        self.names = ChannelNames(engine, clock, channels, self.settling)
        # channels that took a message since the last refusal; what was refused may be given up
        # since
        self._sound: set[str] = set()
        self.calling: set[str] = set()  # queues whose message is being looked for, sent or settled
        self.ending = False  # nothing new is claimed

    def work_under(self, lease: Lease) -> None:
        self._lease, self._engine = lease, lease.engine
        self.names.engine = lease.engine
        for notifier in self.notifiers.values():
            if isinstance(notifier, Guarded):
                notifier.guard(self.ensure_lease)

    async def ensure_lease(self) -> None:
        """Raise LeaseLost when another process may send; to be called right before a call."""
        if self._lease is not None and not self._lease.is_sure:
            await asyncio.to_thread(self._lease.ensure)

    def reconfigure(self, other: Sender) -> None:
        """Goes on with the notifiers and operators of another one; what is in flight ends with the old."""
        self.notifiers, self._operators = other.notifiers, other._operators
        self.names.reconfigure(other.names)

    def can(self, channel: str) -> bool:
        return kind(channel) in self.notifiers

    async def attempt(self, head: QueuedDelivery, told: Delivered) -> bool:
        """True when the message is in the channel. Raises DBAPIError when the database cannot be written; its row says how to go on."""
        self.calling.add(head.queue)
        try:
            return await self._attempt(self.notifiers[kind(head.channel)], head, told)
        finally:
            self.calling.discard(head.queue)

    async def _attempt(self, notifier: Notifier, head: QueuedDelivery, told: Delivered) -> bool:
        if head.state == "sending" and not notifier.readable:
            return await self._settle(head, unconfirmed(head), told, claimed=False)
        if head.sending_at is not None and notifier.readable:
            found = await self._find(notifier, head, head.sending_at - LOOK_BACK)
            if found is not None:
                return await self._settle(head, found, told, claimed=False)
        await self._sleep(
            self._paces.setdefault(head.channel, TokenBucket(notifier.pace, notifier.burst)).take(
                self._clock()
            )
        )
        claimed = None if self.ending else await asyncio.to_thread(self._claim, head)
        if claimed is None:
            return False
        return await self._settle(
            head, await self._send(notifier, head, claimed), told, claimed=True
        )

    async def _find(
        self, notifier: Notifier, head: QueuedDelivery, since: datetime
    ) -> DeliveryOutcome | None:
        """How it stands after a search; None when it is not there and may be sent. One of the two jobs that may catch everything."""
        try:
            await self.names.learn(notifier, head.channel)
            receipt = await _find(notifier, head, since)
        except NotifyError as error:
            return outcome_of_lookup(error, head, self._clock())
        # what was learned cannot be stored: the row says how to go on
        except (DBAPIError, LeaseLost):
            raise
        except Exception as error:
            log.exception("search failed", channel=head.channel, delivery=head.delivery_id)
            return internal_error(error, head, self._clock())
        return None if receipt is None else DeliveryOutcome("sent", receipt=receipt)

    def _claim(self, head: QueuedDelivery) -> Claimed | None:
        with self._engine.begin() as connection:
            return queue.claim(connection, head, self._clock(), self._appears)

    async def _send(
        self, notifier: Notifier, head: QueuedDelivery, claimed: Claimed
    ) -> DeliveryOutcome:
        """How it stands after the call. One of the two jobs that may catch everything."""
        try:
            taken_back = await self.names.learn(
                notifier, head.channel, head.id if head.sending_at is None else None
            )
            if taken_back or (
                head.sending_at is not None and await asyncio.to_thread(self.names.is_double, head)
            ):
                # its alerts are packed again, under the channel's one name
                return DeliveryOutcome("pending")
            # else it stays `sending`, and whoever has the lease looks for it
            await self.ensure_lease()
            self._paces[head.channel].go(self._clock())
            receipt = await _send(notifier, head, claimed)
        except NotifyError as error:
            threaded = claimed.card is not None
            return outcome_of_send(
                error,
                head,
                readable=notifier.readable,
                threaded=threaded,
                now=self._clock(),
                wait=self._appears,
            )
        except (DBAPIError, LeaseLost):  # as above
            raise
        except Exception as error:
            log.exception("message failed", channel=head.channel, delivery=head.delivery_id)
            return internal_error(error, head, self._clock())
        return DeliveryOutcome("sent", receipt=receipt)

    async def _settle(
        self, head: QueuedDelivery, after: DeliveryOutcome, told: Delivered, *, claimed: bool
    ) -> bool:
        async with self.settling:
            alerts = await asyncio.to_thread(self._store, head, after, claimed=claimed)
        sent, failed = after.state == "sent", after.state == "failed"
        told.sent += sent
        told.failed += failed
        if after.reason:
            say = log.error if failed else log.warning
            say(
                "message not delivered",
                channel=head.channel,
                delivery=head.delivery_id,
                reason=after.reason,
                next_try=after.next_try_at,
            )
        for alert in alerts:
            log.info(
                "alert sent",
                **_facts(alert, self._clock()),
                channel=head.channel,
                delivery=head.delivery_id,
            )
        return sent

    def _store(
        self, head: QueuedDelivery, after: DeliveryOutcome, *, claimed: bool
    ) -> Sequence[AnyRow]:
        """Store the message's state and what it means for other channels and the operator. Return the alerts that are sent now."""
        now, error = self._clock(), after.error
        with self._engine.begin() as connection:
            if after.state == "sent" and (head.attempts or head.channel not in self._sound):
                refusals.close_incident(connection, head.channel, now)
                self._sound.add(head.channel)
            queue.settle(connection, head, after, now, claimed=claimed)
            self.names.meet(connection, head.channel, after.receipt)
            if after.state == "sent" and head.state == "failed":
                queue.retry_failed_now(connection, now, kind(head.channel))
            if error is not None:
                self.propagate(connection, head.channel, after.next_try_at, error)
            return queue.alerts_of(connection, head.delivery_id) if after.state == "sent" else ()

    def propagate(
        self, connection: Connection, channel: str, next_try_at: datetime | None, error: NotifyError
    ) -> None:
        """What a channel's trouble means for others and for the operator."""
        if error.permanent:
            self._sound.clear()
            refusals.open_incident(connection, channel, error, self._operators, self._clock())
        if error.affects_all_channels and next_try_at is not None:
            queue.postpone_kind(connection, channel, next_try_at, error.reason)
        # an answer about this channel alone: the workspace takes us again
        elif error.permanent and not error.affects_all_channels:
            queue.resume_kind(connection, of_kind(kind(channel)))


def _facts(alert: AnyRow, now: datetime) -> dict[str, object]:
    """Return what the log says of an alert: which one, of what, and the seconds that it waited."""
    named = {"rule": alert.rule, "posting": alert.posting}
    waited = round((now - alert.created_at).total_seconds(), 1)
    return {
        "alert": alert.id,
        "kind": alert.kind,
        **{name: value for name, value in named.items() if value},
        "waited": waited,
    }


async def _send(notifier: Notifier, head: QueuedDelivery, claimed: Claimed) -> Receipt:
    """To the channel, or as a reply to its card there."""
    message = load(claimed.message)
    if claimed.card is None or not isinstance(notifier, Threaded):
        return await notifier.send(head.channel, message, head.delivery_id)
    return await notifier.reply(head.channel, claimed.card, message, head.delivery_id)


async def _find(notifier: Notifier, head: QueuedDelivery, since: datetime) -> Receipt | None:
    """Where it was sent to: in the channel, or in the thread of the card that it was a reply to."""
    if head.thread is None or not isinstance(notifier, Threaded):
        return await notifier.find(head.channel, head.delivery_id, since)
    return await notifier.find_reply(head.channel, head.thread, head.delivery_id, since)
