"""Cards: one message per posting and channel that shows its current state, and one per operator incident.

    pack   a message about a posting joins its card, which is created where there is none
    check  a posting that moved marks its cards as possibly stale, alerted or not
    post   the first message that joined becomes the card; later ones are replies in its thread
    edit   a card that differs from the current state is edited (`delivery/edits.py`)

`wanted` counts possible changes and `shown` is the count that the channel has seen: a burst is one edit, and nothing is lost between the
two. A card without a place (`ts`) was never posted, or a person deleted it: the next message that joins it is posted as a new card. The
current state is read when the card is drawn, so that a card is never older than the tables.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import uuid4

import msgspec
from sqlalchemy import Connection, and_, exists, func, insert, or_, select, update

from crawler.items import Posting as Content
from monitor.alerts.alerting import Alerting, role_of
from monitor.channels import kind
from monitor.database import tables
from monitor.database.engine import AnyRow
from monitor.database.json_values import in_json_list, json_list
from monitor.database.tables import Card, Delivery, Posting, PostingVersion
from monitor.history.contents import posting_from_row
from monitor.messages import (
    CardMessage,
    Message,
    OperatorMessage,
    ReminderMessage,
    RoleMessage,
    Why,
    card_of,
    dump,
    load,
)
from monitor.notify.base import Receipt

_BOARD = select(tables.Board.board, tables.Board.company, tables.Board.last_ok_at)
_POSTING = (
    "key",
    "company",
    "state",
    "baseline",
    "first_seen_at",
    "last_seen_at",
    "closed_at",
    "board_id",
)
_ROW = (
    select(
        *(column for column in tables.PostingVersion.__table__.c if column.name != "raw"),
        tables.Description.text,
        *(tables.Posting.__table__.c[name] for name in _POSTING),
    )
    .join_from(
        tables.PostingVersion,
        tables.Posting,
        and_(
            tables.Posting.id == tables.PostingVersion.posting_id,
            tables.Posting.version == tables.PostingVersion.number,
        ),
    )
    .join(tables.Description, tables.Description.digest == tables.PostingVersion.description_digest)
)


def current_state(
    connection: Connection, posting_id: int | None, message: Message, now: datetime
) -> Message:
    """A card's message with the facts of today; as it is where they are nowhere else, as an incident's."""
    if posting_id is None or not isinstance(message, CardMessage):
        return message
    row = connection.execute(_ROW.where(tables.Posting.id == posting_id)).one_or_none()
    if row is None:
        return message
    board = connection.execute(_BOARD.where(tables.Board.id == row.board_id)).one()
    today = role_of(
        board, row.key, posting_from_row(row), None if row.baseline else row.first_seen_at
    )
    closed = row.state == "closed"
    at = {} if closed else _times(connection, posting_id)
    reopened = at.get("reopened")
    changed = at.get("revised")
    return msgspec.structs.replace(
        message,
        role=msgspec.structs.replace(
            today, repost_of=message.role.repost_of, repost_reason=message.role.repost_reason
        ),
        state=row.state,
        changed_at=changed if changed and (reopened is None or changed >= reopened) else None,
        reopened_at=reopened,
        closed_at=row.closed_at if closed else None,
        last_seen_at=row.last_seen_at if closed else None,
        overdue=not closed and row.deadline_at is not None and row.deadline_at <= now,
    )


def _times(connection: Connection, posting_id: int) -> dict[str, datetime]:
    """When each kind of change last happened to it."""
    change = tables.PostingChange
    rows = connection.execute(
        select(change.kind, func.max(change.at))
        .where(change.posting_id == posting_id)
        .group_by(change.kind)
    )
    return {row[0]: row[1] for row in rows}


_THREADED: Final = frozenset({"slack"})  # kinds of channels that have threads and can be edited
# of a card with none due
NO_EDIT: Final[Mapping[str, Any]] = {
    "next_try_at": None,
    "not_before": None,
    "attempts": 0,
    "reason": None,
}


def thread_key(message: Message) -> str | None:
    """Whose card a message belongs to; None for one that stands alone."""
    match message:
        case RoleMessage():
            return message.role.posting
        case OperatorMessage(incident=incident):
            return incident or None
        case _:
            return None


def attach(
    connection: Connection, channel: str, message: Message, posting_id: int | None
) -> int | None:
    """The card that tells a message or has it in its thread, and that shows from now on what the message says; None without one."""
    if isinstance(message, ReminderMessage):
        return _standing_card(connection, channel, posting_id)
    about = thread_key(message)
    if about is None or kind(channel) not in _THREADED:
        return None
    mine = (Card.channel == channel, Card.subject == about)
    known = connection.execute(
        select(Card.id, Card.message).where(*mine).with_for_update()
    ).one_or_none()
    if known is None:
        row = {
            "channel": channel,
            "subject": about,
            "posting_id": posting_id,
            "message": dump(_base(message)),
        }
        made = connection.execute(
            insert(Card).values(**row, wanted=1, shown=1, attempts=0).returning(Card.id)
        )
        return made.scalar_one()
    after = dump(_merged(load(known.message), message))
    if after != known.message:
        connection.execute(
            update(Card).where(Card.id == known.id).values(message=after, wanted=Card.wanted + 1)
        )
    card_id: int = known.id
    return card_id


def _standing_card(connection: Connection, channel: str, posting_id: int | None) -> int | None:
    """The card that a reminder is a reply to: a role without one in the channel is reminded of in a message of its own."""
    return connection.scalar(
        select(Card.id).where(
            Card.channel == channel, Card.posting_id == posting_id, Card.ts.is_not(None)
        )
    )


def _base(message: Message) -> Message:
    return card_of(message) if isinstance(message, RoleMessage) else message


def _merged(before: Message, message: Message) -> Message:
    """What the card shows when this has happened too: the newest facts, and every rule with its newest reason."""
    after = _base(message)
    if not isinstance(before, CardMessage) or not isinstance(after, CardMessage):
        return after
    lasting_why = [one for one in before.why if one.fit_change != "rule removed"]
    why = {one.rule: one for one in lasting_why} | {one.rule: _standing(one) for one in after.why}
    mention = tuple(dict.fromkeys([*before.mention, *after.mention]))
    lasting = {
        "changed_at": after.changed_at or before.changed_at,
        "reopened_at": after.reopened_at or before.reopened_at,
    }
    return msgspec.structs.replace(
        after, began=before.began, why=tuple(why.values()), mention=mention, **lasting
    )


def _standing(why: Why) -> Why:
    """A reason as it stands once its news is told: a rule that fits now just fits."""
    return msgspec.structs.replace(why, fit_change="") if why.fit_change == "now fits" else why


_OF_POSTINGS = select(Card.id, Card.posting_id, Card.message).where(
    in_json_list(Card.posting_id, "ids")
)
_OF_POSTINGS = _OF_POSTINGS.order_by(Card.id).with_for_update()


def mark_stale(
    connection: Connection, alerting: Alerting, board: AnyRow, moved: Sequence[tuple[int, Content]]
) -> None:
    """Notes on the cards of these postings, given by id with their content, what still fits, and that they may have to be edited.

    Told or not, with alerts or without: a card does not lie.
    """
    contents = dict(moved)
    for row in (
        connection.execute(_OF_POSTINGS, {"ids": json_list(contents)}).all() if contents else ()
    ):
        message = load(row.message)
        if isinstance(message, CardMessage):
            stands = [
                alerting.current_reason(one, board, contents[row.posting_id]) for one in message.why
            ]
            why = tuple(one for one in stands if one.fit_change != "rule removed") or tuple(stands)
            after = dump(msgspec.structs.replace(message, why=why))
            connection.execute(
                update(Card).where(Card.id == row.id).values(message=after, wanted=Card.wanted + 1)
            )


def pass_deadlines(connection: Connection, now: datetime) -> int:
    """Note on cards of open postings whose deadline has passed that they have to be edited, once each. Return how many."""
    current = and_(
        PostingVersion.posting_id == Posting.id, PostingVersion.number == Posting.version
    )
    passed = exists().where(
        Posting.id == Card.posting_id,
        current,
        Posting.state == "open",
        PostingVersion.deadline_at <= now,
    )
    idle = and_(Card.ts.is_not(None), Card.wanted == Card.shown)
    unmarked = ~func.coalesce(Card.shows, "").contains(_OVERDUE)
    return connection.execute(
        update(Card).where(idle, passed, unmarked).values(wanted=Card.wanted + 1)
    ).rowcount


# as `dump` writes it; within a text its quotation marks are escaped
_OVERDUE: Final = '"overdue":true'


def update_incident(connection: Connection, message: OperatorMessage) -> None:
    """Lets an incident's cards show how it stands now: news to nobody, so there is no alert."""
    mine = update(Card).where(Card.subject == message.incident, Card.posting_id.is_(None))
    connection.execute(mine.values(message=dump(message), wanted=Card.wanted + 1))


def location(connection: Connection, card_id: int | None) -> Receipt | None:
    """Where the card is; None while it is nowhere."""
    found = connection.execute(
        select(Card.channel_id, Card.ts).where(Card.id == card_id, Card.ts.is_not(None))
    ).one_or_none()
    return None if found is None else Receipt(found.channel_id, found.ts)


def mark_posted(
    connection: Connection, card_id: int, message: Message, receipt: Receipt, now: datetime
) -> None:
    """The card is there, unless it was already. It shows what it told; if that is not the truth any more, it is edited at once.

    A reminder whose card was deleted meanwhile stands alone: as a card it would be edited, and be a
    reminder no more.
    """
    if isinstance(message, ReminderMessage):
        return
    card = connection.execute(
        select(Card.__table__).where(Card.id == card_id, Card.ts.is_(None)).with_for_update()
    ).one_or_none()
    if card is None:
        return
    shows, base = _base(message), load(card.message)
    if isinstance(base, CardMessage) and isinstance(shows, CardMessage):
        base = msgspec.structs.replace(base, began=shows.began)
        today = current_state(connection, card.posting_id, base, now)
        if isinstance(today, CardMessage) and (today.role, today.state) == (
            shows.role,
            shows.state,
        ):
            shows = msgspec.structs.replace(today, overdue=shows.overdue)
    where = {
        "channel_id": receipt.channel_id,
        "ts": receipt.ts,
        "message": dump(base),
        "shows": dump(shows),
    }
    mine = update(Card).where(Card.id == card_id)
    connection.execute(mine.values(**where, shown=card.wanted - 1, **NO_EDIT))


def mark_missing(connection: Connection, card_id: int, ts: str | None) -> None:
    """The card is gone from where it was: a person deleted it, or the channel's name moved on."""
    there = update(Card).where(Card.id == card_id, Card.ts == ts)
    connection.execute(there.values(ts=None, shows=None, shown=Card.wanted, **NO_EDIT))


def repost(connection: Connection, card_id: int, now: datetime) -> None:
    """Sees to it that a card which is nowhere is posted: by a message that waits to join it, or by one that says how it stands.

    It is locked, since its edit and its reply end side by side, and each would believe that the
    other saw to it.
    """
    card = connection.execute(
        select(Card.__table__).where(Card.id == card_id).with_for_update()
    ).one()
    to_come = or_(
        Delivery.state.in_(("pending", "sending", "held")),
        and_(Delivery.state == "failed", Delivery.next_try_at.is_not(None)),
    )
    waits = select(Delivery.id).where(
        Delivery.card_id == card_id, Delivery.state != "sent", to_come
    )
    if card.ts is not None or connection.execute(waits.limit(1)).first():
        return
    message = dump(current_state(connection, card.posting_id, load(card.message), now))
    row = {
        "delivery_id": uuid4().hex,
        "channel": card.channel,
        "card_id": card_id,
        "message": message,
        "state": "pending",
    }
    connection.execute(insert(Delivery).values(**row, created_at=now, attempts=0))
