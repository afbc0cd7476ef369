"""Write a delivery for each message that waiting alerts make.

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

from sqlalchemy import ColumnElement, Connection, Select, and_, func, insert, or_, select, update

from monitor.alerts import cards
from monitor.alerts.rows import written_since
from monitor.database.json_values import in_json_list, json_list
from monitor.database.tables import Alert, CheckRound, Delivery
from monitor.delivery.grouping import CountKey, PendingAlert, group_alerts
from monitor.messages import dump, load

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
    """Return whether there is anything to pack. Cheap: it reads no message."""
    return connection.execute(unpacked(now).limit(1)).first() is not None


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
        since = written_since(connection, row.started_at)
        query = (
            select(Alert.channel, Alert.rule, func.count())
            .where(since, Alert.round_id == row.id)
            .where(Alert.kind.in_(_ROLES), Alert.delivery_id.is_not(None))
            .group_by(Alert.channel, Alert.rule)
        )
        for channel, rule, count in connection.execute(query):
            counts[channel, row.id, rule] = count
    return counts


def unpacked_alerts(connection: Connection) -> int:
    """Return the number of alerts of ended rounds that have no message yet."""
    return connection.scalar(select(func.count()).select_from(unpacked().subquery())) or 0
