"""Alerts that no message tells yet, and when they may be packed: with their round's end, or after a while where the round goes on.

Alerts of one round are put together, so they wait for its end. A hanging board makes that minutes,
for which no other waits: once an alert is 8 seconds old, all that the round has brought by then is
packed. Two kinds wait for the end in any case:

    summaries        one a channel and round
    failing boards   what the end finds out is added: where the employer is now, or that no host answers at all
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select

from monitor.database.json_values import in_json_list, json_list
from monitor.database.tables import Alert, CheckRound

WAIT: Final = timedelta(seconds=8)  # for the end of a round that goes on
_ROLES: Final = ("opened", "revised", "closed", "reopened")
Key = tuple[str, int, str | None]  # channel, round, rule

_untold = and_(Alert.delivery_id.is_(None), ~Alert.for_digest)  # what a digest tells waits for it
_ended = or_(
    Alert.round_id.is_(None),
    Alert.round_id.in_(select(CheckRound.id).where(CheckRound.finished_at.is_not(None))),
)
_for_the_end = or_(
    Alert.kind == "summary",
    and_(Alert.kind == "operator", Alert.message.contains('"event":"failing"')),
)
_early = and_(_untold, ~_ended, ~_for_the_end)


def query(now: datetime | None = None) -> Select[int, int | None, str, str | None, str, int | None]:
    """The alerts to pack: id, round_id, channel, rule, message, posting_id. Without a time only those whose round has ended."""
    columns = select(
        Alert.id, Alert.round_id, Alert.channel, Alert.rule, Alert.message, Alert.posting_id
    )
    return columns.where(_untold, _ended if now is None else or_(_ended, _waited(now))).order_by(
        Alert.id
    )


def _waited(now: datetime) -> ColumnElement[bool]:
    """All that a round has brought since the last time, once some of it has waited."""
    rounds = select(Alert.round_id).where(_early, Alert.created_at <= now - WAIT)
    return and_(Alert.round_id.in_(rounds), ~_for_the_end)


def next_at(connection: Connection) -> datetime | None:
    """Return when alerts of a round that goes on may be packed; None when there are none."""
    oldest: datetime | None = connection.scalar(select(func.min(Alert.created_at)).where(_early))
    return None if oldest is None else oldest + WAIT


def told_before(
    connection: Connection, rounds: Collection[int], now: datetime
) -> Mapping[Key, int]:
    """Count the alerts of roles that messages of these rounds tell already, by channel, round and rule; nothing of a short round."""
    long = select(CheckRound.id, CheckRound.started_at).where(
        in_json_list(CheckRound.id, "rounds"), CheckRound.started_at <= now - WAIT
    )
    found: Counter[Key] = Counter()
    for row in connection.execute(long, {"rounds": json_list(rounds)}).all():
        before = (
            select(Alert.id)
            .where(Alert.created_at < row.started_at)
            .order_by(Alert.id.desc())
            .limit(1)
        )
        mine = (
            Alert.id > (connection.scalar(before) or 0),
            Alert.round_id == row.id,
            Alert.kind.in_(_ROLES),
        )
        counts = (
            select(Alert.channel, Alert.rule, func.count())
            .where(*mine, Alert.delivery_id.is_not(None))
            .group_by(Alert.channel, Alert.rule)
        )
        found.update(
            {(channel, row.id, rule): count for channel, rule, count in connection.execute(counts)}
        )
    return found
