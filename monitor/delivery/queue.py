"""The outbox's table: the head of each channel's queue, the claim before a call, and what came of it.

Nothing here commits: every function is one step of its caller's transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import uuid4

from sqlalchemy import ColumnElement, Connection, and_, func, insert, or_, select, update

from monitor.alerts import cards
from monitor.channels import kind
from monitor.database.engine import AnyRow
from monitor.database.json_values import one_of
from monitor.database.slack_channels import directory
from monitor.database.tables import Alert, Delivery, Posting
from monitor.delivery.backlog import UNCLAIMED, of_kind
from monitor.delivery.retry_policy import DeliveryOutcome, QueuedDelivery
from monitor.messages import load
from monitor.notify.base import MessageMissingError, Receipt

_GIVEN_UP = "given up by a person"


class Claimed(NamedTuple):
    """A message to send, and the card in whose thread it goes; None: to the channel itself."""

    message: str
    card: Receipt | None


def claim(
    connection: Connection, head: QueuedDelivery, now: datetime, wait: timedelta
) -> Claimed | None:
    """Marks it `sending` and gives its message as it is now, None when another was quicker; should we die, it is due after `wait`."""
    mine = update(Delivery).where(
        Delivery.id == head.id, Delivery.state == head.state, Delivery.attempts == head.attempts
    )
    values = {
        "state": "sending",
        "sending_at": head.sending_at or now,
        "attempts": head.attempts + 1,
        "next_try_at": now + wait,
    }
    locked = (
        select(Delivery.message, Delivery.card_id).where(Delivery.id == head.id).with_for_update()
    )
    found = connection.execute(locked).one_or_none()  # others may be joined to it just now
    if found is None:  # it was packed into another one
        return None
    message, card_id = found
    card = cards.location(connection, card_id) if card_id is not None else None
    thread = (
        {"channel_id": card.channel_id, "thread_ts": card.ts}
        if card
        else {"channel_id": None, "thread_ts": None}
    )
    if connection.execute(mine.values(**values, **thread)).rowcount == 0:
        return None
    return Claimed(message, card)


def settle(
    connection: Connection,
    head: QueuedDelivery,
    settled: DeliveryOutcome,
    now: datetime,
    *,
    claimed: bool,
) -> None:
    """Stores how it stands now, if nobody else has settled it."""
    mine = update(Delivery).where(
        Delivery.id == head.id, Delivery.state == ("sending" if claimed else head.state)
    )
    values = {
        "state": settled.state,
        "next_try_at": settled.next_try_at,
        "sending_at": settled.sending_at,
        "reason": settled.reason,
    }
    values["not_before"] = settled.not_before
    if settled.receipt is not None:
        receipt = settled.receipt
        values |= {
            "sent_at": now,
            "channel_id": receipt.channel_id,
            "ts": receipt.ts,
            "message_url": receipt.url,
        }
    told = connection.execute(
        mine.values(**values).returning(Delivery.card_id, Delivery.thread_ts, Delivery.message)
    ).one_or_none()
    if told is not None and told.card_id is not None:
        _settle_card(connection, told, settled, now)


def _settle_card(
    connection: Connection, told: AnyRow, settled: DeliveryOutcome, now: datetime
) -> None:
    """What came of a message means for its card: it is there now, or it is not there any more."""
    if settled.receipt is not None and told.thread_ts is None:
        cards.mark_posted(connection, told.card_id, load(told.message), settled.receipt, now)
    elif settled.receipt is not None:
        # the card may have gone while its reply was on the way
        cards.repost(connection, told.card_id, now)
    elif isinstance(settled.error, MessageMissingError):
        cards.mark_missing(connection, told.card_id, told.thread_ts)


WAITING_FOR_WORKSPACE = and_(
    Delivery.state == "pending",
    Delivery.attempts == 0,
    or_(Delivery.next_try_at.is_not(None), Delivery.reason.is_not(None)),
)


def postpone_kind(connection: Connection, channel: str, until: datetime, reason: str) -> None:
    """Lets all channels of the same kind wait: the trouble is with the whole workspace."""
    waiting = and_(of_kind(kind(channel)), Delivery.state == "pending", Delivery.attempts == 0)
    sooner = or_(Delivery.next_try_at.is_(None), Delivery.next_try_at < until)
    connection.execute(
        update(Delivery).where(waiting, sooner).values(next_try_at=until, reason=reason)
    )


def retry_failed_now(connection: Connection, now: datetime, name: str | None = None) -> None:
    """Lets what was refused be tried at once: of one kind when a channel of it works again, of all when the program starts."""
    which = [] if name is None else [of_kind(name)]
    refused = and_(Delivery.state == "failed", Delivery.next_try_at.is_not(None))
    connection.execute(update(Delivery).where(refused, *which).values(next_try_at=now))
    resume_kind(connection, *which)


def resume_kind(connection: Connection, *which: ColumnElement[bool]) -> None:
    """Lets what only waited for the trouble of the whole workspace go, since that is over."""
    connection.execute(
        update(Delivery).where(WAITING_FOR_WORKSPACE, *which).values(next_try_at=None, reason=None)
    )


def retry(connection: Connection, now: datetime, alerts: Collection[int] = ()) -> int:
    """Let what failed, and what waits for its time, go now; of those alerts, or of all. Return how many messages are tried again.

    A channel that asked us to wait is not called sooner. A message that is "maybe sent" to a
    channel that cannot be read is sent again, since a person asked; elsewhere it is looked for
    first.
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
    """Gives up messages that were not delivered and whose every alert was written before then; gives how many. Pack first.

    `channel`: only those of that one, by any of its names. One that is just being sent is left alone. What waits for a digest is given up
    too.
    """
    told = select(Alert.delivery_id).where(Alert.delivery_id.is_not(None))
    younger, older = told.where(Alert.created_at >= before), told.where(Alert.created_at < before)
    # what posts a lost card anew tells no alert
    written = or_(Delivery.created_at < before, Delivery.delivery_id.in_(older))
    names = None if channel is None else directory(connection).all_names(channel)
    mine = [] if names is None else [one_of(Delivery.channel, names)]
    old = update(Delivery).where(UNCLAIMED, written, Delivery.delivery_id.not_in(younger), *mine)
    given_up = {"state": "discarded", "reason": _GIVEN_UP}
    return connection.execute(old.values(**given_up, next_try_at=None)).rowcount + _discard_untold(
        connection, before, names, given_up
    )


def _discard_untold(
    connection: Connection,
    before: datetime,
    names: Collection[str] | None,
    given_up: Mapping[str, str],
) -> int:
    """The same for alerts that wait for a digest: each gets a discarded message of its own, as what is muted does."""
    mine = [] if names is None else [one_of(Alert.channel, names)]
    untold = (Alert.for_digest, Alert.delivery_id.is_(None), Alert.created_at < before, *mine)
    rows = connection.execute(
        select(Alert.id, Alert.channel, Alert.message, Alert.created_at).where(*untold)
    ).all()
    for row in rows:
        said = {
            "delivery_id": uuid4().hex,
            "channel": row.channel,
            "message": row.message,
            "created_at": row.created_at,
            "attempts": 0,
        }
        connection.execute(insert(Delivery).values(**said, **given_up))
        connection.execute(
            update(Alert).where(Alert.id == row.id).values(delivery_id=said["delivery_id"])
        )
    return len(rows)


def alerts_of(connection: Connection, delivery_id: str) -> Sequence[AnyRow]:
    """Return id, kind, rule, posting and time of every alert that a message tells."""
    columns = select(
        Alert.id, Alert.kind, Alert.rule, Alert.created_at, Posting.name.label("posting")
    )
    joined = columns.outerjoin(Posting, Posting.id == Alert.posting_id)
    return connection.execute(
        joined.where(Alert.delivery_id == delivery_id).order_by(Alert.id)
    ).all()


def exists(connection: Connection, row_id: int) -> bool:
    """Is there still such a message?"""
    return connection.scalar(select(Delivery.id).where(Delivery.id == row_id)) is not None
