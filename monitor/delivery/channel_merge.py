"""Merge the rows of one Slack channel that were stored under several names.

A channel is written as `slack:#roles` or `slack:C0ROLES001`, and its name may change. Alerts are
written under the name that the configuration uses. Until Slack has listed the ids, an alert may
exist once for each name of a channel. `channel_names.py` learns the ids. Then:

    certainly unsent   deleted; its alerts are packed again under the one name, duplicates deleted
    maybe in Slack     unchanged: searched and settled under its own name
    finished           takes the one name, with its card, mutes and introductions

Nothing here commits: every function is one step of its caller's transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sqlalchemy import ColumnElement, Connection, Select, and_, delete, exists, or_, select, update
from sqlalchemy.orm import aliased

from monitor.channels import Channel
from monitor.database.json_values import one_of
from monitor.database.tables import Alert, Card, Delivery, Introduction, Mute
from monitor.delivery.unsent import certainly_unsent, delete_rests, take_back
from monitor.delivery.waiting import CHANNELS

_FINISHED: Final = ("sent", "expired", "discarded")


def merge(connection: Connection, aliases: Mapping[str, str], claimed: int | None = None) -> None:
    """Merge the rows of every alias into its channel's one name.

    `claimed`: the id of a claimed delivery before its call, which may be taken back too.
    """
    for other, name in aliases.items():
        if _is_used(connection, other):
            _merge(connection, other, name, claimed)


def respell(connection: Connection) -> None:
    """Merge channels that an older configuration wrote with capitals: `#Roles` is `#roles`."""
    for column in CHANNELS:
        for channel in connection.scalars(
            select(column).where(column.startswith(str(Channel.slack("#")))).distinct()
        ).all():
            lower = str(Channel.parse(channel))
            if channel != lower:
                _merge(connection, channel, lower, None)


def drop_double(connection: Connection, aliases: Mapping[str, str], row_id: int) -> bool:
    """Delete a delivery that no search found, if another name of its channel has its alerts too.

    Its process died between the claim and the call, before the names were known. Return whether it
    was deleted.
    """
    delivery = connection.execute(
        select(Delivery.channel, Delivery.delivery_id, Delivery.card_id).where(
            Delivery.id == row_id
        )
    ).one()
    name = aliases.get(delivery.channel, delivery.channel)
    names = [name, *(other for other, known in aliases.items() if known == name)]
    twin = aliased(Alert)
    elsewhere = or_(twin.delivery_id.is_(None), twin.delivery_id != delivery.delivery_id)
    doubled = exists().where(_are_twins(twin, Alert), elsewhere, one_of(twin.channel, names))
    own = Alert.delivery_id == delivery.delivery_id
    any_, alone = (
        connection.execute(select(Alert.id).where(own, *more).limit(1)).first()
        for more in ((), (~doubled,))
    )
    if any_ is None or alone is not None:
        return False
    connection.execute(delete(Alert).where(own))
    connection.execute(delete(Delivery).where(Delivery.id == row_id))
    delete_rests(connection, delivery.card_id)
    return True


def is_stored(connection: Connection, row_id: int) -> bool:
    """Return whether the delivery still exists: a merge may have taken it back."""
    return connection.scalar(select(Delivery.id).where(Delivery.id == row_id)) is not None


def _is_used(connection: Connection, channel: str) -> bool:
    return any(
        connection.execute(select(column).where(column == channel).limit(1)).first()
        for column in CHANNELS
    )


def _merge(connection: Connection, other: str, name: str, claimed: int | None) -> None:
    if _is_split(connection, other, name, claimed):
        for channel in (other, name):
            take_back(connection, Delivery.channel == channel, claimed=claimed)
        connection.execute(
            update(Alert)
            .where(Alert.channel == other, Alert.delivery_id.is_(None))
            .values(channel=name)
        )
        _delete_duplicates(connection, other, name)
    _merge_mutes(connection, other, name)
    _merge_introductions(connection, other, name)
    _merge_cards(connection, other, name)
    of_name = Delivery.card_id.is_(None) | Delivery.card_id.in_(
        select(Card.id).where(Card.channel == name)
    )
    connection.execute(
        update(Delivery)
        .where(Delivery.channel == other, Delivery.state.in_(_FINISHED), of_name)
        .values(channel=name)
    )
    moved = Alert.delivery_id.in_(select(Delivery.delivery_id).where(Delivery.channel == name))
    connection.execute(update(Alert).where(Alert.channel == other, moved).values(channel=name))


def _is_split(connection: Connection, other: str, name: str, claimed: int | None) -> bool:
    """Return whether the other name has unsent alerts, or a card that the one name lacks."""
    unpacked = select(Alert.id).where(Alert.channel == other, Alert.delivery_id.is_(None))
    unsent = select(Delivery.id).where(Delivery.channel == other, certainly_unsent(claimed))
    unknown = aliased(Card)
    new = exists().where(
        unknown.channel == name, unknown.subject == Card.subject, unknown.ts.is_(None)
    )
    posted = select(Card.id).where(Card.channel == other, Card.ts.is_not(None), new)
    return any(
        connection.execute(query.limit(1)).first()
        for query in (unpacked, unsent, posted, _doubled(other, name, claimed))
    )


def _doubled(other: str, name: str, claimed: int | None) -> Select[int]:
    """Select unsent alerts under the one name that the other name has too."""
    unsent, twin = aliased(Alert), aliased(Alert)
    joined = (
        select(unsent.id)
        .outerjoin(Delivery, Delivery.delivery_id == unsent.delivery_id)
        .join(twin, _are_twins(twin, unsent))
    )
    return joined.where(
        unsent.channel == name,
        twin.channel == other,
        or_(unsent.delivery_id.is_(None), certainly_unsent(claimed)),
    )


def _delete_duplicates(connection: Connection, other: str, name: str) -> None:
    """Delete alerts without a message that repeat another: same time, kind and message."""
    twin = aliased(Alert)
    of_both = twin.channel.in_((other, name))
    earlier = or_(twin.delivery_id.is_not(None), twin.id < Alert.id)
    again = exists().where(_are_twins(twin, Alert), of_both, twin.id != Alert.id, earlier)
    connection.execute(
        delete(Alert).where(Alert.channel == name, Alert.delivery_id.is_(None), again)
    )


def _are_twins(one: type[Alert], other: type[Alert]) -> ColumnElement[bool]:
    """Return the condition that two alerts tell the same."""
    return and_(
        one.created_at == other.created_at, one.kind == other.kind, one.message == other.message
    )


def _merge_mutes(connection: Connection, other: str, name: str) -> None:
    """Move the mutes. A mute that both names have is kept once."""
    kept = aliased(Mute)
    doubled = exists().where(
        kept.channel == name, kept.ended_at.is_(None), kept.posting_id == Mute.posting_id
    )
    connection.execute(
        delete(Mute).where(
            Mute.channel == other, Mute.ended_at.is_(None), Mute.posting_id.is_not(None), doubled
        )
    )
    connection.execute(update(Mute).where(Mute.channel == other).values(channel=name))


def _merge_introductions(connection: Connection, other: str, name: str) -> None:
    known = aliased(Introduction)
    doubled = exists().where(
        known.channel == name,
        known.board_id == Introduction.board_id,
        known.rule == Introduction.rule,
    )
    connection.execute(delete(Introduction).where(Introduction.channel == other, doubled))
    connection.execute(
        update(Introduction).where(Introduction.channel == other).values(channel=name)
    )


def _merge_cards(connection: Connection, other: str, name: str) -> None:
    """Move the cards. If both names have a posted card of a subject, both stay and are edited."""
    used = exists().where(Delivery.card_id == Card.id)
    connection.execute(
        delete(Card).where(Card.channel.in_((other, name)), Card.ts.is_(None), ~used)
    )
    known = aliased(Card)
    both = exists().where(known.channel == name, known.subject == Card.subject)
    on_its_way = exists().where(Delivery.card_id == Card.id, Delivery.state.not_in(_FINISHED))
    connection.execute(
        update(Card).where(Card.channel == other, ~both, ~on_its_way).values(channel=name)
    )
