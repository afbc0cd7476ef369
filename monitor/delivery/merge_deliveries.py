"""Merge deliveries that wait, so that a channel gets few messages: a backlog, or what was held.

A backlog is more than 10 messages about roles in a channel, none of them tried, the oldest older
than 10 minutes. `quiet_hours.py` merges what it held.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Connection, Select, and_, delete, func, select, update

from monitor.alerts.net_states import states_to_send
from monitor.alerts.role_state import closed_roles, with_current_facts
from monitor.database.json_values import in_json_list, json_list
from monitor.database.tables import Alert, Delivery
from monitor.delivery.grouping import MANY
from monitor.messages import GroupMessage, Message, ReminderMessage, RoleMessage, dump, load
from monitor.notify.compose.pages import split_changes

# messages that wait longer in a channel are merged into one
BACKLOG_AGE: Final = timedelta(minutes=10)
# `state <> 'sent'` lets both databases use the index of what is open
_NEVER_TRIED: Final = and_(
    Delivery.state == "pending", Delivery.state != "sent", Delivery.attempts == 0
)


def due(connection: Connection, now: datetime) -> bool:
    """Return whether there is a backlog to merge. Cheap: it reads no message."""
    return connection.execute(_backlogged_channels(now).limit(1)).first() is not None


def merge_backlog(connection: Connection, now: datetime) -> int:
    """Merge the role messages of channels with a backlog. Return the number of messages saved.

    The merged message takes the place of the oldest.
    """
    channels = connection.scalars(_backlogged_channels(now)).all()
    return sum(_merge_channel(connection, channel) for channel in channels)


def backlog_at(connection: Connection, now: datetime) -> datetime | None:
    """Return when `merge_backlog` will next have a channel to merge, or None."""
    oldest = (
        select(func.min(Delivery.created_at))
        .where(_NEVER_TRIED)
        .group_by(Delivery.channel)
        .having(func.count() > MANY)
    )
    moments = [at + BACKLOG_AGE for at in connection.scalars(oldest).all()]
    return min((moment for moment in moments if moment > now), default=None)


def _backlogged_channels(now: datetime) -> Select[str]:
    """Select the channels with a backlog, without reading any message."""
    is_old: ColumnElement[bool] = func.min(Delivery.created_at) < now - BACKLOG_AGE
    waiting = select(Delivery.channel).where(_NEVER_TRIED).group_by(Delivery.channel)
    return waiting.having(func.count() > MANY, is_old)


def _merge_channel(connection: Connection, channel: str) -> int:
    rows = connection.execute(
        select(Delivery.delivery_id, Delivery.message)
        .where(Delivery.channel == channel, _NEVER_TRIED)
        .order_by(Delivery.id)
        .with_for_update()
    ).all()
    messages = with_current_facts(connection, [load(row.message) for row in rows])
    roles = [
        (row.delivery_id, message)
        for row, message in zip(rows, messages, strict=True)
        if isinstance(message, RoleMessage)
    ]
    if len(roles) <= MANY:
        return 0
    parts = numbered_groups(roles, closed_roles(connection, messages))
    for names, group in parts:
        merge(connection, names, group)
    return len(roles) - len(parts)


def numbered_groups(
    roles: Sequence[tuple[str, RoleMessage]], closed: Mapping[str, datetime]
) -> list[tuple[list[str], GroupMessage]]:
    """Return deliveries (id, message) as few lists that fit. A role is once in one of them.

    Each list has the ids of its deliveries, the oldest first. `closed`: when each role that is
    closed now did so, by posting.
    """
    states = states_to_send((message for _, message in roles), closed)
    shown = {message.role.posting for message in states}
    hidden = {message.role.posting for _, message in roles} - shown
    groups = []
    for number, items in enumerate(split_changes(states)):
        here = {item.role.posting for item in items}
        # what came to nothing belongs to the first list, which does not name it
        here |= set() if number else hidden
        groups.append(([name for name, one in roles if one.role.posting in here], items))
    age = {name: number for number, (name, _) in enumerate(roles)}
    groups.sort(key=lambda group: age[group[0][0]])
    return [
        (names, GroupMessage(items, part=number, parts=len(groups)))
        for number, (names, items) in enumerate(groups, 1)
    ]


def merge(connection: Connection, delivery_ids: Sequence[str], message: Message) -> None:
    """Let the first delivery send all: it takes the others' alerts, and the others are deleted.

    It loses its card, unless the message is about one posting.
    """
    first = delivery_ids[0]
    others = {"others": json_list(delivery_ids[1:])}
    about_one_posting = isinstance(message, RoleMessage) or (
        isinstance(message, ReminderMessage) and len(message.items) == 1
    )
    values = {"message": dump(message)} | ({} if about_one_posting else {"card_id": None})
    connection.execute(update(Delivery).where(Delivery.delivery_id == first).values(**values))
    connection.execute(
        update(Alert).where(in_json_list(Alert.delivery_id, "others")).values(delivery_id=first),
        others,
    )
    connection.execute(delete(Delivery).where(in_json_list(Delivery.delivery_id, "others")), others)
