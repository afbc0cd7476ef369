"""Edits of cards: a queue a channel beside that of its messages, and a pace for all channels of a workspace together.

An edit says nothing new to anybody, and twice is as good as once: there is nothing to look for
after an unclear end, it is made again. The truth is read when the edit is made, so that of a burst
of changes only the newest is sent.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import Connection, Engine, and_, case, func, or_, select, update
from sqlalchemy.exc import DBAPIError

from monitor.alerts import cards
from monitor.alerts.cards import current_state
from monitor.channels import kind
from monitor.database.lease import Lease, LeaseLost
from monitor.database.tables import Card
from monitor.delivery import refusals
from monitor.delivery.attempt import Sender, TokenBucket
from monitor.delivery.retry_policy import asked_until, outcome_of_edit
from monitor.messages import Message, dump, load
from monitor.notify.base import MessageMissingError, NotifyError, Receipt, Threaded

log = structlog.get_logger()

_STALE = (Card.wanted != Card.shown, Card.ts.is_not(None))


@dataclass(frozen=True, slots=True)
class Edit:
    """A channel's first card that may show another thing than the truth."""

    id: int
    channel: str
    attempts: int
    next_try_at: datetime | None  # null: now

    @property
    def queue(self) -> str:
        return f"edits of {self.channel}"


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What a card is to show, and up to which count that is the truth."""

    place: Receipt
    message: Message
    wanted: int


def next_edits(connection: Connection, channel: str | None = None) -> list[Edit]:
    """The edit that is due first in every channel, or in one: a card that is refused does not hold up the others."""
    mine = _STALE if channel is None else (*_STALE, Card.channel == channel)
    rank = (
        func.row_number()
        .over(partition_by=Card.channel, order_by=(Card.next_try_at.nulls_first(), Card.id))
        .label("rank")
    )
    ranked = (
        select(Card.id, Card.channel, Card.attempts, Card.next_try_at, rank).where(*mine).subquery()
    )
    first = select(ranked.c.id, ranked.c.channel, ranked.c.attempts, ranked.c.next_try_at).where(
        ranked.c.rank == 1
    )
    return [Edit(*row) for row in connection.execute(first.order_by(ranked.c.id))]


def retry_edits_now(connection: Connection, now: datetime) -> None:
    """Let edits that wait for their time be made at once, or when Slack lets us."""
    waits = and_(Card.wanted != Card.shown, Card.next_try_at.is_not(None))
    until = case((Card.not_before > now, Card.not_before))
    connection.execute(update(Card).where(waits).values(next_try_at=until, not_before=until))


class Editor:
    """Edits cards through the notifiers of a sender, and beside it."""

    def __init__(
        self,
        engine: Engine,
        sender: Sender,
        clock: Callable[[], datetime],
        *,
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self._engine = engine
        self._sender = sender
        self._clock = clock
        self._sleep = sleep
        self._paces: dict[str, TokenBucket] = {}  # by the kind of notifier

    def work_under(self, lease: Lease) -> None:
        self._engine = lease.engine

    def can(self, channel: str) -> bool:
        return isinstance(self._sender.notifiers.get(kind(channel)), Threaded)

    async def attempt(self, edit: Edit) -> bool:
        """True when the card shows the truth. Raises DBAPIError when the database cannot be written; the card stays to be edited."""
        self._sender.calling.add(edit.queue)
        try:
            return await self._attempt(edit)
        finally:
            self._sender.calling.discard(edit.queue)

    async def _attempt(self, edit: Edit) -> bool:
        notifier = self._sender.notifiers[kind(edit.channel)]
        if (
            not isinstance(notifier, Threaded)
            or await asyncio.to_thread(self._wanted, edit) is None
        ):
            return True
        await self._sender.names.recall(notifier)
        pace = self._paces.setdefault(
            kind(edit.channel), TokenBucket(notifier.edit_pace, notifier.edit_burst)
        )
        await self._sleep(pace.take(self._clock()))
        wanted = None if self._sender.ending else await asyncio.to_thread(self._wanted, edit)
        if wanted is None:
            return False
        await self._sender.ensure_lease()
        error = await self._edit(notifier, edit, wanted)
        async with self._sender.settling:  # a message and an edit refused at once are one incident
            await asyncio.to_thread(self._store, edit, wanted, error)
        return error is None

    def _wanted(self, edit: Edit) -> _Wanted | None:
        """What there is to do at this moment; a card that shows the truth already is noted as such."""
        with self._engine.begin() as connection:
            return _wanted(connection, edit.id, self._clock())

    async def _edit(self, notifier: Threaded, edit: Edit, wanted: _Wanted) -> NotifyError | None:
        """What went wrong. One of the few jobs that may catch everything."""
        try:
            await notifier.edit(edit.channel, wanted.place, wanted.message)
        except NotifyError as error:
            return error
        except (DBAPIError, LeaseLost):  # the card stays to be edited
            raise
        except Exception as error:
            log.exception("edit failed", channel=edit.channel, ts=wanted.place.ts)
            return NotifyError(f"a fault in rolewatch ({type(error).__name__}), see the log")
        return None

    def _store(self, edit: Edit, wanted: _Wanted, error: NotifyError | None) -> None:
        now = self._clock()
        with self._engine.begin() as connection:
            if error is None:
                if edit.attempts:
                    refusals.close_incident(connection, edit.channel, now)
                _settled(connection, edit.id, wanted)
            elif isinstance(error, MessageMissingError):
                cards.mark_missing(connection, edit.id, wanted.place.ts)
                cards.repost(connection, edit.id, now)
            else:
                again = outcome_of_edit(error, edit.attempts, now)
                put_off = {
                    "next_try_at": again,
                    "not_before": asked_until(error, now),
                    "attempts": edit.attempts + 1,
                }
                connection.execute(
                    update(Card).where(Card.id == edit.id).values(**put_off, reason=error.reason)
                )
                postpone_edits(connection, edit.channel, again, error)
                self._sender.propagate(connection, edit.channel, again, error)
        if error is not None:
            log.warning(
                "card not edited", channel=edit.channel, ts=wanted.place.ts, reason=error.reason
            )


def _wanted(connection: Connection, card_id: int, now: datetime) -> _Wanted | None:
    card = connection.execute(
        select(Card.__table__).where(Card.id == card_id, *_STALE)
    ).one_or_none()
    if card is None:
        return None
    message = current_state(connection, card.posting_id, load(card.message), now)
    wanted = _Wanted(Receipt(card.channel_id, card.ts), message, card.wanted)
    if card.shows is not None and load(card.shows) == message:
        _settled(connection, card_id, wanted)
        return None
    return wanted


def _settled(connection: Connection, card_id: int, wanted: _Wanted) -> None:
    """The card shows that; if it moved on meanwhile, it stays to be edited, and if it is gone, that is another's to say."""
    mine = update(Card).where(Card.id == card_id, Card.ts == wanted.place.ts)
    connection.execute(
        mine.values(shown=wanted.wanted, shows=dump(wanted.message), **cards.NO_EDIT)
    )


def postpone_edits(
    connection: Connection, channel: str, until: datetime, error: NotifyError
) -> None:
    """Lets other edits wait too: a limit on edits is the whole workspace's, and so is a refused token; a refused channel is its own."""
    if error.retry_after is None and not error.permanent:
        return
    everywhere = error.affects_all_channels or error.retry_after is not None
    mine = (
        Card.channel.startswith(f"{kind(channel)}:", autoescape=True)
        if everywhere
        else Card.channel == channel
    )
    sooner, asked = (
        or_(Card.next_try_at.is_(None), Card.next_try_at < until),
        until if error.retry_after is not None else None,
    )
    connection.execute(
        update(Card)
        .where(Card.wanted != Card.shown, mine, sooner)
        .values(next_try_at=until, not_before=asked or Card.not_before)
    )
