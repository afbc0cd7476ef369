"""Quiet hours: hold the messages of rules, then send them as one message per channel.

A message is held when it is packed, or when the hours begin while it waits. Operator messages go
out at any time, and so do edits of cards, which make no sound. When the hours end, the held
messages are merged into one with a part for each kind, or into one per kind if that is too long for
Slack. Only the clock ends the hours: `alerts retry` holds failed messages too.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import TypeVar

import msgspec
from sqlalchemy import ColumnElement, Connection, and_, or_, select, update

from monitor.alerts.merge import all_reminders, one_summary
from monitor.alerts.net_states import states_to_send
from monitor.config.model import AlertSettings
from monitor.database.tables import Alert, Card, Delivery
from monitor.delivery import pack
from monitor.delivery.threads import IS_REST
from monitor.messages import (
    BoardWideEdit,
    DigestMessage,
    FirstCheckSummary,
    GroupMessage,
    Message,
    QuietHoursMessage,
    ReminderMessage,
    RoleMessage,
    load,
)
from monitor.notify.compose.message import fits_one_message
from monitor.notify.compose.pages import split_changes, split_reminders
from monitor.text.local_time import end_of_span, next_instant

REASON = "quiet hours"
_ALONE = BoardWideEdit | DigestMessage
_Part = (
    RoleMessage | GroupMessage | ReminderMessage | FirstCheckSummary | BoardWideEdit | DigestMessage
)
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

    That includes a failed message with a next try. A reposted role card and the other messages of
    a list have no alert.
    A message that may have been sent is searched at any time.
    """
    alerts = select(Alert.id).where(Alert.delivery_id == Delivery.delivery_id)
    role = select(Card.id).where(Card.id == Delivery.card_id, Card.posting_id.is_not(None))
    waits = or_(
        Delivery.state == "pending",
        and_(Delivery.state == "failed", Delivery.next_try_at.is_not(None)),
    )
    of_rules = or_(
        alerts.where(Alert.kind != "operator").exists(),
        and_(role.exists(), ~alerts.exists()),
        IS_REST,
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
    """Return the held messages as one, or as few of each kind as possible if that is too long.

    A reposted card stays alone, and so do the message of an earlier night and a list whose thread
    is written already.
    """
    mergeable = [
        (name, message)
        for name, message in held
        if isinstance(message, _Part) and not _is_split(message)
    ]
    kinds: list[tuple[list[str], _Part]] = [
        *_roles(mergeable),
        *_reminders(mergeable, now),
        *_summaries(mergeable),
        *(([name], message) for name, message in mergeable if isinstance(message, _ALONE)),
    ]
    night = _night(*(message for _, message in kinds))
    if len(kinds) > 1 and fits_one_message(night):
        yield [name for name, _ in mergeable], night
        return
    for names, message in kinds:
        is_list = isinstance(message, GroupMessage) and len(names) > 1
        yield names, _night(message) if is_list else message


def _is_split(message: Message) -> bool:
    """Return whether other messages have some of the roles of this one."""
    match message:
        case FirstCheckSummary():
            return bool(message.more or message.parts > 1 or any(one.more for one in message.moves))
        case BoardWideEdit():
            return message.fit is not None
        case DigestMessage():
            return message.parts > 1
        case _:
            return False


def _night(*parts: _Part) -> QuietHoursMessage:
    return QuietHoursMessage(
        tuple(GroupMessage((part,)) if isinstance(part, RoleMessage) else part for part in parts)
    )


def _roles(
    held: Sequence[Named[_Part]],
) -> Iterator[tuple[list[str], RoleMessage | GroupMessage]]:
    """Return what became of the roles, in as few messages as possible."""
    roles = [
        (name, message) for name, message in held if isinstance(message, RoleMessage | GroupMessage)
    ]
    parts = list(_parts(_side_by_side(roles), lambda part: len(split_changes(_states(part))) == 1))
    for number, part in enumerate(parts, 1):
        names, items = [name for name, _ in part], _states(part)
        if len(part) == 1:
            yield names, part[0][1]
        elif len(items) == 1:
            yield names, items[0]
        else:
            yield names, GroupMessage(items, part=number, parts=len(parts))


def _states(part: Sequence[Named[RoleMessage | GroupMessage]]) -> tuple[RoleMessage, ...]:
    return states_to_send(item for _, message in part for item in _items(message))


def _side_by_side(
    held: Sequence[Named[RoleMessage | GroupMessage]],
) -> list[Named[RoleMessage | GroupMessage]]:
    """Return the messages with those about one role together, so that one list has them."""
    first: dict[str, int] = {}
    for number, (_, message) in enumerate(held):
        for item in _items(message):
            first.setdefault(item.role.posting, number)
    return sorted(held, key=lambda named: min(first[one.role.posting] for one in _items(named[1])))


def _reminders(
    held: Sequence[Named[_Part]], now: datetime
) -> Iterator[tuple[list[str], ReminderMessage]]:
    """Return the deadlines in few messages, with the time that is left now."""
    found = [(name, message) for name, message in held if isinstance(message, ReminderMessage)]

    def merged(part: Sequence[Named[ReminderMessage]]) -> ReminderMessage:
        return all_reminders([message for _, message in part], now)

    parts = list(_parts(found, lambda part: len(split_reminders(merged(part).items)) == 1))
    for number, part in enumerate(parts, 1):
        message = msgspec.structs.replace(merged(part), part=number, parts=len(parts))
        yield [name for name, _ in part], message


def _summaries(held: Sequence[Named[_Part]]) -> Iterator[tuple[list[str], FirstCheckSummary]]:
    """Return the summaries as one."""
    found = [(name, message) for name, message in held if isinstance(message, FirstCheckSummary)]
    if found:
        yield [name for name, _ in found], one_summary([message for _, message in found])


def _parts(
    held: Sequence[Named[M]], fits: Callable[[Sequence[Named[M]]], bool]
) -> Iterator[Sequence[Named[M]]]:
    """Split the messages, each part as long as it fits."""
    left = held
    while left:
        most = bisect_left(
            range(2, len(left) + 1), x=True, key=lambda number: not fits(left[:number])
        )
        yield left[: most + 1]
        left = left[most + 1 :]


def _items(message: RoleMessage | GroupMessage) -> tuple[RoleMessage, ...]:
    return message.items if isinstance(message, GroupMessage) else (message,)
