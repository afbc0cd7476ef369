"""Move a role's card, mutes and savers to its new posting.

So one role stays one thread per channel. Its card is edited once to show the new board's posting,
without an alert.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, select, update
from sqlalchemy.orm import InstrumentedAttribute

from monitor.database.json_values import in_json_list, json_list
from monitor.database.tables import Card, Mute, Posting, Saved


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
                statement.values(posting_id=new, subject=name, wanted=Card.wanted + 1)
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
