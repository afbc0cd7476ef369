"""Find the alerts that no message contains yet, and when they may be packed.

The alerts of one round are packed together at its end. A hanging board may delay that by minutes.
So once an alert is 8 seconds old, everything that its round has brought so far is packed. Two kinds
wait for the end in any case:

    summaries        one per channel and round
    failing boards   the end adds the employer's new board, or that no host answers at all
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select

from monitor.database.json_values import in_json_list, json_list
from monitor.database.tables import Alert, CheckRound
from monitor.delivery.grouping import CountKey

WAIT: Final = timedelta(seconds=8)  # for the end of a running round
_ROLES: Final = ("opened", "revised", "closed", "reopened")

_unpacked = and_(Alert.delivery_id.is_(None), ~Alert.for_digest)
_ended = or_(
    Alert.round_id.is_(None),
    Alert.round_id.in_(select(CheckRound.id).where(CheckRound.finished_at.is_not(None))),
)
_for_the_end = or_(
    Alert.kind == "summary",
    and_(Alert.kind == "operator", Alert.message.contains('"event":"failing"')),
)
_early = and_(_unpacked, ~_ended, ~_for_the_end)


def query(now: datetime | None = None) -> Select[int, int | None, str, str | None, str, int | None]:
    """Select the alerts to pack. Without `now` only those whose round has ended."""
    columns = select(
        Alert.id, Alert.round_id, Alert.channel, Alert.rule, Alert.message, Alert.posting_id
    )
    may_go = _ended if now is None else or_(_ended, _waited(now))
    return columns.where(_unpacked, may_go).order_by(Alert.id)


def _waited(now: datetime) -> ColumnElement[bool]:
    """Return the condition for alerts of running rounds of which one has waited long enough."""
    rounds = select(Alert.round_id).where(_early, Alert.created_at <= now - WAIT)
    return and_(Alert.round_id.in_(rounds), ~_for_the_end)


def next_at(connection: Connection) -> datetime | None:
    """Return when alerts of a running round may be packed, or None without any."""
    oldest: datetime | None = connection.scalar(select(func.min(Alert.created_at)).where(_early))
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
