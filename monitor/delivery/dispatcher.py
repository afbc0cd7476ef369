"""The outbox: what waits is packed into messages, claimed, sent, settled, and looked for where nobody knows whether it arrived.

One queue a channel, in order, and one of the edits of its cards; queues do not hold each other up.
A message is marked `sending` and committed before the call, and settled after it, so that at any
moment a death leaves a row which says whether to send or to look first.

One sender a database, since two that both look and find nothing would both send: the one that holds
the lease (`work_under`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final, NamedTuple

import structlog
from sqlalchemy import Connection, Engine

from monitor.config.model import AlertSettings
from monitor.database import slack_channels
from monitor.database.engine import read_transaction
from monitor.database.lease import Lease, LeaseLost
from monitor.database.trouble import OutageLog
from monitor.delivery import backlog, channel_merge, edits, pack, quiet_hours, unpacked
from monitor.delivery import queue as deliveries
from monitor.delivery.attempt import Delivered, Sender
from monitor.delivery.edits import Edit, Editor
from monitor.delivery.retry_policy import QueuedDelivery
from monitor.history.schedule import MAX_RETRY_AFTER
from monitor.notify.base import Notifier

log = structlog.get_logger()

Work = QueuedDelivery | Edit  # what stands first in a queue
RETRY: Final = 5.0  # seconds after trouble with the database
LONGEST_IDLE: Final = 600.0  # seconds: nothing is left to a forecast alone
GRACE: Final = 5.0  # seconds that a call in flight may take when we stop
# no message is put off further: a Retry-After is believed no longer
LONGEST: Final = MAX_RETRY_AFTER.total_seconds()
# seconds that Slack may take to list its channels at start; later nobody waits for it
_LEARNING: Final = 5.0
APPEARS: Final = timedelta(seconds=2)  # what a message may take to be found in its channel


class Survey(NamedTuple):
    """The head of every queue, and when the clock alone may change what can be sent: quiet hours, what piles up, a long round."""

    heads: list[Work]
    turn_at: datetime | None


class Outbox:
    """Sends what waits in the database, through notifiers by the kind of channel; `operators` are told of a channel that refuses.

    `hours` says when rules' channels are quiet, `channels` which ones the configuration names.
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
            engine,
            notifiers,
            clock,
            operators=operators,
            sleep=sleep,
            appears=appears,
            channels=channels,
        )
        self._editor = Editor(engine, self._sender, clock, sleep=sleep)
        self._tasks: dict[str, asyncio.Task[bool]] = {}  # by queue
        self._begun = False
        self._troubles = OutageLog()

    def work_under(self, lease: Lease) -> None:
        """Write as the lease's holder: what it may not write any more is refused, and nothing is sent without the lease."""
        self._engine = lease.engine
        self._sender.work_under(lease)
        self._editor.work_under(lease)

    def reconfigure(self, other: Outbox) -> None:
        """Goes on with the notifiers and operators of another one, made from changed settings, and tries what was refused again."""
        self._sender.reconfigure(other._sender)
        self._hours = other._hours
        self._begun = False

    async def deliver(self, *, until_idle: bool, max_wait: float = 60) -> Delivered:
        """Sends what is due. `until_idle`: waits for the rest too, while no queue's trouble lasts longer than `max_wait` seconds."""
        told, patience = Delivered(), max_wait if until_idle else 0
        given_up: set[str] = set()
        try:
            while due := [
                one
                for one in self._due(
                    (await asyncio.to_thread(self._prepare_and_list)).heads, patience
                )
                if one.queue not in given_up
            ]:
                work = {one.queue: self._start(one, self._work(one, told, patience)) for one in due}
                done = dict(zip(work, await asyncio.gather(*work.values()), strict=True))
                given_up |= {queue for queue, empty in done.items() if not empty}
        finally:
            await self._end()
        told.waiting = await asyncio.to_thread(self._waiting)
        return told

    async def run(self, wake: asyncio.Event, stop: asyncio.Event) -> None:
        """Delivers until `stop`, whenever `wake` is set or a message's time comes; a message in flight has 5 s to end."""
        told = Delivered()
        try:
            while not stop.is_set():
                wake.clear()
                found = await self._surveyed()
                for one in self._due(found.heads if found else ()):
                    self._start(one, self._run_with_retry(one, told))
                await self._pause(wake, stop, self._idle_for(found))
        finally:
            await self._end()

    async def close(self) -> None:
        for notifier in self._sender.notifiers.values():
            await notifier.close()

    def _prepare_and_list(self) -> Survey:
        """Packs what can be packed, and gives the head of every queue."""
        now = self._clock()
        if not self._begun:
            with self._engine.begin() as connection:
                channel_merge.respell(connection)
                deliveries.retry_failed_now(connection, now)
                edits.retry_edits_now(connection, now)
            self._begun = True
        with read_transaction(self._engine) as connection:
            if not pack.due(connection, now) and not quiet_hours.due(connection, self._hours, now):
                return self._found(connection, now)
        with self._engine.begin() as connection:
            self._sender.names.merge(connection)
            pack.pack(connection, now)
            pack.merge_backlog(connection, now)
            quiet_hours.apply_quiet_hours(connection, self._hours, now)
        with read_transaction(self._engine) as connection:
            return self._found(connection, now)

    def _found(self, connection: Connection, now: datetime) -> Survey:
        turns = (
            quiet_hours.next_turn(self._hours, now),
            pack.piled_up_at(connection, now),
            unpacked.next_at(connection),
        )
        heads: list[Work] = [
            *_in_turn(connection, backlog.next_per_channel(connection)),
            *edits.next_edits(connection),
        ]
        return Survey(heads, min((moment for moment in turns if moment), default=None))

    async def learn(self) -> None:
        """Ask Slack which names are one channel; nothing while Slack cannot be asked or the database cannot be used."""
        with (
            suppress(LeaseLost),
            self._troubles.passing("slack channels cannot be stored, trying again"),
            suppress(TimeoutError),
        ):
            async with asyncio.timeout(_LEARNING):
                await self._sender.names.ask(self._sender.notifiers.values())

    async def _surveyed(self) -> Survey | None:
        """As `_survey`; None while the database cannot be used."""
        with suppress(LeaseLost), self._troubles.passing("the outbox cannot be read, trying again"):
            return await asyncio.to_thread(self._prepare_and_list)
        return None

    def _waiting(self) -> int:
        with read_transaction(self._engine) as connection:
            return backlog.count(connection, backlog.QUEUED)

    def _idle(self, heads: Iterable[Work]) -> list[Work]:
        """Those that nobody works on and that we can do."""
        return [
            one for one in heads if one.queue not in self._tasks and self._by(one).can(one.channel)
        ]

    def _by(self, one: Work) -> Sender | Editor:
        """Who does it."""
        return self._editor if isinstance(one, Edit) else self._sender

    def _due(self, heads: Iterable[Work], patience: float = 0) -> list[Work]:
        """Those whose time has come, or comes soon enough."""
        now = self._clock()
        return [one for one in self._idle(heads) if _wait(one, now) <= patience]

    def _start(self, one: Work, work: Coroutine[None, None, bool]) -> asyncio.Task[bool]:
        task = asyncio.create_task(work, name=one.queue)
        self._tasks[one.queue] = task
        task.add_done_callback(lambda _: self._tasks.pop(one.queue, None))
        return task

    def _idle_for(self, found: Survey | None) -> float:
        """Seconds until there may be something to do, if nobody rings."""
        if found is None:
            return RETRY
        now = self._clock()
        waits = [_wait(head, now) for head in self._idle(found.heads)]
        waits += [(found.turn_at - now).total_seconds()] if found.turn_at else []
        return max(0.0, min([LONGEST_IDLE, *waits]))

    async def _pause(self, wake: asyncio.Event, stop: asyncio.Event, seconds: float) -> None:
        """Wait so long, or until somebody rings or a queue is done."""
        bells = [asyncio.ensure_future(event.wait()) for event in (wake, stop)]
        await asyncio.wait(
            [*bells, *self._tasks.values()], timeout=seconds, return_when=asyncio.FIRST_COMPLETED
        )
        for bell in bells:
            bell.cancel()

    async def _run_with_retry(self, first: Work, told: Delivered) -> bool:
        """As `_work` for what is due; trouble with the database is waited for, since the rows say how to go on."""
        with (
            suppress(LeaseLost),
            self._troubles.passing("the outbox cannot be written, trying again", by=first.queue),
        ):
            return await self._work(first, told, patience=0)
        await self._sleep(RETRY)
        return False

    async def _work(self, first: Work, told: Delivered, patience: float) -> bool:
        """Does a queue's work in order until there is none, or, which gives False, the next one's time is too far off."""
        troubled: datetime | None = None
        while not self._sender.ending and (head := await asyncio.to_thread(self._head, first)):
            now = self._clock()
            wait = _wait(head, now)
            if wait <= 0:
                if await self._attempt(head, told):
                    troubled = None
                continue
            troubled = troubled or now
            if now + timedelta(seconds=wait) > troubled + timedelta(seconds=patience):
                return False
            await self._sleep(wait)
        return True

    async def _attempt(self, head: Work, told: Delivered) -> bool:
        return await (
            self._editor.attempt(head)
            if isinstance(head, Edit)
            else self._sender.attempt(head, told)
        )

    def _head(self, like: Work) -> Work | None:
        """What stands first in the same queue now."""
        with read_transaction(self._engine) as connection:
            if isinstance(like, Edit):
                return next(iter(edits.next_edits(connection, like.channel)), None)
            head = next(iter(backlog.next_per_channel(connection, like.channel)), None)
            if head is None or not slack_channels.is_conversation(like.channel):
                return head
            return (
                head if head in _in_turn(connection, backlog.next_per_channel(connection)) else None
            )

    async def _end(self) -> None:
        """Lets calls in flight end for a while; what is cut off then stays `sending`, and is looked for at the next start."""
        self._sender.ending = True
        tasks = list(self._tasks.values())
        for queue, task in self._tasks.items():
            if queue not in self._sender.calling:
                task.cancel()
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=self._grace)
            for task in late:
                log.warning("message cut off", queue=task.get_name())
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        self._sender.ending = False


def _wait(head: Work, now: datetime) -> float:
    """Seconds until its time; 0 or less when it has come, or is so far off that the clock must have been set back since."""
    wait = (head.next_try_at - now).total_seconds() if head.next_try_at else 0.0
    return 0.0 if wait > LONGEST else wait


def _in_turn(connection: Connection, heads: Sequence[QueuedDelivery]) -> list[QueuedDelivery]:
    """The messages whose turn it is: one that may be sent under another name of its channel is settled before the next goes there.

    While a message goes to a person of whom nobody knows which direct message is theirs, it may be
    any, so that those wait.
    """
    unsettled = {head.channel for head in heads if head.state == "sending"}
    moving = [head.channel for head in heads if head.state != "failed"]
    mixed = slack_channels.are_mixed(moving)
    if not unsettled and not mixed:
        return list(heads)
    names = slack_channels.directory(connection)
    if mixed and any(
        slack_channels.is_person(channel) and not names.is_known(channel) for channel in moving
    ):
        heads = [
            head
            for head in heads
            if head.state == "sending" or not slack_channels.is_conversation(head.channel)
        ]
    busy = {names.key(channel): channel for channel in unsettled}
    return [
        head
        for head in heads
        if busy.get(names.key(head.channel), head.channel) == head.channel
        or head.state == "sending"
    ]
