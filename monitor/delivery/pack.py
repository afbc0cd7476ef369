"""Alerts put together into messages: who is told what in which message, decided purely, then written as deliveries.

alerts of a round and channel ──┬─ operator: one message each
                                ├─ summary: one message
                                ├─ deadline: one message a posting; more than 10 at once: one message
                                ├─ the same edit on most of a board: one message a board
                                ├─ role, of a rule with more than 10: one message, all listed
                                └─ role: one message a posting, naming every rule that fits
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

from sqlalchemy import Connection, Select, delete, func, insert, select, update

from monitor.alerts import cards
from monitor.alerts.merge import one_reminder, one_role, one_summary, one_template
from monitor.database import tables
from monitor.database.json_values import in_json_list, json_list
from monitor.delivery import unpacked
from monitor.messages import (
    BoardWideEdit,
    FirstCheckSummary,
    GroupMessage,
    Message,
    ReminderMessage,
    RoleMessage,
    dump,
    load,
)

MANY: Final = 10  # more alerts than this at once are one message
PER_MESSAGE: Final = 150  # roles that one message has room for
# a channel that waits longer gets what piled up in one message
BACKLOG_AGE: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class PendingAlert:
    """An alert as packing sees it."""

    id: int
    round_id: int | None
    channel: str
    rule: str | None
    message: Message
    posting_id: int | None = None


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """One message, and the alerts that it tells."""

    channel: str
    message: Message
    alerts: tuple[int, ...]
    posting_id: int | None = None  # of a message about one posting


def group_alerts(
    alerts: Iterable[PendingAlert], before: Mapping[unpacked.Key, int] | None = None
) -> list[OutgoingMessage]:
    """The messages that tell all these alerts, each once, in the order of the alerts.

    `before`: how many postings the same rounds have told already.
    """
    ordered = sorted(alerts, key=lambda alert: alert.id)
    together: dict[tuple[str, int | None], list[PendingAlert]] = defaultdict(list)
    for alert in ordered:
        together[alert.channel, alert.round_id].append(alert)
    packages = [
        package for alerts in together.values() for package in _plan_channel(alerts, before or {})
    ]
    return sorted(packages, key=lambda package: package.alerts[0])


def _plan_channel(
    alerts: Sequence[PendingAlert], before: Mapping[unpacked.Key, int]
) -> Iterator[OutgoingMessage]:
    """Of one channel and round."""
    channel, round_id = alerts[0].channel, alerts[0].round_id
    summaries = [alert for alert in alerts if isinstance(alert.message, FirstCheckSummary)]
    if summaries:
        yield OutgoingMessage(
            channel,
            one_summary([alert.message for alert in summaries]),
            tuple(alert.id for alert in summaries),
        )
    postings: dict[str, list[PendingAlert]] = defaultdict(list)
    deadlines: dict[str, list[PendingAlert]] = defaultdict(list)
    for alert in alerts:
        if isinstance(alert.message, RoleMessage):
            postings[alert.message.role.posting].append(alert)
        elif isinstance(alert.message, ReminderMessage):
            deadlines[alert.message.items[0].role.posting].append(alert)
        elif not isinstance(alert.message, FirstCheckSummary | BoardWideEdit):
            yield OutgoingMessage(channel, alert.message, (alert.id,))
    yield from _plan_templates(channel, alerts)
    earlier = {
        rule: count
        for (where, one, rule), count in before.items()
        if (where, one) == (channel, round_id)
    }
    yield from _plan_roles(channel, postings, earlier)
    yield from _plan_deadlines(channel, deadlines)


def _plan_deadlines(
    channel: str, postings: dict[str, list[PendingAlert]]
) -> Iterator[OutgoingMessage]:
    packages = [
        OutgoingMessage(
            channel,
            one_reminder([alert.message for alert in alerts]),
            tuple(alert.id for alert in alerts),
            alerts[0].posting_id,
        )
        for alerts in postings.values()
    ]
    if len(packages) <= MANY:
        yield from packages
        return
    items = tuple(
        item
        for package in packages
        if isinstance(package.message, ReminderMessage)
        for item in package.message.items
    )
    at = max(
        package.message.at for package in packages if isinstance(package.message, ReminderMessage)
    )
    yield OutgoingMessage(
        channel,
        ReminderMessage(items, at),
        tuple(sorted(one for package in packages for one in package.alerts)),
    )


def _plan_templates(channel: str, alerts: Sequence[PendingAlert]) -> Iterator[OutgoingMessage]:
    """One message a board whose template was edited, for every rule that fits some of its roles."""
    boards: dict[str, list[PendingAlert]] = defaultdict(list)
    for alert in alerts:
        if isinstance(alert.message, BoardWideEdit):
            boards[alert.message.board].append(alert)
    for told in boards.values():
        yield OutgoingMessage(
            channel,
            one_template([alert.message for alert in told]),
            tuple(alert.id for alert in told),
        )


def _plan_roles(
    channel: str, postings: dict[str, list[PendingAlert]], earlier: Mapping[str | None, int]
) -> Iterator[OutgoingMessage]:
    groups = _merge_rules_that_share_a_posting(postings, earlier)
    members: dict[int, list[str]] = defaultdict(list)
    for posting, alerts in postings.items():
        of = next((groups[alert.rule] for alert in alerts if alert.rule in groups), None)
        if of is None:
            message = one_role([alert.message for alert in alerts])
            yield OutgoingMessage(
                channel, message, tuple(alert.id for alert in alerts), alerts[0].posting_id
            )
        else:
            members[of].append(posting)
    for names in members.values():
        parts = [names[start : start + PER_MESSAGE] for start in range(0, len(names), PER_MESSAGE)]
        for number, part in enumerate(parts, 1):
            items = tuple(one_role([alert.message for alert in postings[name]]) for name in part)
            ids = tuple(sorted(alert.id for name in part for alert in postings[name]))
            yield OutgoingMessage(channel, GroupMessage(items, part=number, parts=len(parts)), ids)


def _merge_rules_that_share_a_posting(
    postings: dict[str, list[PendingAlert]], earlier: Mapping[str | None, int]
) -> dict[str | None, int]:
    """The rules with too many alerts for messages of their own → a number of their group; rules that share a posting share the group.

    `earlier`: how many postings of each rule the round has told already; a single one more is a message of its own.
    """
    told: dict[str | None, set[str]] = defaultdict(set)
    for posting, alerts in postings.items():
        for alert in alerts:
            told[alert.rule].add(posting)
    many = [
        rule
        for rule, names in told.items()
        if len(names) > 1 and len(names) + earlier.get(rule, 0) > MANY
    ]
    groups: dict[str | None, int] = {rule: number for number, rule in enumerate(many)}
    for alerts in postings.values():
        shared = {groups[alert.rule] for alert in alerts if alert.rule in groups}
        if len(shared) > 1:
            groups = {
                rule: min(shared) if number in shared else number for rule, number in groups.items()
            }
    return groups


def new_id() -> str:
    return uuid4().hex


def due(connection: Connection, now: datetime) -> bool:
    """Is there anything to pack or to put together? Asked often, so it reads no message."""
    return any(
        connection.execute(query.limit(1)).first()
        for query in (unpacked.query(now), _backlogged_channels(now))
    )


def pack(connection: Connection, now: datetime, make_id: Callable[[], str] = new_id) -> int:
    """Writes a delivery for each message that waits to be made; gives how many."""
    rows = connection.execute(unpacked.query(now).with_for_update(of=tables.Alert)).all()
    before = unpacked.told_before(
        connection, {row.round_id for row in rows if row.round_id is not None}, now
    )
    packages = group_alerts(
        (
            PendingAlert(
                row.id, row.round_id, row.channel, row.rule, load(row.message), row.posting_id
            )
            for row in rows
        ),
        before,
    )
    for package in packages:
        delivery_id = make_id()
        row = {
            "delivery_id": delivery_id,
            "channel": package.channel,
            "message": dump(package.message),
            "state": "pending",
        }
        card_id = cards.attach(connection, package.channel, package.message, package.posting_id)
        connection.execute(
            insert(tables.Delivery).values(**row, card_id=card_id, created_at=now, attempts=0)
        )
        _link(connection, package.alerts, delivery_id)
    return len(packages)


def _link(connection: Connection, alerts: Sequence[int], delivery_id: str) -> None:
    mine = (
        update(tables.Alert)
        .where(in_json_list(tables.Alert.id, "ids"))
        .values(delivery_id=delivery_id)
    )
    connection.execute(mine, {"ids": json_list(alerts)})


def merge_backlog(connection: Connection, now: datetime) -> int:
    """Puts what has piled up in a channel into one message, at the place of the oldest; gives how many messages it saved.

    Only messages that were never tried, of one role each, when more than 10 wait and the oldest for
    more than 10 minutes.
    """
    return sum(
        _regroup(connection, channel)
        for channel in connection.scalars(_backlogged_channels(now)).all()
    )


def _backlogged_channels(now: datetime) -> Select[str]:
    """Channels where much has waited long, seen without reading any message."""
    delivery = tables.Delivery
    waiting = select(delivery.channel).where(
        delivery.state == "pending", delivery.state != "sent", delivery.attempts == 0
    )
    return waiting.group_by(delivery.channel).having(
        func.count() > MANY, func.min(delivery.created_at) < now - BACKLOG_AGE
    )


def piled_up_at(connection: Connection, now: datetime) -> datetime | None:
    """Return when `regroup` has something to do that it has not yet; None when no channel has much waiting."""
    delivery = tables.Delivery
    waiting = (delivery.state == "pending", delivery.state != "sent", delivery.attempts == 0)
    oldest = (
        select(func.min(delivery.created_at))
        .where(*waiting)
        .group_by(delivery.channel)
        .having(func.count() > MANY)
    )
    moments = [at + BACKLOG_AGE for at in connection.scalars(oldest).all()]
    return min((moment for moment in moments if moment > now), default=None)


def _regroup(connection: Connection, channel: str) -> int:
    delivery = tables.Delivery
    waiting = (
        delivery.channel == channel,
        delivery.state == "pending",
        delivery.state != "sent",
        delivery.attempts == 0,
    )
    found = connection.execute(
        select(delivery.delivery_id, delivery.message)
        .where(*waiting)
        .order_by(delivery.id)
        .with_for_update()
    ).all()
    loaded = [(name, load(text)) for name, text in found]
    single = [(name, message) for name, message in loaded if isinstance(message, RoleMessage)]
    if len(single) <= MANY:
        return 0
    parts = [single[start : start + PER_MESSAGE] for start in range(0, len(single), PER_MESSAGE)]
    for number, part in enumerate(parts, 1):
        merge(
            connection,
            [name for name, _ in part],
            GroupMessage(tuple(message for _, message in part), part=number, parts=len(parts)),
        )
    return len(single) - len(parts)


def merge(connection: Connection, names: Sequence[str], message: Message) -> None:
    """The first delivery tells all of them, so that the others' alerts point to it and the others go.

    It has no card any more, unless it is about one posting still.
    """
    kept, gone = names[0], names[1:]
    alone = isinstance(message, RoleMessage) or (
        isinstance(message, ReminderMessage) and len(message.items) == 1
    )
    said = {"message": dump(message)} | ({} if alone else {"card_id": None})
    connection.execute(
        update(tables.Delivery).where(tables.Delivery.delivery_id == kept).values(**said)
    )
    others = {"others": json_list(gone)}
    connection.execute(
        update(tables.Alert)
        .where(in_json_list(tables.Alert.delivery_id, "others"))
        .values(delivery_id=kept),
        others,
    )
    connection.execute(
        delete(tables.Delivery).where(in_json_list(tables.Delivery.delivery_id, "others")), others
    )
