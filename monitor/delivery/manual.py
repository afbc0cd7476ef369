"""Retry or discard messages because a person asked: `alerts retry` and `alerts discard`.

Nothing here commits: every function is one step of its caller's transaction.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, and_, func, or_, select, update

from monitor.alerts.rows import end_unsent
from monitor.database.json_values import one_of
from monitor.database.slack_channels import directory
from monitor.database.tables import Alert, Delivery
from monitor.delivery.open_items import UNCLAIMED

_GIVEN_UP = "given up by a person"


def retry(connection: Connection, now: datetime, alerts: Collection[int] = ()) -> int:
    """Retry failed and postponed messages now, all or those of some alerts. Return their number.

    A channel that asked to wait is not called sooner. A message that was maybe sent is searched
    first. In a channel that cannot be read it is sent again, because a person asked.
    """
    chosen = (
        [Delivery.delivery_id.in_(select(Alert.delivery_id).where(one_of(Alert.id, alerts)))]
        if alerts
        else []
    )
    waits = and_(Delivery.state == "pending", Delivery.next_try_at.is_not(None))
    again = and_(Delivery.state != "sent", or_(Delivery.state == "failed", waits), *chosen)
    tried = or_(Delivery.state == "failed", Delivery.attempts > 0)
    count = connection.scalar(select(func.count()).select_from(Delivery).where(again, tried)) or 0
    until = {row[0]: row[1] for row in connection.execute(_ASKED.where(Delivery.not_before > now))}
    for channel, moment in until.items():
        connection.execute(
            update(Delivery)
            .where(again, Delivery.channel == channel)
            .values(state="pending", next_try_at=moment)
        )
    others = and_(again, ~one_of(Delivery.channel, until))
    connection.execute(
        update(Delivery)
        .where(others)
        .values(state="pending", next_try_at=None, not_before=None, reason=None)
    )
    return count


_ASKED = (
    select(Delivery.channel, func.max(Delivery.not_before))
    .where(Delivery.state == "pending")
    .group_by(Delivery.channel)
)


def discard(connection: Connection, before: datetime, channel: str | None = None) -> int:
    """Discard undelivered messages whose every alert is older than `before`. Return their number.

    Pack first. With `channel`, only messages of that channel, under any of its names. A message
    that is being sent stays. Alerts that wait for a digest are discarded too.
    """
    packed = select(Alert.delivery_id).where(Alert.delivery_id.is_not(None))
    younger = packed.where(Alert.created_at >= before)
    older = packed.where(Alert.created_at < before)
    # a reposted card has no alert
    written = or_(Delivery.created_at < before, Delivery.delivery_id.in_(older))
    names = None if channel is None else directory(connection).all_names(channel)
    of_channel = [] if names is None else [one_of(Delivery.channel, names)]
    old = update(Delivery).where(
        UNCLAIMED, written, Delivery.delivery_id.not_in(younger), *of_channel
    )
    discarded = old.values(state="discarded", reason=_GIVEN_UP, next_try_at=None)
    count = connection.execute(discarded).rowcount
    return count + _discard_for_digest(connection, before, names)


def _discard_for_digest(
    connection: Connection, before: datetime, names: Collection[str] | None
) -> int:
    """Discard alerts that wait for a digest. Each gets a discarded message of its own."""
    of_channel = [] if names is None else [one_of(Alert.channel, names)]
    waiting = (
        Alert.for_digest,
        Alert.delivery_id.is_(None),
        Alert.created_at < before,
        *of_channel,
    )
    rows = connection.execute(
        select(Alert.id, Alert.channel, Alert.message, Alert.created_at).where(*waiting)
    ).all()
    for row in rows:
        end_unsent(connection, *row, state="discarded", reason=_GIVEN_UP)
    return len(rows)
