"""Cards: messages that show the current state of a posting or of an operator incident.

A channel has one card for each. So has a list whose thread has its other roles; it never changes.

    pack   a message about a posting joins its card, which is created where there is none
    check  a posting that changed marks its cards as stale, alerted or not (`stale_cards.py`)
    post   the first message that joined becomes the card; later ones are replies in its thread
    edit   a card that differs from the current state is edited (`delivery/card_editor.py`)

`revision` counts possible changes, and `shown_revision` is the one that the channel shows. So a
burst is one edit, and no change is lost. A card without a location (`ts`) was never posted, or a
person deleted it: the next message that joins it is posted as a new card. The current state is read
when the card is drawn, so a card is never older than the tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import uuid4

import msgspec
from sqlalchemy import Connection, and_, insert, or_, select, update

from monitor.alerts.merge import lasting
from monitor.alerts.mutes import current
from monitor.alerts.role_state import current_state
from monitor.alerts.stale_cards import next_revision
from monitor.channels import kind
from monitor.database.tables import Card, Delivery
from monitor.messages import (
    CardMessage,
    Message,
    OperatorMessage,
    ReminderMessage,
    RestMessage,
    RoleMessage,
    card_of,
    dump,
    load,
)
from monitor.notify.base import Receipt

# kinds of channels that have threads, and whose messages can be edited
THREADED: Final = frozenset({"slack"})
LIMITED: Final = frozenset({"slack", "webhook"})  # those with Slack's limits of length
# values of a card without a due edit
NO_EDIT: Final[Mapping[str, Any]] = {
    "next_try_at": None,
    "not_before": None,
    "attempts": 0,
    "reason": None,
}


def thread_key(message: Message) -> str | None:
    """Return the subject of a message's card: a posting or an incident. None without a card."""
    match message:
        case RoleMessage():
            return message.role.posting
        case OperatorMessage(incident=incident):
            return incident or None
        case _:
            return None


def attach(
    connection: Connection, channel: str, message: Message, posting_id: int | None
) -> int | None:
    """Attach a message to its card and update the card. Return the card's id, or None without one.

    The message becomes the card, or a reply in its thread.
    """
    if isinstance(message, ReminderMessage):
        return _posted_card(connection, channel, posting_id)
    subject = thread_key(message)
    if isinstance(message, OperatorMessage) and message.past:
        _end_elsewhere(connection, channel, message)
    if subject is None or kind(channel) not in THREADED:
        return None
    same_card = (Card.channel == channel, Card.subject == subject)
    known = connection.execute(
        select(Card.id, Card.message).where(*same_card).with_for_update()
    ).one_or_none()
    if known is None:
        return _new_card(connection, channel, subject, message, posting_id)
    after = dump(_merged(load(known.message), message))
    if after != known.message:
        connection.execute(update(Card).where(Card.id == known.id).values(next_revision(after)))
    card_id: int = known.id
    return card_id


def _end_elsewhere(connection: Connection, channel: str, message: OperatorMessage) -> None:
    """Show an incident's end on its cards in other channels, which the operator had before."""
    statement = update(Card).where(
        Card.subject == message.incident, Card.posting_id.is_(None), Card.channel != channel
    )
    connection.execute(statement.values(next_revision(dump(message))))


def begin_thread(connection: Connection, channel: str, subject: str, message: Message) -> int:
    """Return the id of a new card for a list whose thread has its other roles."""
    return _new_card(connection, channel, subject, message, None)


def _new_card(
    connection: Connection, channel: str, subject: str, message: Message, posting_id: int | None
) -> int:
    row = {
        Card.channel: channel,
        Card.subject: subject,
        Card.posting_id: posting_id,
        Card.message: dump(_base(message)),
        Card.revision: 1,
        Card.shown_revision: 1,
        Card.attempts: 0,
    }
    card_id: int = connection.execute(insert(Card).values(row).returning(Card.id)).scalar_one()
    return card_id


def _posted_card(connection: Connection, channel: str, posting_id: int | None) -> int | None:
    """Return the card that a reminder replies to. Without one, the reminder stands alone."""
    return connection.scalar(
        select(Card.id).where(
            Card.channel == channel, Card.posting_id == posting_id, Card.ts.is_not(None)
        )
    )


def _base(message: Message) -> Message:
    """Return the message that a new card shows."""
    return card_of(message) if isinstance(message, RoleMessage) else message


def _merged(before: Message, message: Message) -> Message:
    """Return the card's message after another one has joined it."""
    match before, _base(message):
        case CardMessage() as old, CardMessage() as new:
            return _merged_role(old, new)
        case _, new:
            return new


def _merged_role(before: CardMessage, after: CardMessage) -> CardMessage:
    """Return the newest facts, and every rule with its newest reason."""
    lasting_why = [reason for reason in before.why if reason.fit_change != "rule removed"]
    why = {reason.rule_name: reason for reason in lasting_why} | {
        reason.rule_name: lasting(reason) for reason in after.why
    }
    mention = tuple(dict.fromkeys([*before.mention, *after.mention]))
    latest = {
        "changed_at": after.changed_at or before.changed_at,
        "reopened_at": after.reopened_at or before.reopened_at,
    }
    return msgspec.structs.replace(
        after, began=before.began, why=tuple(why.values()), mention=mention, **latest
    )


def location(connection: Connection, card_id: int | None) -> Receipt | None:
    """Return the card's location, or None while it has none."""
    row = connection.execute(
        select(Card.channel_id, Card.ts).where(Card.id == card_id, Card.ts.is_not(None))
    ).one_or_none()
    return None if row is None else Receipt(row.channel_id, row.ts)


def mark_posted(
    connection: Connection, card_id: int, message: Message, receipt: Receipt, now: datetime
) -> None:
    """Store a new card's location and what it shows. A stale one is edited next.

    A reminder whose card was deleted meanwhile stays a message of its own, and so do the other
    roles of a list: an edit would replace their text.
    """
    if isinstance(message, ReminderMessage | RestMessage):
        return
    card = connection.execute(
        select(Card.posting_id, Card.message, Card.revision.label("revision"))
        .where(Card.id == card_id, Card.ts.is_(None))
        .with_for_update()
    ).one_or_none()
    if card is None:
        return
    shown, base = _base(message), load(card.message)
    if isinstance(base, CardMessage) and isinstance(shown, CardMessage):
        base = msgspec.structs.replace(base, began=shown.began)
        shown = _shown(shown, current_state(connection, card.posting_id, base, now))
    posted = {
        Card.channel_id: receipt.channel_id,
        Card.ts: receipt.ts,
        Card.message: dump(base),
        Card.shown_message: dump(shown),
        Card.shown_revision: card.revision - 1,
    }
    statement = update(Card).where(Card.id == card_id)
    connection.execute(statement.values(posted).values(**NO_EDIT))


def _shown(posted: CardMessage, current: Message) -> CardMessage:
    """Return what the posted card shows: the current state, if the role is still the same."""
    if isinstance(current, CardMessage) and (current.role, current.state) == (
        posted.role,
        posted.state,
    ):
        return msgspec.structs.replace(current, overdue=posted.overdue)
    return posted


def mark_missing(connection: Connection, card_id: int, ts: str | None) -> None:
    """Remove the card's location: a person deleted it, or another channel has its name now."""
    statement = update(Card).where(Card.id == card_id, Card.ts == ts)
    missing = {Card.ts: None, Card.shown_message: None, Card.shown_revision: Card.revision}
    connection.execute(statement.values(missing).values(**NO_EDIT))


def repost(connection: Connection, card_id: int, now: datetime) -> None:
    """Post a card without a location again, unless a waiting message will become the card.

    Not for a role that is muted, or whose rules are removed: a new message is news. The row is
    locked, because an edit and a reply may find the card missing at the same time.
    """
    card = connection.execute(
        select(Card.__table__).where(Card.id == card_id).with_for_update()
    ).one()
    to_come = or_(
        Delivery.state.in_(("pending", "sending", "held")),
        and_(Delivery.state == "failed", Delivery.next_try_at.is_not(None)),
    )
    waits = select(Delivery.id).where(
        Delivery.card_id == card_id, Delivery.state != "sent", to_come
    )
    if card.ts is not None or connection.execute(waits.limit(1)).first():
        return
    message = current_state(connection, card.posting_id, load(card.message), now)
    if isinstance(message, CardMessage) and current(connection, now).is_silent(
        card.channel, card.posting_id, message.why
    ):
        return
    row = {
        "delivery_id": uuid4().hex,
        "channel": card.channel,
        "card_id": card_id,
        "message": dump(message),
        "state": "pending",
    }
    connection.execute(insert(Delivery).values(**row, created_at=now, attempts=0))
