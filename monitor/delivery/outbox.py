"""The outbox: send the alerts that wait in the database, each once.

Waiting alerts are packed into messages, claimed, sent and settled. Each channel has a queue of
messages, in order, and one of card edits. Queues do not block each other.

A message is marked `sending` in a committed transaction before the call, and settled after it. So
after a crash its row says whether to send it or to search for it first. A database has one sender,
the holder of the lease (`work_under`): two senders could both search, find nothing, and both send.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Engine

from monitor.config.model import AlertSettings
from monitor.database.engine import read_transaction
from monitor.database.lease import Lease, LeaseLost
from monitor.database.trouble import OutageLog
from monitor.delivery import open_items, survey
from monitor.delivery.card_editor import CardEditor
from monitor.delivery.open_items import Edit
from monitor.delivery.queue_tasks import QueueTasks
from monitor.delivery.sender import Sender
from monitor.delivery.settlement import Delivered
from monitor.delivery.survey import QueueItem, Survey, seconds_until
from monitor.notify.base import Notifier

RETRY: Final = 5.0  # seconds after trouble with the database
LONGEST_IDLE: Final = 600.0  # seconds: read the database at least this often
GRACE: Final = 5.0  # seconds for calls in flight at a stop
# Seconds for Slack to list its channels at start. Later nothing waits for the list.
_LISTING: Final = 5.0
APPEARS: Final = timedelta(seconds=2)  # a sent message can be found in its channel by then


class Outbox:
    """Send what waits in the database, through one notifier per kind of channel.

    The `operators` channels get an alert when a channel refuses messages. `hours` holds the quiet
    hours, `channels` the channels that the configuration names.
    """

    def __init__(
        self,
        engine: Engine,
        notifiers: Mapping[str, Notifier],
        clock: Callable[[], datetime],
        *,
        operators: Sequence[str] = (),
        hours: AlertSettings | None = None,
        channels: Sequence[str] = (),
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        appears: timedelta = APPEARS,
        grace: float = GRACE,
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._hours = hours or AlertSettings()
        self._sleep = sleep
        self._grace = grace
        self._sender = Sender(
            engine, notifiers, clock, operators, sleep, appears, channels, self._hours
        )
        self._editor = CardEditor(engine, self._sender, clock, sleep=sleep)
        self._tasks = QueueTasks()
        self._resumed = False
        self._troubles = OutageLog()

    def work_under(self, lease: Lease) -> None:
        """Write and send only while this lease is held."""
        self._engine = lease.engine
        self._sender.work_under(lease)
        self._editor.work_under(lease)

    def reconfigure(self, other: Outbox) -> None:
        """Take over the settings of another outbox, and retry what failed."""
        self._sender.reconfigure(other._sender)
        self._hours = other._hours
        self._resumed = False

    def name_channels(self, channels: Sequence[str]) -> None:
        """Use the channels that rules and the operator name now."""
        self._sender.names.use(channels)

    async def deliver(self, *, until_idle: bool, max_wait: float = 60) -> Delivered:
        """Send what is due. Return the counts.

        `until_idle`: also wait for what is due later. A queue whose trouble lasts longer than
        `max_wait` seconds is given up.
        """
        counts = Delivered()
        patience = max_wait if until_idle else 0
        blocked: set[str] = set()
        try:
            while due := [
                item
                for item in self._due(
                    (await asyncio.to_thread(self._pack_and_list)).heads, patience
                )
                if item.queue not in blocked
            ]:
                work = {
                    item.queue: self._tasks.start(item.queue, self._work(item, counts, patience))
                    for item in due
                }
                done = dict(zip(work, await asyncio.gather(*work.values()), strict=True))
                blocked |= {queue for queue, empty in done.items() if not empty}
        finally:
            await self._end()
        counts.waiting = await asyncio.to_thread(self._waiting)
        return counts

    async def run(self, wake: asyncio.Event, stop: asyncio.Event) -> None:
        """Send until `stop`, whenever `wake` is set or an item is due."""
        counts = Delivered()
        try:
            while not stop.is_set():
                wake.clear()
                listed = await self._survey()
                for item in self._due(listed.heads if listed else ()):
                    self._tasks.start(item.queue, self._run_with_retry(item, counts))
                await self._tasks.wait((wake, stop), self._seconds_to_wait(listed))
        finally:
            await self._end()

    async def close(self) -> None:
        for notifier in self._sender.notifiers.values():
            await notifier.close()

    def _pack_and_list(self) -> Survey:
        now = self._clock()
        if not self._resumed:
            survey.resume(self._engine, now)
            self._resumed = True
        return survey.pack_and_list(self._engine, self._sender.names, self._hours, now)

    async def ask_channel_names(self) -> None:
        """Ask Slack which names are one channel. Trouble with Slack or the database is logged."""
        with (
            suppress(LeaseLost),
            self._troubles.passing("slack_channels_not_stored"),
            suppress(TimeoutError),
        ):
            async with asyncio.timeout(_LISTING):
                await self._sender.names.ask(self._sender.notifiers.values())

    async def _survey(self) -> Survey | None:
        """Return the survey, or None while the database cannot be used."""
        with suppress(LeaseLost), self._troubles.passing("outbox_not_read"):
            return await asyncio.to_thread(self._pack_and_list)
        return None

    def _waiting(self) -> int:
        with read_transaction(self._engine) as connection:
            return open_items.count(connection, open_items.QUEUED)

    def _free(self, heads: Iterable[QueueItem]) -> list[QueueItem]:
        """Return the items that no task works on and that a notifier can handle."""
        return [
            item
            for item in heads
            if item.queue not in self._tasks and self._by(item).can(item.channel)
        ]

    def _by(self, item: QueueItem) -> Sender | CardEditor:
        """Return the worker for an item."""
        return self._editor if isinstance(item, Edit) else self._sender

    def _due(self, heads: Iterable[QueueItem], patience: float = 0) -> list[QueueItem]:
        """Return the items that are due within `patience` seconds."""
        now = self._clock()
        return [item for item in self._free(heads) if seconds_until(item, now) <= patience]

    def _seconds_to_wait(self, listed: Survey | None) -> float:
        """Return the seconds until an item may be due, if no event is set before."""
        if listed is None:
            return RETRY
        now = self._clock()
        waits = [seconds_until(head, now) for head in self._free(listed.heads)]
        waits += [(listed.changes_at - now).total_seconds()] if listed.changes_at else []
        return max(0.0, min([LONGEST_IDLE, *waits]))

    async def _run_with_retry(self, first: QueueItem, counts: Delivered) -> bool:
        """Work on a queue. After trouble with the database, wait: its rows say how to continue."""
        with (
            suppress(LeaseLost),
            self._troubles.passing("outbox_not_written", queue=first.queue),
        ):
            return await self._work(first, counts, patience=0)
        await self._sleep(RETRY)
        return False

    async def _work(self, first: QueueItem, counts: Delivered, patience: float) -> bool:
        """Work on a queue in order. Return False when its next item is due too late."""
        waiting_since: datetime | None = None
        while not self._sender.stopping and (head := await asyncio.to_thread(self._head, first)):
            now = self._clock()
            wait = seconds_until(head, now)
            if wait <= 0:
                if await self._attempt(head, counts):
                    waiting_since = None
                continue
            waiting_since = waiting_since or now
            if now + timedelta(seconds=wait) > waiting_since + timedelta(seconds=patience):
                return False
            await self._sleep(wait)
        return True

    async def _attempt(self, head: QueueItem, counts: Delivered) -> bool:
        return await (
            self._editor.attempt(head)
            if isinstance(head, Edit)
            else self._sender.attempt(head, counts)
        )

    def _head(self, item: QueueItem) -> QueueItem | None:
        with read_transaction(self._engine) as connection:
            return survey.head_like(connection, item)

    async def _end(self) -> None:
        """Give calls in flight some time to end.

        A message that is cut off stays `sending`, and the next start searches for it.
        """
        self._sender.stopping = True
        await self._tasks.end(self._sender.in_flight, self._grace)
        self._sender.stopping = False
