"""Edit cards: one queue per channel, and one pace for all channels of a workspace.

An edit notifies nobody and may run twice, so after an unconfirmed call it is just made again. The
current state is read right before the edit, so that a burst of changes is one edit.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import Connection, Engine, or_, select, update
from sqlalchemy.exc import DBAPIError

from monitor.alerts import cards
from monitor.alerts.role_state import current_state
from monitor.channels import kind
from monitor.database.lease import Lease, LeaseLost
from monitor.database.tables import Card
from monitor.delivery import refusals
from monitor.delivery.open_items import STALE, Edit
from monitor.delivery.pace import TokenBucket
from monitor.delivery.retry_policy import asked_until, outcome_of_edit
from monitor.delivery.sender import Sender
from monitor.messages import Message, dump, load
from monitor.notify.base import MessageMissingError, NotifyError, Receipt, Threaded

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _CardEdit:
    """The message that a card should show, and the revision that this is current for."""

    place: Receipt
    message: Message
    revision: int


class CardEditor:
    """Edit cards through the notifiers of a sender."""

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
        """Write only while this lease is held."""
        self._engine = lease.engine

    def can(self, channel: str) -> bool:
        """Return whether cards of the channel can be edited."""
        return isinstance(self._sender.notifiers.get(kind(channel)), Threaded)

    async def attempt(self, edit: Edit) -> bool:
        """Return whether the card is current.

        Raises DBAPIError when the database cannot be written. The card stays stale.
        """
        self._sender.in_flight.add(edit.queue)
        try:
            return await self._try_once(edit)
        finally:
            self._sender.in_flight.discard(edit.queue)

    async def _try_once(self, edit: Edit) -> bool:
        notifier = self._sender.notifiers[kind(edit.channel)]
        if (
            not isinstance(notifier, Threaded)
            or await asyncio.to_thread(self._target, edit) is None
        ):
            return True
        await self._sender.names.load_former_ids(notifier)
        pace = self._paces.setdefault(
            kind(edit.channel), TokenBucket(notifier.edit_pace, notifier.edit_burst)
        )
        await self._sleep(pace.take(self._clock()))
        target = None if self._sender.stopping else await asyncio.to_thread(self._target, edit)
        if target is None:
            return False
        await self._sender.ensure_lease()
        error = await self._edit(notifier, edit, target)
        # a message and an edit refused at once are one incident
        async with self._sender.settlement.lock:
            await asyncio.to_thread(self._store, edit, target, error)
        return error is None

    def _target(self, edit: Edit) -> _CardEdit | None:
        """Return the message to show, or None for a card that is current."""
        with self._engine.begin() as connection:
            return _find_target(connection, edit.id, self._clock())

    async def _edit(self, notifier: Threaded, edit: Edit, target: _CardEdit) -> NotifyError | None:
        """Make the edit. Return its error. Catches everything: others go on, this card retries."""
        try:
            await notifier.edit(edit.channel, target.place, target.message)
        except NotifyError as error:
            return error
        except (DBAPIError, LeaseLost):  # the card stays stale
            raise
        except Exception as error:
            log.exception("card_edit_failed", channel=edit.channel, ts=target.place.ts)
            return NotifyError(f"a fault in rolewatch ({type(error).__name__}), see the log")
        return None

    def _store(self, edit: Edit, target: _CardEdit, error: NotifyError | None) -> None:
        now = self._clock()
        with self._engine.begin() as connection:
            if error is None:
                if edit.attempts:
                    operators = self._sender.settlement.operators
                    refusals.close_incident(connection, edit.channel, operators, now)
                _settled(connection, edit.id, target)
            elif isinstance(error, MessageMissingError):
                cards.mark_missing(connection, edit.id, target.place.ts)
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
                self._sender.settlement.propagate(connection, edit.channel, again, error)
        if error is not None:
            log.warning(
                "card_not_edited", channel=edit.channel, ts=target.place.ts, reason=error.reason
            )


def _find_target(connection: Connection, card_id: int, now: datetime) -> _CardEdit | None:
    card = connection.execute(
        select(
            Card.posting_id,
            Card.message,
            Card.channel_id,
            Card.ts,
            Card.revision.label("revision"),
            Card.shown_message.label("shown_message"),
        ).where(Card.id == card_id, *STALE)
    ).one_or_none()
    if card is None:
        return None
    message = current_state(connection, card.posting_id, load(card.message), now)
    target = _CardEdit(Receipt(card.channel_id, card.ts), message, card.revision)
    if card.shown_message is not None and load(card.shown_message) == message:
        _settled(connection, card_id, target)
        return None
    return target


def _settled(connection: Connection, card_id: int, target: _CardEdit) -> None:
    """Store that the card shows this revision. A newer one keeps it stale."""
    statement = update(Card).where(Card.id == card_id, Card.ts == target.place.ts)
    shown = {
        Card.shown_revision: target.revision,
        Card.shown_message: dump(target.message),
    }
    connection.execute(statement.values(shown).values(**cards.NO_EDIT))


def postpone_edits(
    connection: Connection, channel: str, until: datetime, error: NotifyError
) -> None:
    """Postpone other edits too: of the workspace for a limit or its token, else of the channel."""
    if error.retry_after is None and not error.permanent:
        return
    everywhere = error.affects_all_channels or error.retry_after is not None
    affected = (
        Card.channel.startswith(f"{kind(channel)}:", autoescape=True)
        if everywhere
        else Card.channel == channel
    )
    sooner = or_(Card.next_try_at.is_(None), Card.next_try_at < until)
    asked = until if error.retry_after is not None else None
    connection.execute(
        update(Card)
        .where(Card.revision != Card.shown_revision, affected, sooner)
        .values(next_try_at=until, not_before=asked or Card.not_before)
    )
