"""Give each list the messages that it needs beside its first one.

A first summary shows five roles of an employer and a board-wide edit none. The others are replies
in its thread, each a delivery of its own. A channel without threads gets them one after the other.
This is done when a list may be sent, since quiet hours merge what they hold.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sqlalchemy import Connection, and_, func, insert, or_, select, update

from monitor.alerts import cards
from monitor.channels import kind
from monitor.database.columns import AnyRow
from monitor.database.tables import Alert, Delivery
from monitor.messages import BoardWideEdit, FirstCheckSummary, Message, RestMessage, dump, load
from monitor.notify.compose.pages import split_board_wide_edit, split_summary

# as `dump` writes them
_LISTS: Final = ('{"type":"summary"', '{"type":"template"')
IS_REST: Final = Delivery.message.startswith('{"type":"rest"', autoescape=True)


def begin_threads(connection: Connection, make_id: Callable[[], str]) -> int:
    """Write the other messages of every list that waits to be sent. Return how many."""
    waits = and_(
        Delivery.state == "pending",
        Delivery.state != "sent",
        Delivery.sending_at.is_(None),
        Delivery.card_id.is_(None),
        or_(*(Delivery.message.startswith(tag, autoescape=True) for tag in _LISTS)),
    )
    columns = select(Delivery.delivery_id, Delivery.channel, Delivery.message, Delivery.created_at)
    rows = connection.execute(columns.where(waits).order_by(Delivery.id).with_for_update()).all()
    return sum(_begin_thread(connection, row, make_id) for row in rows)


def _begin_thread(connection: Connection, row: AnyRow, make_id: Callable[[], str]) -> int:
    head, rests = split(load(row.message), row.channel)
    if not rests:
        return 0
    card_id = (
        cards.begin_thread(connection, row.channel, f"list {row.delivery_id}", head)
        if kind(row.channel) in cards.THREADED
        else None
    )
    connection.execute(
        update(Delivery)
        .where(Delivery.delivery_id == row.delivery_id)
        .values(message=dump(head), card_id=card_id)
    )
    # `alerts discard` discards the list and its other messages together
    newest = select(func.max(Alert.created_at)).where(Alert.delivery_id == row.delivery_id)
    common = {
        "channel": row.channel,
        "card_id": card_id,
        "state": "pending",
        "attempts": 0,
        "created_at": connection.scalar(newest) or row.created_at,
    }
    values = [common | {"delivery_id": make_id(), "message": dump(rest)} for rest in rests]
    connection.execute(insert(Delivery), values)
    return len(rests)


def split(message: Message, channel: str) -> tuple[Message, tuple[RestMessage, ...]]:
    """Return a list's first message for a channel, and its other ones."""
    threaded = kind(channel) in cards.THREADED
    if kind(channel) not in cards.LIMITED:
        return message, ()
    match message:
        # one of several messages is split already
        case FirstCheckSummary(parts=1):
            return split_summary(message, threaded=threaded)
        case BoardWideEdit(parts=1):
            return split_board_wide_edit(message, threaded=threaded)
        case _:
            return message, ()
