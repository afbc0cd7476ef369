"""Write a delivery for each message that waiting alerts make, and merge a backlog into fewer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

from sqlalchemy import ColumnElement, Connection, Select, and_, delete, func, insert, select, update

from monitor.alerts import cards
from monitor.database.json_values import in_json_list, json_list
from monitor.database.tables import Alert, Delivery
from monitor.delivery import unpacked
from monitor.delivery.grouping import MANY, PER_MESSAGE, PendingAlert, group_alerts
from monitor.messages import GroupMessage, Message, ReminderMessage, RoleMessage, dump, load

# Messages that wait longer in a channel are merged into one.
BACKLOG_AGE: Final = timedelta(minutes=10)
# `state <> 'sent'` lets both databases use the index of what is open.
_NEVER_TRIED: Final = and_(
    Delivery.state == "pending", Delivery.state != "sent", Delivery.attempts == 0
)


def new_id() -> str:
    """Return a new delivery id."""
    return uuid4().hex


def due(connection: Connection, now: datetime) -> bool:
    """Return whether there is anything to pack or to merge. Cheap: it reads no message."""
    return any(
        connection.execute(query.limit(1)).first()
        for query in (unpacked.query(now), _backlogged_channels(now))
    )


def pack(connection: Connection, now: datetime, make_id: Callable[[], str] = new_id) -> int:
    """Write a delivery for each message that waiting alerts make. Return their number."""
    rows = connection.execute(unpacked.query(now).with_for_update(of=Alert)).all()
    rounds = {row.round_id for row in rows if row.round_id is not None}
    alerts = (
        PendingAlert(row.id, row.round_id, row.channel, row.rule, load(row.message), row.posting_id)
        for row in rows
    )
    messages = group_alerts(alerts, unpacked.count_packed(connection, rounds, now))
    for outgoing in messages:
        row = {
            "delivery_id": make_id(),
            "channel": outgoing.channel,
            "message": dump(outgoing.message),
            "state": "pending",
            "card_id": cards.attach(
                connection, outgoing.channel, outgoing.message, outgoing.posting_id
            ),
            "created_at": now,
            "attempts": 0,
        }
        connection.execute(insert(Delivery).values(**row))
        _link(connection, outgoing.alerts, str(row["delivery_id"]))
    return len(messages)


def _link(connection: Connection, alerts: Sequence[int], delivery_id: str) -> None:
    statement = update(Alert).where(in_json_list(Alert.id, "ids")).values(delivery_id=delivery_id)
    connection.execute(statement, {"ids": json_list(alerts)})


def merge_backlog(connection: Connection, now: datetime) -> int:
    """Merge the role messages of channels with a backlog. Return the number of messages saved.

    Only messages that were never tried count: more than 10, the oldest for more than 10 minutes.
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
    loaded = [(row.delivery_id, load(row.message)) for row in rows]
    roles = [(name, message) for name, message in loaded if isinstance(message, RoleMessage)]
    if len(roles) <= MANY:
        return 0
    parts = [roles[start : start + PER_MESSAGE] for start in range(0, len(roles), PER_MESSAGE)]
    for number, part in enumerate(parts, 1):
        items = tuple(message for _, message in part)
        merged = GroupMessage(items, part=number, parts=len(parts))
        merge(connection, [name for name, _ in part], merged)
    return len(roles) - len(parts)


def merge(connection: Connection, delivery_ids: Sequence[str], message: Message) -> None:
    """Let the first delivery send all: it takes the others' alerts, and the others are deleted.

    It loses its card, unless the message is about one posting.
    """
    first, others = delivery_ids[0], {"others": json_list(delivery_ids[1:])}
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
