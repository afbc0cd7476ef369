"""One try to send one message: look for it where it may be there already, claim it, call, settle."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from monitor import deliveries, refusals
from monitor.channel_names import ChannelNames
from monitor.db import AnyRow
from monitor.deliveries import Claimed
from monitor.lease import Lease, LeaseLost
from monitor.messages import load
from monitor.notify.base import Guarded, Notifier, NotifyError, Receipt, Threaded
from monitor.pace import Pace
from monitor.settle import LOOK_BACK, Head, Settled, abandoned, after_find, after_send, broken, kind

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
        self._paces: dict[str, Pace] = {}
        self._lease: Lease | None = None
        self.settling = asyncio.Lock()  # two channels refused at once are one incident, and names are learned once
        self.names = ChannelNames(engine, clock, channels, self.settling)
        self._sound: set[str] = set()  # channels that took a message since the last refusal; what was refused may be given up since
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

    def take_up(self, other: Sender) -> None:
        """Goes on with the notifiers and operators of another one; what is in flight ends with the old."""
        self.notifiers, self._operators = other.notifiers, other._operators
        self.names.take_up(other.names)

    def can(self, channel: str) -> bool:
        return kind(channel) in self.notifiers

    async def attempt(self, head: Head, told: Delivered) -> bool:
        """True when the message is in the channel. Raises DBAPIError when the database cannot be written; its row says how to go on."""
        self.calling.add(head.queue)
        try:
            return await self._attempt(self.notifiers[kind(head.channel)], head, told)
        finally:
            self.calling.discard(head.queue)

    async def _attempt(self, notifier: Notifier, head: Head, told: Delivered) -> bool:
        if head.state == "sending" and not notifier.readable:
            return await self._settle(head, abandoned(head), told, claimed=False)
        if head.sending_at is not None and notifier.readable:
            found = await self._find(notifier, head, head.sending_at - LOOK_BACK)
            if found is not None:
                return await self._settle(head, found, told, claimed=False)
        await self._sleep(self._paces.setdefault(head.channel, Pace(notifier.pace, notifier.burst)).take(self._clock()))
        claimed = None if self.ending else await asyncio.to_thread(self._claim, head)
        if claimed is None:
            return False
        return await self._settle(head, await self._send(notifier, head, claimed), told, claimed=True)

    async def _find(self, notifier: Notifier, head: Head, since: datetime) -> Settled | None:
        """How it stands after a search; None when it is not there and may be sent. One of the two jobs that may catch everything."""
        try:
            await self.names.learn(notifier, head.channel)
            receipt = await _find(notifier, head, since)
        except NotifyError as error:
            return after_find(error, head, self._clock())
        except (DBAPIError, LeaseLost):  # what was learned cannot be stored: the row says how to go on
            raise
        except Exception as error:
            log.exception("search failed", channel=head.channel, delivery=head.delivery_id)
            return broken(error, head, self._clock())
        return None if receipt is None else Settled("sent", receipt=receipt)

    def _claim(self, head: Head) -> Claimed | None:
        with self._engine.begin() as connection:
            return deliveries.claim(connection, head, self._clock(), self._appears)

    async def _send(self, notifier: Notifier, head: Head, claimed: Claimed) -> Settled:
        """How it stands after the call. One of the two jobs that may catch everything."""
        try:
            taken_back = await self.names.learn(notifier, head.channel, head.id if head.sending_at is None else None)
            if taken_back or (head.sending_at is not None and await asyncio.to_thread(self.names.is_double, head)):
                return Settled("pending")  # its alerts are packed again, under the channel's one name
            await self.ensure_lease()  # else it stays `sending`, and whoever has the lease looks for it
            self._paces[head.channel].go(self._clock())
            receipt = await _send(notifier, head, claimed)
        except NotifyError as error:
            threaded = claimed.card is not None
            return after_send(error, head, readable=notifier.readable, threaded=threaded, now=self._clock(), wait=self._appears)
        except (DBAPIError, LeaseLost):  # as above
            raise
        except Exception as error:
            log.exception("message failed", channel=head.channel, delivery=head.delivery_id)
            return broken(error, head, self._clock())
        return Settled("sent", receipt=receipt)

    async def _settle(self, head: Head, after: Settled, told: Delivered, *, claimed: bool) -> bool:
        async with self.settling:
            alerts = await asyncio.to_thread(self._store, head, after, claimed=claimed)
        sent, failed = after.state == "sent", after.state == "failed"
        told.sent += sent
        told.failed += failed
        if after.reason:
            say = log.error if failed else log.warning
            say("message not delivered", channel=head.channel, delivery=head.delivery_id, reason=after.reason, next_try=after.next_try_at)
        for alert in alerts:
            log.info("alert sent", **_facts(alert, self._clock()), channel=head.channel, delivery=head.delivery_id)
        return sent

    def _store(self, head: Head, after: Settled, *, claimed: bool) -> Sequence[AnyRow]:
        """Store the message's state and what it means for other channels and the operator. Return the alerts that are sent now."""
        now, error = self._clock(), after.error
        with self._engine.begin() as connection:
            if after.state == "sent" and (head.attempts or head.channel not in self._sound):
                refusals.end(connection, head.channel, now)
                self._sound.add(head.channel)
            deliveries.settle(connection, head, after, now, claimed=claimed)
            self.names.meet(connection, head.channel, after.receipt)
            if after.state == "sent" and head.state == "failed":
                deliveries.lift(connection, now, kind(head.channel))
            if error is not None:
                self.spread(connection, head.channel, after.next_try_at, error)
            return deliveries.alerts_of(connection, head.delivery_id) if after.state == "sent" else ()

    def spread(self, connection: Connection, channel: str, next_try_at: datetime | None, error: NotifyError) -> None:
        """What a channel's trouble means for others and for the operator."""
        if error.permanent:
            self._sound.clear()
            refusals.tell(connection, channel, error, self._operators, self._clock())
        if error.workspace and next_try_at is not None:
            deliveries.hold(connection, channel, next_try_at, error.reason)
        elif error.permanent and not error.workspace:  # an answer about this channel alone: the workspace takes us again
            deliveries.release(connection, deliveries.of_kind(kind(channel)))


def _facts(alert: AnyRow, now: datetime) -> dict[str, object]:
    """Return what the log says of an alert: which one, of what, and the seconds that it waited."""
    named = {"rule": alert.rule, "posting": alert.posting}
    waited = round((now - alert.created_at).total_seconds(), 1)
    return {"alert": alert.id, "kind": alert.kind, **{name: value for name, value in named.items() if value}, "waited": waited}


async def _send(notifier: Notifier, head: Head, claimed: Claimed) -> Receipt:
    """To the channel, or as a reply to its card there."""
    message = load(claimed.message)
    if claimed.card is None or not isinstance(notifier, Threaded):
        return await notifier.send(head.channel, message, head.delivery_id)
    return await notifier.reply(head.channel, claimed.card, message, head.delivery_id)


async def _find(notifier: Notifier, head: Head, since: datetime) -> Receipt | None:
    """Where it was sent to: in the channel, or in the thread of the card that it was a reply to."""
    if head.thread is None or not isinstance(notifier, Threaded):
        return await notifier.find(head.channel, head.delivery_id, since)
    return await notifier.find_reply(head.channel, head.thread, head.delivery_id, since)
