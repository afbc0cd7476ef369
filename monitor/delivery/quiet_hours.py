"""Quiet hours: hold the messages of rules, then send them as one message per channel.

A message is held when it is packed, or when the hours begin while it waits. Operator messages go
out at any time, and so do edits of cards, which make no sound. When the hours end, the held
messages are merged into one with a part for each kind, or into one per kind if Slack has no room.
Only the clock ends the hours: `alerts retry` holds failed messages too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TypeVar

from sqlalchemy import ColumnElement, Connection, and_, or_, select, update

from monitor.alerts.merge import all_reminders, once, one_summary
from monitor.config.model import AlertSettings
from monitor.database.tables import Alert, Card, Delivery
from monitor.delivery import pack
from monitor.delivery.grouping import PER_MESSAGE
from monitor.messages import (
    BoardWideEdit,
    DigestMessage,
    FirstCheckSummary,
    GroupMessage,
    Message,
    QuietHoursMessage,
    ReminderMessage,
    RoleMessage,
    RuleMessage,
    load,
)
from monitor.notify.compose.message import has_room
from monitor.text.local_time import end_of_span, next_instant

REASON = "quiet hours"
_ALONE = BoardWideEdit | DigestMessage
M = TypeVar("M")
Named = tuple[str, M]  # a delivery id and its message


def due(connection: Connection, alerts: AlertSettings, now: datetime) -> bool:
    """Return whether there is anything to hold or to release. Cheap."""
    which = _sendable() if is_quiet(alerts, now) else HELD_FOR_QUIET_HOURS
    return connection.execute(select(Delivery.id).where(which).limit(1)).first() is not None


def is_quiet(alerts: AlertSettings, now: datetime) -> bool:
    """Return whether it is quiet hours now."""
    return until(alerts, now) is not None


def until(alerts: AlertSettings, now: datetime) -> datetime | None:
    """Return when the current quiet hours end, or None outside of them."""
    return end_of_span(alerts.quiet, alerts.timezone, now) if alerts.quiet else None


def next_change(alerts: AlertSettings, now: datetime) -> datetime | None:
    """Return when quiet hours begin or end next, or None without any."""
    if alerts.quiet is None:
        return None
    return until(alerts, now) or next_instant(alerts.quiet[0], alerts.timezone, now)


def apply_quiet_hours(connection: Connection, alerts: AlertSettings, now: datetime) -> None:
    """Hold what waits to be sent, or release what was held when the hours are over."""
    if is_quiet(alerts, now):
        connection.execute(
            update(Delivery)
            .where(_sendable())
            .values(state="held", next_try_at=None, reason=REASON)
        )
        return
    channels = connection.scalars(
        select(Delivery.channel).where(HELD_FOR_QUIET_HOURS).distinct()
    ).all()
    for channel in channels:
        _release_held(connection, channel, now)


HELD_FOR_QUIET_HOURS = and_(Delivery.state == "held", Delivery.state != "sent")


def _sendable() -> ColumnElement[bool]:
    """Return the condition for rules' messages that are certainly not sent yet.

    That includes a failed message with a next try, and a reposted role card, which has no alert.
    A message that may have been sent is searched at any time.
    """
    alerts = select(Alert.id).where(Alert.delivery_id == Delivery.delivery_id)
    role = select(Card.id).where(Card.id == Delivery.card_id, Card.posting_id.is_not(None))
    waits = or_(
        Delivery.state == "pending",
        and_(Delivery.state == "failed", Delivery.next_try_at.is_not(None)),
    )
    of_rules = or_(
        alerts.where(Alert.kind != "operator").exists(), and_(role.exists(), ~alerts.exists())
    )
    return and_(waits, Delivery.state != "sent", Delivery.sending_at.is_(None), of_rules)


def _release_held(connection: Connection, channel: str, now: datetime) -> None:
    """Release a channel's held messages, merged. Each takes the place of its oldest."""
    mine = (HELD_FOR_QUIET_HOURS, Delivery.channel == channel)
    rows = connection.execute(
        select(Delivery.delivery_id, Delivery.message).where(*mine).order_by(Delivery.id)
    ).all()
    for names, message in together([(row.delivery_id, load(row.message)) for row in rows], now):
        pack.merge(connection, names, message)
    connection.execute(
        update(Delivery).where(*mine).values(state="pending", next_try_at=None, reason=None)
    )


def together(held: Sequence[Named[Message]], now: datetime) -> Iterator[tuple[list[str], Message]]:
    """Return the held messages as one, or as few of each kind as possible if Slack has no room.

    A reposted card stays alone, and so does the message of an earlier night.
    """
    of_rules = [(name, message) for name, message in held if isinstance(message, RuleMessage)]
    kinds = [
        *_roles(of_rules),
        *_reminders(of_rules, now),
        *_summaries(of_rules),
        *(([name], message) for name, message in of_rules if isinstance(message, _ALONE)),
    ]
    night = QuietHoursMessage(
        tuple(
            GroupMessage((message,)) if isinstance(message, RoleMessage) else message
            for _, message in kinds
        )
    )
    if len(kinds) > 1 and has_room(night):
        yield [name for name, _ in of_rules], night
    else:
        yield from kinds


def _roles(held: Sequence[Named[RuleMessage]]) -> Iterator[tuple[list[str], RuleMessage]]:
    """Return the roles in as few messages as have room for them."""
    roles = [
        (name, message) for name, message in held if isinstance(message, RoleMessage | GroupMessage)
    ]
    for part in _parts(roles):
        names = [name for name, _ in part]
        items = once(item for _, message in part for item in _items(message))
        if len(part) == 1:
            yield names, part[0][1]
        else:
            yield names, items[0] if len(items) == 1 else GroupMessage(items)


def _reminders(
    held: Sequence[Named[RuleMessage]], now: datetime
) -> Iterator[tuple[list[str], ReminderMessage]]:
    """Return the deadlines in one message, with the time that is left now."""
    found = [(name, message) for name, message in held if isinstance(message, ReminderMessage)]
    if found:
        yield [name for name, _ in found], all_reminders([message for _, message in found], now)


def _summaries(held: Sequence[Named[RuleMessage]]) -> Iterator[tuple[list[str], FirstCheckSummary]]:
    """Return the summaries as one."""
    found = [(name, message) for name, message in held if isinstance(message, FirstCheckSummary)]
    if found:
        yield [name for name, _ in found], one_summary([message for _, message in found])


def _parts(
    held: Sequence[Named[RoleMessage | GroupMessage]],
) -> Iterator[list[Named[RoleMessage | GroupMessage]]]:
    """Split the messages so that each part fits into one."""
    part: list[Named[RoleMessage | GroupMessage]] = []
    for named in held:
        if part and sum(len(_items(message)) for _, message in [*part, named]) > PER_MESSAGE:
            yield part
            part = []
        part.append(named)
    if part:
        yield part


def _items(message: RoleMessage | GroupMessage) -> tuple[RoleMessage, ...]:
    return message.items if isinstance(message, GroupMessage) else (message,)
