"""Mark cards as stale where the history changed: `delivery/card_editor.py` then edits them.

A moved role takes its card, mutes and savers along to its new posting, so that one role stays one
thread per channel. Its card is edited once to show the new board's posting, without an alert.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import ColumnElement, Connection, and_, exists, func, select, update
from sqlalchemy.orm import InstrumentedAttribute

from crawler.items import Posting as Content
from monitor.alerts.alerting import Alerting
from monitor.database.board_row import BoardRow
from monitor.database.json_values import in_json_list, json_list
from monitor.database.tables import NEWEST_VERSION, Card, Mute, Posting, PostingVersion, Saved
from monitor.messages import CardMessage, OperatorMessage, dump, load

_OF_POSTINGS = (
    select(Card.id, Card.posting_id, Card.message)
    .where(in_json_list(Card.posting_id, "ids"))
    .order_by(Card.id)
    .with_for_update()
)
# as `dump` writes it; quotation marks within a text are escaped
_OVERDUE: Final = '"overdue":true'


def next_revision(message: str | None = None) -> dict[InstrumentedAttribute[Any], object]:
    """Return the columns of a card that is to show something else. `message`: if that changes."""
    columns: dict[InstrumentedAttribute[Any], object] = {Card.revision: Card.revision + 1}
    return columns if message is None else columns | {Card.message: message}


def mark_stale(
    connection: Connection,
    alerting: Alerting,
    board: BoardRow,
    changed: Sequence[tuple[int, Content]],
) -> None:
    """Mark the cards of changed postings, given as (id, content), as stale. Update their rules.

    Cards are updated for every change, whether it has an alert or not.
    """
    contents = dict(changed)
    for row in (
        connection.execute(_OF_POSTINGS, {"ids": json_list(contents)}).all() if contents else ()
    ):
        message = load(row.message)
        if isinstance(message, CardMessage):
            reasons = [
                alerting.current_reason(reason, board, contents[row.posting_id])
                for reason in message.why
            ]
            why = tuple(
                reason for reason in reasons if reason.fit_change != "rule removed"
            ) or tuple(reasons)
            after = dump(msgspec.structs.replace(message, why=why))
            connection.execute(update(Card).where(Card.id == row.id).values(next_revision(after)))


def pass_deadlines(connection: Connection, now: datetime) -> int:
    """Mark cards of open postings with a passed deadline as stale, once each. Return how many."""
    passed = exists().where(
        Posting.id == Card.posting_id,
        NEWEST_VERSION,
        Posting.state == "open",
        PostingVersion.deadline_at <= now,
    )
    idle = and_(Card.ts.is_not(None), Card.revision == Card.shown_revision)
    unmarked = ~func.coalesce(Card.shown_message, "").contains(_OVERDUE)
    return connection.execute(
        update(Card).where(idle, passed, unmarked).values(next_revision())
    ).rowcount


def update_incident(connection: Connection, message: OperatorMessage) -> None:
    """Update the cards of an incident, without an alert."""
    statement = update(Card).where(Card.subject == message.incident, Card.posting_id.is_(None))
    connection.execute(statement.values(next_revision(dump(message))))


def transfer(connection: Connection, pairs: Mapping[int, int]) -> None:
    """Move everything to the new postings. `pairs`: the new posting's id by the former one's."""
    if not pairs:
        return
    _move_cards(connection, pairs)
    _move(connection, Mute.posting_id, Mute.channel, pairs, Mute.ended_at.is_(None))
    _move(connection, Saved.posting_id, Saved.user_id, pairs)


def _move_cards(connection: Connection, pairs: Mapping[int, int]) -> None:
    """Move the cards. A channel that has a card of the new posting keeps both."""
    new_owners, former_owners = _owned(connection, Card.posting_id, Card.channel, pairs)
    for former, channel in former_owners:
        new = pairs[former]
        if (new, channel) not in new_owners:
            name = select(Posting.name).where(Posting.id == new).scalar_subquery()
            statement = update(Card).where(Card.posting_id == former, Card.channel == channel)
            connection.execute(
                statement.values(posting_id=new, subject=name).values(next_revision())
            )


def _move(
    connection: Connection,
    posting: InstrumentedAttribute[Any],
    owner: InstrumentedAttribute[str],
    pairs: Mapping[int, int],
    *conditions: ColumnElement[bool],
) -> None:
    new_owners, former_owners = _owned(connection, posting, owner, pairs, *conditions)
    for former, name in former_owners:
        if (pairs[former], name) not in new_owners:
            statement = update(posting.class_).where(posting == former, owner == name, *conditions)
            connection.execute(statement.values(posting_id=pairs[former]))


_Owned = Collection[tuple[int, str]]  # postings, each with a channel or a user


def _owned(
    connection: Connection,
    posting: InstrumentedAttribute[Any],
    owner: InstrumentedAttribute[str],
    pairs: Mapping[int, int],
    *conditions: ColumnElement[bool],
) -> tuple[_Owned, _Owned]:
    """Return the owners for the new postings, and those for the former ones."""
    query = select(posting, owner).where(in_json_list(posting, "ids"), *conditions)
    rows = {
        (row[0], row[1])
        for row in connection.execute(query, {"ids": json_list([*pairs, *pairs.values()])})
    }
    former_owners = {row for row in rows if row[0] in pairs}
    return rows - former_owners, sorted(former_owners)
