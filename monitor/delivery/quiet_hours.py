"""Quiet hours: what rules tell is held, then sent as one message a channel.

A message is held when it is packed, or when the hours begin while it waits for its turn. Operators'
messages go out at any time, and so do edits of cards, which make no sound. When the hours are over,
what was held is put together into one message with a part for each kind, or into one a kind where
Slack has no room for that. Nothing but the clock ends them: `alerts retry` lets what failed wait
with the rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, or_, select, update

from monitor.alerts.merge import all_reminders, once, one_summary
from monitor.config.model import AlertSettings
from monitor.database.tables import Alert, Card, Delivery
from monitor.delivery import pack
from monitor.messages import (
    BoardWideEdit,
    DigestMessage,
    FirstCheckSummary,
    GroupMessage,
    Message,
    QuietHoursMessage,
    ReminderMessage,
    RoleMessage,
    RuleMessage,
    load,
)
from monitor.notify.slack.draw import has_room
from monitor.text.local_time import end_of_span, next_instant

REASON = "quiet hours"


def due(connection: Connection, alerts: AlertSettings, now: datetime) -> bool:
    """Is there anything to hold, or to let go? Asked often."""
    which = _sendable() if is_quiet(alerts, now) else HELD_FOR_QUIET_HOURS
    return connection.execute(select(Delivery.id).where(which).limit(1)).first() is not None


def is_quiet(alerts: AlertSettings, now: datetime) -> bool:
    return until(alerts, now) is not None


def until(alerts: AlertSettings, now: datetime) -> datetime | None:
    """When the quiet hours that it is now are over; None when it is no such time."""
    return end_of_span(alerts.quiet, alerts.timezone, now) if alerts.quiet else None


def next_turn(alerts: AlertSettings, now: datetime) -> datetime | None:
    """Return when the quiet hours begin or end next; None without any."""
    if alerts.quiet is None:
        return None
    return until(alerts, now) or next_instant(alerts.quiet[0], alerts.timezone, now)


def apply_quiet_hours(connection: Connection, alerts: AlertSettings, now: datetime) -> None:
    """Holds what waits to be sent, or, outside the hours, lets go what was held."""
    if is_quiet(alerts, now):
        connection.execute(
            update(Delivery)
            .where(_sendable())
            .values(state="held", next_try_at=None, reason=REASON)
        )
        return
    channels = connection.scalars(
        select(Delivery.channel).where(HELD_FOR_QUIET_HOURS).distinct()
    ).all()
    for channel in channels:
        _release_held(connection, channel, now)


HELD_FOR_QUIET_HOURS = and_(Delivery.state == "held", Delivery.state != "sent")


def _sendable() -> ColumnElement[bool]:
    """What rules tell and what surely is not sent yet; a message of which nobody knows is looked for at any time.

    What a channel refused is tried again by itself, so it is held too; and so is a role's card
    posted anew, which no alert asks for.
    """
    alerts = select(Alert.id).where(Alert.delivery_id == Delivery.delivery_id)
    role = select(Card.id).where(Card.id == Delivery.card_id, Card.posting_id.is_not(None))
    waits = or_(
        Delivery.state == "pending",
        and_(Delivery.state == "failed", Delivery.next_try_at.is_not(None)),
    )
    of_rules = or_(
        alerts.where(Alert.kind != "operator").exists(), and_(role.exists(), ~alerts.exists())
    )
    return and_(waits, Delivery.state != "sent", Delivery.sending_at.is_(None), of_rules)


def _release_held(connection: Connection, channel: str, now: datetime) -> None:
    """A channel's held messages, as few as can be, each in the place of the first that it tells."""
    mine = (HELD_FOR_QUIET_HOURS, Delivery.channel == channel)
    rows = connection.execute(
        select(Delivery.delivery_id, Delivery.message).where(*mine).order_by(Delivery.id)
    ).all()
    for names, message in together([(row.delivery_id, load(row.message)) for row in rows], now):
        pack.merge(connection, names, message)
    connection.execute(
        update(Delivery).where(*mine).values(state="pending", next_try_at=None, reason=None)
    )


def together(
    held: Sequence[tuple[str, Message]], now: datetime
) -> Iterator[tuple[list[str], Message]]:
    """The messages that tell what these told: one, or where Slack has no room for it, as few of each kind as can be.

    A card posted anew stays alone, and so does what was put together on a night before.
    """
    told = [(name, message) for name, message in held if isinstance(message, RuleMessage)]
    kinds = list(_kinds(told, now))
    night = QuietHoursMessage(
        tuple(GroupMessage((one,)) if isinstance(one, RoleMessage) else one for _, one in kinds)
    )
    if len(kinds) > 1 and has_room(night):
        yield [name for name, _ in told], night
    else:
        yield from kinds


def _kinds(
    held: Sequence[tuple[str, RuleMessage]], now: datetime
) -> Iterator[tuple[list[str], RuleMessage]]:
    """Of roles, of deadlines, of what begins to be watched; of any other kind each alone."""
    for part in _parts(
        [
            (name, message)
            for name, message in held
            if isinstance(message, RoleMessage | GroupMessage)
        ]
    ):
        items = once(item for _, message in part for item in _roles(message))
        yield (
            [name for name, _ in part],
            part[0][1] if len(part) == 1 else items[0] if len(items) == 1 else GroupMessage(items),
        )
    reminders = [(name, message) for name, message in held if isinstance(message, ReminderMessage)]
    if reminders:  # reckoned from now: what was a day off when it was held is nearer in the morning
        yield (
            [name for name, _ in reminders],
            all_reminders([message for _, message in reminders], now),
        )
    summaries = [
        (name, message) for name, message in held if isinstance(message, FirstCheckSummary)
    ]
    if summaries:
        yield [name for name, _ in summaries], one_summary([message for _, message in summaries])
    yield from (
        ([name], message)
        for name, message in held
        if isinstance(message, BoardWideEdit | DigestMessage)
    )


def _parts(
    held: Sequence[tuple[str, RoleMessage | GroupMessage]],
) -> Iterator[list[tuple[str, RoleMessage | GroupMessage]]]:
    """So many as one message has room for."""
    part: list[tuple[str, RoleMessage | GroupMessage]] = []
    for one in held:
        if part and sum(len(_roles(message)) for _, message in [*part, one]) > pack.PER_MESSAGE:
            yield part
            part = []
        part.append(one)
    if part:
        yield part


def _roles(message: RoleMessage | GroupMessage) -> tuple[RoleMessage, ...]:
    return message.items if isinstance(message, GroupMessage) else (message,)
