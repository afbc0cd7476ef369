"""Prepare the outbox: pack what can be packed, then list the first item of every queue.

A queue is a channel's messages, or the edits of a channel's cards.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import Connection, Engine

from monitor.channels import Channel
from monitor.config.model import AlertSettings
from monitor.database import slack_channels
from monitor.database.engine import read_transaction
from monitor.delivery import (
    channel_merge,
    merge_deliveries,
    open_items,
    pack,
    queue,
    quiet_hours,
    threads,
)
from monitor.delivery.channel_names import ChannelNames
from monitor.delivery.open_items import Edit, QueuedDelivery
from monitor.history.schedule import MAX_RETRY_AFTER

QueueItem = QueuedDelivery | Edit  # the first item of a queue
# No item waits longer, because a Retry-After is believed no longer.
_LONGEST: Final = MAX_RETRY_AFTER.total_seconds()


class Survey(NamedTuple):
    """The first item of every queue, and when time alone may change that.

    Quiet hours, a backlog and a long round depend on the clock.
    """

    heads: list[QueueItem]
    changes_at: datetime | None


def resume(engine: Engine, now: datetime) -> None:
    """Retry at once what failed before the program started or its configuration changed."""
    with engine.begin() as connection:
        channel_merge.respell(connection)
        queue.retry_failed_now(connection, now)
        open_items.retry_edits_now(connection, now)


def pack_and_list(
    engine: Engine, names: ChannelNames, hours: AlertSettings, now: datetime
) -> Survey:
    """Pack what can be packed, apply quiet hours, and list the first item of every queue."""
    with read_transaction(engine) as connection:
        is_anything_due = (
            pack.due(connection, now)
            or merge_deliveries.due(connection, now)
            or quiet_hours.due(connection, hours, now)
        )
        if not is_anything_due:
            return _list(connection, hours, now)
    with engine.begin() as connection:
        names.merge(connection)
        pack.pack(connection, now)
        merge_deliveries.merge_backlog(connection, now)
        quiet_hours.apply_quiet_hours(connection, hours, now)
        threads.begin_threads(connection, pack.new_id)
    with read_transaction(engine) as connection:
        return _list(connection, hours, now)


def head_like(connection: Connection, item: QueueItem) -> QueueItem | None:
    """Return the first item of the same queue now, or None."""
    if isinstance(item, Edit):
        return next(iter(open_items.next_edits(connection, item.channel)), None)
    head = next(iter(open_items.next_per_channel(connection, item.channel)), None)
    if head is None or not Channel.parse(item.channel).is_conversation:
        return head
    return head if head in _may_go(connection, open_items.next_per_channel(connection)) else None


def seconds_until(item: QueueItem, now: datetime) -> float:
    """Return the seconds until an item is due, 0 or less when it is.

    A time too far off was written before the clock was set back, so the item is due.
    """
    wait = (item.next_try_at - now).total_seconds() if item.next_try_at else 0.0
    return 0.0 if wait > _LONGEST else wait


def _list(connection: Connection, hours: AlertSettings, now: datetime) -> Survey:
    moments = (
        quiet_hours.next_change(hours, now),
        merge_deliveries.backlog_at(connection, now),
        pack.round_packed_at(connection),
    )
    heads: list[QueueItem] = [
        *_may_go(connection, open_items.next_per_channel(connection)),
        *open_items.next_edits(connection),
    ]
    return Survey(heads, min((moment for moment in moments if moment), default=None))


def _may_go(connection: Connection, heads: Sequence[QueuedDelivery]) -> list[QueuedDelivery]:
    """Return the messages that may be sent now, as several names may be one Slack channel.

    A message that may have been sent under another name is settled first. A direct message to a
    person without a known id may be any direct message, so all others wait for it.
    """
    sending = {head.channel for head in heads if head.state == "sending"}
    moving = [head.channel for head in heads if head.state != "failed"]
    mixed = slack_channels.are_mixed(moving)
    if not sending and not mixed:
        return list(heads)
    names = slack_channels.directory(connection)
    if mixed and any(
        Channel.parse(channel).is_person and not names.is_known(channel) for channel in moving
    ):
        heads = [
            head
            for head in heads
            if head.state == "sending" or not Channel.parse(head.channel).is_conversation
        ]
    busy = {names.key(channel): channel for channel in sending}
    return [
        head
        for head in heads
        if head.state == "sending"
        or busy.get(names.key(head.channel), head.channel) == head.channel
    ]
