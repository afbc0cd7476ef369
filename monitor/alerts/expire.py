"""Expire reminders that can no longer be sent, and update the deadlines of those that wait.

A reminder expires when its deadline passes, its role closes, or its deadline moves away. The other
reminders of its message are still sent. A digest that waited names no deadline that is over, and
says of which days it tells.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

import msgspec
from sqlalchemy import Connection, Row, and_, select, update

from monitor.alerts.rows import end_unsent
from monitor.database.json_values import one_of
from monitor.database.tables import NEWEST_VERSION, Alert, Delivery, Posting, PostingVersion
from monitor.message_parts import Reminder, Role
from monitor.messages import DigestMessage, Message, QuietHoursMessage, ReminderMessage, dump, load

TOO_LATE: Final = "the deadline passed before it could be sent"
# as `dump` writes it
_REMINDER: Final = '{"type":"reminder"'
_DIGEST: Final = '{"type":"digest"'
_CLOSED: Final = "the role closed before it could be sent"
_DEADLINE_CHANGED: Final = "the deadline moved before it could be sent"


class PostingNow(NamedTuple):
    """The state and the deadline of a posting as they are stored now."""

    state: str
    deadline_at: datetime | None
    deadline_text: str | None


def reminders_in(text: str) -> tuple[Reminder, ...]:
    """Return the reminders in a stored message."""
    message = load(text)
    parts = message.parts if isinstance(message, QuietHoursMessage) else (message,)
    return tuple(item for part in parts if isinstance(part, ReminderMessage) for item in part.items)


def expire(connection: Connection, now: datetime) -> None:
    """Expire or update the reminders of every message that is certainly not sent yet."""
    for row in _waiting(connection):
        items = reminders_in(row.message)
        postings = _postings(connection, row.delivery_id)
        current = {
            item.role.posting: updated(item, postings.get(item.role.posting), now) for item in items
        }
        left = tuple(one for one in current.values() if isinstance(one, Reminder))
        over = {posting: one for posting, one in current.items() if isinstance(one, str)}
        statement = update(Delivery).where(Delivery.id == row.id, Delivery.state == row.state)
        message = _with_reminders(row.message, left, now)
        if message is None:
            reason = next(iter(over.values()), TOO_LATE)
            connection.execute(statement.values(state="expired", next_try_at=None, reason=reason))
        elif left != items and connection.execute(statement.values(message=dump(message))).rowcount:
            _expire_alerts(connection, row.delivery_id, over, now)


def updated(item: Reminder, posting: PostingNow | None, now: datetime) -> Reminder | str:
    """Return the reminder with the current deadline, or the reason why it expires. Pure."""
    sent = item.role.deadline_at
    deadline = posting.deadline_at if posting else sent
    if posting and posting.state == "closed":
        return _CLOSED
    threshold = timedelta(seconds=item.threshold)
    if deadline is None or (deadline != sent and now < deadline - threshold):
        return _DEADLINE_CHANGED  # a new reminder is written when its moment comes
    if deadline <= now:
        return TOO_LATE
    if posting is None or deadline == sent:
        return item
    role = msgspec.structs.replace(
        item.role, deadline_at=deadline, deadline_text=posting.deadline_text or ""
    )
    return msgspec.structs.replace(item, role=role)


def _waiting(connection: Connection) -> Sequence[Row[int, str, str, str]]:
    reminders = select(Alert.delivery_id).where(
        Alert.kind == "reminder", Alert.delivery_id == Delivery.delivery_id
    )
    unclaimed = and_(
        Delivery.state != "sent",
        Delivery.state.in_(("pending", "held", "failed")),
        Delivery.sending_at.is_(None),
    )
    columns = select(Delivery.id, Delivery.delivery_id, Delivery.state, Delivery.message)
    return connection.execute(columns.where(unclaimed, reminders.exists())).all()


def _postings(connection: Connection, delivery_id: str) -> dict[str, PostingNow]:
    """Return the current state and deadline of each posting in a message, by name."""
    query = (
        select(
            Posting.name, Posting.state, PostingVersion.deadline_at, PostingVersion.deadline_text
        )
        .join_from(Alert, Posting)
        .join(PostingVersion, NEWEST_VERSION)
        .where(Alert.delivery_id == delivery_id)
    )
    return {row[0]: PostingNow(*row[1:]) for row in connection.execute(query)}


def _with_reminders(text: str, items: tuple[Reminder, ...], now: datetime) -> Message | None:
    """Return the stored message with these reminders instead of its own, or None if empty."""
    message = load(text)
    if isinstance(message, QuietHoursMessage):
        rest = tuple(part for part in message.parts if not isinstance(part, ReminderMessage))
        return QuietHoursMessage((*rest, ReminderMessage(items, now)) if items else rest)
    if not isinstance(message, ReminderMessage):
        return message
    return msgspec.structs.replace(message, items=items, at=now) if items else None


def has_passed(text: str, now: datetime) -> bool:
    """Return whether a stored message has a reminder whose deadline has passed."""
    if _REMINDER not in text:
        return False
    deadlines = [item.role.deadline_at for item in reminders_in(text)]
    return any(deadline is not None and deadline <= now for deadline in deadlines)


def counted_from(text: str, now: datetime) -> str:
    """Return a stored message, in which a reminder counts the time that is left now.

    One whose deadline has passed stays as it is: `expire` decides about it.
    """
    if not text.startswith(_REMINDER):
        return text
    message = load(text)
    assert isinstance(message, ReminderMessage)  # its tag says so  # noqa: S101
    deadlines = [item.role.deadline_at for item in message.items]
    is_near = all(deadline is not None and deadline > now for deadline in deadlines)
    return dump(msgspec.structs.replace(message, at=now)) if is_near else text


def digests_sent_at(connection: Connection, text: str, now: datetime) -> str:
    """Return a stored message whose digests are true when they are sent now.

    They know the time, and list no deadline that passed or whose role closed.
    """
    if _DIGEST not in text:
        return text
    message = load(text)
    if isinstance(message, QuietHoursMessage):
        parts = tuple(
            _sent_at(connection, part, now) if isinstance(part, DigestMessage) else part
            for part in message.parts
        )
        return dump(QuietHoursMessage(parts))
    return dump(_sent_at(connection, message, now)) if isinstance(message, DigestMessage) else text


def _sent_at(connection: Connection, digest: DigestMessage, now: datetime) -> DigestMessage:
    names = [role.posting for role in digest.deadlines]
    is_closed = and_(one_of(Posting.name, names), Posting.state == "closed")
    closed = set(connection.scalars(select(Posting.name).where(is_closed)))

    def is_near(role: Role) -> bool:
        return role.posting not in closed and (role.deadline_at is None or role.deadline_at > now)

    near = tuple(filter(is_near, digest.deadlines))
    return msgspec.structs.replace(digest, deadlines=near, sent_at=now)


def _expire_alerts(
    connection: Connection, delivery_id: str, over: Mapping[str, str], now: datetime
) -> None:
    """Give alerts whose reminders expired a delivery of their own. `over`: reasons by posting."""
    columns = select(Alert.id, Alert.channel, Alert.message).where(Alert.delivery_id == delivery_id)
    for row in connection.execute(columns).all():
        reasons = [over.get(item.role.posting) for item in reminders_in(row.message)]
        if reasons and all(reasons):
            reason = reasons[0] or TOO_LATE
            end_unsent(
                connection, row.id, row.channel, row.message, now, state="expired", reason=reason
            )
