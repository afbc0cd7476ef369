"""One attempt to send one message: search for an earlier copy, claim, call the notifier, settle."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import InitVar, dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from monitor.channels import kind
from monitor.config.model import AlertSettings
from monitor.database.lease import Lease, LeaseLost
from monitor.delivery import queue
from monitor.delivery.channel_names import ChannelNames
from monitor.delivery.open_items import QueuedDelivery
from monitor.delivery.pace import TokenBucket
from monitor.delivery.queue import Claimed
from monitor.delivery.quiet_hours import hold_unsent
from monitor.delivery.retry_policy import (
    SEARCH_BACK,
    DeliveryOutcome,
    internal_error,
    outcome_of_search,
    outcome_of_send,
    unconfirmed,
)
from monitor.delivery.settlement import Delivered, Settlement
from monitor.messages import load
from monitor.notify.base import Guarded, Notifier, NotifyError, Receipt, Threaded

log = structlog.get_logger()


@dataclass
class Sender:
    """Send messages through one notifier per kind of channel.

    The `operators` channels get an alert when a channel refuses messages.
    """

    _engine: Engine
    notifiers: Mapping[str, Notifier]
    _clock: Callable[[], datetime]
    operators: InitVar[Sequence[str]]
    _sleep: Callable[[float], Awaitable[None]]
    _appears: timedelta
    channels: InitVar[Sequence[str]]
    hours: AlertSettings
    _paces: dict[str, TokenBucket] = field(default_factory=dict)
    _lease: Lease | None = None
    # queues with a message in a search, a send or a settle
    in_flight: set[str] = field(default_factory=set)
    stopping: bool = False  # claim nothing new

    def __post_init__(self, operators: Sequence[str], channels: Sequence[str]) -> None:
        lock = asyncio.Lock()
        self.names = ChannelNames(self._engine, self._clock, channels, lock)
        self.settlement = Settlement(self._engine, self._clock, operators, self.names, lock)

    def work_under(self, lease: Lease) -> None:
        """Write and send only while this lease is held."""
        self._lease, self._engine = lease, lease.engine
        self.names.engine = self.settlement.engine = lease.engine
        for notifier in self.notifiers.values():
            if isinstance(notifier, Guarded):
                notifier.guard(self.ensure_lease)

    async def ensure_lease(self) -> None:
        """Raise LeaseLost when another process may send. Call this right before a notifier."""
        if self._lease is not None and not self._lease.is_sure:
            await asyncio.to_thread(self._lease.ensure)

    def reconfigure(self, other: Sender) -> None:
        """Take over the settings of another sender. Calls in flight end with the old ones."""
        self.notifiers, self.hours = other.notifiers, other.hours
        self.names.reconfigure(other.names)
        self.settlement.reconfigure(other.settlement)

    def can(self, channel: str) -> bool:
        """Return whether there is a notifier for the channel."""
        return kind(channel) in self.notifiers

    async def attempt(self, head: QueuedDelivery, counts: Delivered) -> bool:
        """Return whether the message was sent.

        Raises DBAPIError when the database cannot be written. The row says how to continue.
        """
        self.in_flight.add(head.queue)
        try:
            return await self._try_once(self.notifiers[kind(head.channel)], head, counts)
        finally:
            self.in_flight.discard(head.queue)

    async def _try_once(self, notifier: Notifier, head: QueuedDelivery, counts: Delivered) -> bool:
        if head.state == "sending" and not notifier.readable:
            return await self.settlement.settle(head, unconfirmed(head), counts, claimed=False)
        if head.sending_at is not None and notifier.readable:
            earlier = await self._find_earlier_copy(notifier, head, head.sending_at - SEARCH_BACK)
            if earlier is not None:
                return await self.settlement.settle(head, earlier, counts, claimed=False)
            if await asyncio.to_thread(self._hold, head):
                return False
        await self._sleep(
            self._paces.setdefault(head.channel, TokenBucket(notifier.pace, notifier.burst)).take(
                self._clock()
            )
        )
        claimed = None if self.stopping else await asyncio.to_thread(self._claim, head)
        if claimed is None:
            return False
        return await self.settlement.settle(
            head, await self._send(notifier, head, claimed), counts, claimed=True
        )

    async def _find_earlier_copy(
        self, notifier: Notifier, head: QueuedDelivery, since: datetime
    ) -> DeliveryOutcome | None:
        """Search for an earlier copy. Return None when there is none, so that it may be sent.

        One of two jobs that catch everything: the row is set to failed, other channels go on.
        """
        try:
            await self.names.ask_if_needed(notifier, head.channel)
            receipt = await _search_channel(notifier, head, since)
        except NotifyError as error:
            return outcome_of_search(error, head, self._clock())
        # the names cannot be stored; the row says how to continue
        except (DBAPIError, LeaseLost):
            raise
        except Exception as error:
            log.exception("message_search_failed", channel=head.channel, delivery=head.delivery_id)
            return internal_error(error, head, self._clock())
        return None if receipt is None else DeliveryOutcome("sent", receipt=receipt)

    def _hold(self, head: QueuedDelivery) -> bool:
        with self._engine.begin() as connection:
            return hold_unsent(connection, head, self.hours, self._clock())

    def _claim(self, head: QueuedDelivery) -> Claimed | None:
        with self._engine.begin() as connection:
            return queue.claim(connection, head, self._clock(), self._appears)

    async def _send(
        self, notifier: Notifier, head: QueuedDelivery, claimed: Claimed
    ) -> DeliveryOutcome:
        """Call the notifier. Return the outcome. The other job that catches everything."""
        try:
            taken_back = await self.names.ask_if_needed(
                notifier, head.channel, head.id if head.sending_at is None else None
            )
            if taken_back or (
                head.sending_at is not None and await asyncio.to_thread(self.names.is_double, head)
            ):
                # its alerts are packed again under the channel's one name
                return DeliveryOutcome("pending")
            # without the lease it stays `sending`, and the holder searches for it
            await self.ensure_lease()
            self._paces[head.channel].go(self._clock())
            receipt = await _call_notifier(notifier, head, claimed)
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
        except (DBAPIError, LeaseLost):  # the row says how to continue
            raise
        except Exception as error:
            log.exception("message_send_failed", channel=head.channel, delivery=head.delivery_id)
            return internal_error(error, head, self._clock())
        return DeliveryOutcome("sent", receipt=receipt)


async def _call_notifier(notifier: Notifier, head: QueuedDelivery, claimed: Claimed) -> Receipt:
    """Send to the channel, or as a reply to its card there."""
    message = load(claimed.message)
    if claimed.card is None or not isinstance(notifier, Threaded):
        return await notifier.send(head.channel, message, head.delivery_id)
    return await notifier.reply(head.channel, claimed.card, message, head.delivery_id)


async def _search_channel(
    notifier: Notifier, head: QueuedDelivery, since: datetime
) -> Receipt | None:
    """Search where it was sent: the channel, or the thread of its card."""
    if head.thread is None or not isinstance(notifier, Threaded):
        return await notifier.find(head.channel, head.delivery_id, since)
    return await notifier.find_reply(head.channel, head.thread, head.delivery_id, since)
