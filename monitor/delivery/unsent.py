"""Messages that are certainly not sent: take them back, so that their alerts are packed again.

Nothing here commits: every function is one step of its caller's transaction.
"""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy import ColumnElement, Connection, and_, delete, exists, or_, select, update
from sqlalchemy.orm import aliased

from monitor.alerts.rows import WATCH_ENDED, end_unsent
from monitor.database.tables import Alert, Card, Delivery
from monitor.delivery.open_items import UNCLAIMED
from monitor.delivery.threads import IS_REST
from monitor.messages import CardMessage, dump, load
from monitor.rules.watches import WatchRule


def certainly_unsent(claimed: int | None = None) -> ColumnElement[bool]:
    """Return the condition that a message is certainly not in Slack.

    `sending_at` is the first call that is not known to have failed. `claimed` is the id of a
    claimed message before its call.
    """
    waits = and_(UNCLAIMED, Delivery.sending_at.is_(None))
    return waits if claimed is None else or_(waits, Delivery.id == claimed)


def take_back(
    connection: Connection, *conditions: ColumnElement[bool], claimed: int | None = None
) -> None:
    """Delete messages without a call, so that their alerts are packed again. Digests stay.

    The other messages of a list go with it: they are written again too.
    """
    alert, digest = aliased(Alert), aliased(Alert)
    packed = exists().where(alert.delivery_id == Delivery.delivery_id)
    gathered = exists().where(digest.delivery_id == Delivery.delivery_id, digest.kind == "digest")
    mine = and_(certainly_unsent(claimed), packed, ~gathered, *conditions)
    for delivery_id, card_id in connection.execute(
        select(Delivery.delivery_id, Delivery.card_id).where(mine).with_for_update()
    ).all():
        connection.execute(
            update(Alert).where(Alert.delivery_id == delivery_id).values(delivery_id=None)
        )
        connection.execute(delete(Delivery).where(Delivery.delivery_id == delivery_id))
        delete_rests(connection, card_id)


def delete_rests(connection: Connection, card_id: int | None) -> None:
    """Delete the other messages of a list with that card: the list is not in Slack."""
    if card_id is not None:
        connection.execute(delete(Delivery).where(Delivery.card_id == card_id, IS_REST))


def discard_of_watch(connection: Connection, watch: WatchRule, now: datetime) -> None:
    """Discard the waiting alerts of a watch that has ended.

    Its messages may hold alerts of other rules too: those are packed again.
    """
    mine = aliased(Alert)
    holds = exists().where(mine.delivery_id == Delivery.delivery_id, mine.rule == watch.name)
    take_back(connection, holds)
    waiting = select(Alert.id, Alert.channel, Alert.message).where(
        Alert.rule == watch.name, Alert.delivery_id.is_(None)
    )
    for row in connection.execute(waiting).all():
        end_unsent(connection, *row, now, state="discarded", reason=WATCH_ENDED)
        _forget_in_cards(connection, row.channel, watch)


def _forget_in_cards(connection: Connection, channel: str, watch: WatchRule) -> None:
    """Remove the watch from the reasons of cards that are not posted yet."""
    unposted = (Card.channel == channel, Card.posting_id.is_not(None), Card.ts.is_(None))
    for row in connection.execute(select(Card.id, Card.message).where(*unposted)).all():
        message = load(row.message)
        if isinstance(message, CardMessage):
            why = tuple(one for one in message.why if one.watch != watch.watch)
            text = dump(msgspec.structs.replace(message, why=why))
            connection.execute(update(Card).where(Card.id == row.id).values(message=text))
