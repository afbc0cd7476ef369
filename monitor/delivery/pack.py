"""Write a delivery for each message that waiting alerts make, and merge a backlog into fewer.

The alerts of one round are packed together at its end. A hanging board may delay that by minutes.
So once an alert is 8 seconds old, everything that its round has brought so far is packed. Two kinds
wait for the end in any case:

    summaries        one per channel and round
    failing boards   the end adds the employer's new board, or that no host answers at all
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from monitor.alerts import cards
from monitor.alerts.net_states import states_to_send
from monitor.database.json_values import in_json_list, json_list
from monitor.database.tables import Alert, CheckRound, Delivery
from monitor.delivery.grouping import MANY, CountKey, PendingAlert, group_alerts
from monitor.messages import GroupMessage, Message, ReminderMessage, RoleMessage, dump, load
from monitor.notify.compose.pages import split_changes

# Messages that wait longer in a channel are merged into one.
BACKLOG_AGE: Final = timedelta(minutes=10)
# `state <> 'sent'` lets both databases use the index of what is open.
_NEVER_TRIED: Final = and_(
    Delivery.state == "pending", Delivery.state != "sent", Delivery.attempts == 0
)
WAIT: Final = timedelta(seconds=8)  # for the end of a running round
_ROLES: Final = ("opened", "revised", "closed", "reopened")

_unpacked = and_(Alert.delivery_id.is_(None), ~Alert.for_digest)
_round_ended = or_(
    Alert.round_id.is_(None),
    Alert.round_id.in_(select(CheckRound.id).where(CheckRound.finished_at.is_not(None))),
)
# an operator's alert has no column for its event
_failing_board = and_(Alert.kind == "operator", Alert.message.contains('"event":"failing"'))
_only_after_round = or_(Alert.kind == "summary", _failing_board)
_before_round_end = and_(_unpacked, ~_round_ended, ~_only_after_round)


def new_id() -> str:
    """Return a new delivery id."""
    return uuid4().hex


def due(connection: Connection, now: datetime) -> bool:
    """Return whether there is anything to pack or to merge. Cheap: it reads no message."""
    return any(
        connection.execute(query.limit(1)).first()
        for query in (unpacked(now), _backlogged_channels(now))
    )


def pack(connection: Connection, now: datetime, make_id: Callable[[], str] = new_id) -> int:
    """Write a delivery for each message that waiting alerts make. Return their number."""
    rows = connection.execute(unpacked(now).with_for_update(of=Alert)).all()
    rounds = {row.round_id for row in rows if row.round_id is not None}
    alerts = (
        PendingAlert(row.id, row.round_id, row.channel, row.rule, load(row.message), row.posting_id)
        for row in rows
    )
    messages = group_alerts(alerts, count_packed(connection, rounds, now))
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


def unpacked(
    now: datetime | None = None,
) -> Select[int, int | None, str, str | None, str, int | None]:
    """Select the alerts to pack. Without `now` only those whose round has ended."""
    columns = select(
        Alert.id, Alert.round_id, Alert.channel, Alert.rule, Alert.message, Alert.posting_id
    )
    may_go = _round_ended if now is None else or_(_round_ended, _waited(now))
    return columns.where(_unpacked, may_go).order_by(Alert.id)


def _waited(now: datetime) -> ColumnElement[bool]:
    """Return the condition for alerts of running rounds of which one has waited long enough."""
    rounds = select(Alert.round_id).where(_before_round_end, Alert.created_at <= now - WAIT)
    return and_(Alert.round_id.in_(rounds), ~_only_after_round)


def round_packed_at(connection: Connection) -> datetime | None:
    """Return when alerts of a running round may be packed, or None without any."""
    oldest: datetime | None = connection.scalar(
        select(func.min(Alert.created_at)).where(_before_round_end)
    )
    return None if oldest is None else oldest + WAIT


def count_packed(
    connection: Connection, rounds: Collection[int], now: datetime
) -> Mapping[CountKey, int]:
    """Count the role alerts of these rounds that messages contain already.

    The key is channel, round and rule. Rounds shorter than the wait have none.
    """
    long = select(CheckRound.id, CheckRound.started_at).where(
        in_json_list(CheckRound.id, "rounds"), CheckRound.started_at <= now - WAIT
    )
    counts: Counter[CountKey] = Counter()
    for row in connection.execute(long, {"rounds": json_list(rounds)}).all():
        # alerts have no index on their round, so begin where the round did
        before = (
            select(Alert.id)
            .where(Alert.created_at < row.started_at)
            .order_by(Alert.id.desc())
            .limit(1)
        )
        query = (
            select(Alert.channel, Alert.rule, func.count())
            .where(Alert.id > (connection.scalar(before) or 0), Alert.round_id == row.id)
            .where(Alert.kind.in_(_ROLES), Alert.delivery_id.is_not(None))
            .group_by(Alert.channel, Alert.rule)
        )
        for channel, rule, count in connection.execute(query):
            counts[channel, row.id, rule] = count
    return counts


def unpacked_alerts(connection: Connection) -> int:
    """Return the number of alerts of ended rounds that have no message yet."""
    return connection.scalar(select(func.count()).select_from(unpacked().subquery())) or 0


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
    parts = numbered_groups(roles)
    for names, group in parts:
        merge(connection, names, group)
    return len(roles) - len(parts)


def numbered_groups(
    roles: Sequence[tuple[str, RoleMessage]],
) -> list[tuple[list[str], GroupMessage]]:
    """Return deliveries (id, message) as few lists that fit. A role is once in one of them.

    Each list has the ids of its deliveries, the oldest first.
    """
    states = states_to_send(message for _, message in roles)
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
