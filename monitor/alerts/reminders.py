"""Reminders before a deadline: which are due is decided purely, then written as alerts.

A threshold of a rule (72 h, 24 h) is due from so long before the deadline on; of several that are
due at once the nearest is told alone. What a role's own alert has just said is not said again, so
that one found with 50 hours left is reminded of at 24; but the last threshold is told in any case.
A threshold is told again when its moment comes again, because the deadline has moved on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

import msgspec
from sqlalchemy import Connection, and_, func, insert, or_, select, update
from sqlalchemy.orm import aliased

from monitor.alerts.alerting import Alerting, insert_alerts
from monitor.alerts.open_roles import Fits, OpenRole
from monitor.config.model import Rule, Settings
from monitor.database.engine import AnyRow
from monitor.database.json_values import in_json_list, json_list
from monitor.database.tables import Alert, Board, Delivery, Posting, PostingChange, PostingVersion
from monitor.messages import Message, NightMessage, Reminder, ReminderMessage, Why, dump, load

# so long after its deadline a reminder that nobody was there to send is noted, as expired
MISSED: Final = timedelta(days=1)
_TOO_LATE: Final = "the deadline passed before it could be sent"
_CLOSED: Final = "the role closed before it could be sent"
_MOVED: Final = "the deadline moved before it could be sent"

# posting, rule, channel, seconds of the threshold → when last
RemindersSent = Mapping[tuple[int, str, str, float], datetime]


@dataclass(frozen=True, slots=True)
class Due:
    """A reminder that a rule owes; `expired` when the deadline has passed already."""

    posting: OpenRole
    why: Why
    threshold: timedelta
    expired: bool


def decide(
    posting: OpenRole, rule: Rule, why: Why, learnt: datetime | None, now: datetime
) -> Due | None:
    """What a rule that fits owes now, told or not. `learnt`: when a change said the deadline, None when none did."""
    deadline = posting.role.deadline_at
    if deadline is None or not rule.remind or rule.mode == "digest":
        return None
    last, moments = min(rule.remind), sorted(each for each in rule.remind if deadline - each <= now)
    if now >= deadline:
        was_known = (learnt or posting.first_seen_at) < deadline - last
        return (
            Due(posting, why, last, expired=True) if was_known and now < deadline + MISSED else None
        )
    if not moments or (
        moments[0] != last and learnt is not None and deadline - moments[0] <= learnt
    ):
        return None
    return Due(posting, why, moments[0], expired=False)


def read(connection: Connection, settings: Settings, now: datetime) -> Fits | None:
    """Return the postings whose deadlines are near, with the rules that remind of them; None when no rule does. It may take seconds."""
    rules = [rule for rule in settings.rules if rule.remind and rule.mode != "digest"]
    if not rules:
        return None
    near = PostingVersion.deadline_at.between(
        now - MISSED, now + max(each for rule in rules for each in rule.remind)
    )
    return Fits.read(connection, Alerting.of(settings), rules, near)


def write(connection: Connection, settings: Settings, now: datetime) -> int:
    """Read and write in one transaction: see `write_read`."""
    return write_read(connection, read(connection, settings, now), now)


def write_read(connection: Connection, found: Fits | None, now: datetime) -> int:
    """Write the reminders that are due, and give up those that came too late. Return how many may be sent."""
    expire(connection, now)
    if found is None:
        return 0
    alerting, rules = found.alerting, {rule.name: rule for rule in found.rules}
    postings = [one for one in found.now(connection) if one.why]
    learnt, told = _learnt(connection, postings), _told(connection, postings)
    due = [
        (owed, channel)
        for one in postings
        for why in one.why
        if (owed := decide(one, rules[why.rule], why, learnt.get(one.posting_id), now))
        for channel in alerting.channels(rules[why.rule])
        if _is_news(owed, channel, told)
    ]
    rows = [_row(one, channel, rules[one.why.rule], now) for one, channel in due if not one.expired]
    insert_alerts(connection, rows, now)
    _note(
        connection,
        [_row(one, channel, rules[one.why.rule], now) for one, channel in due if one.expired],
        now,
    )
    return len(rows)


def next_due(connection: Connection, settings: Settings, now: datetime) -> datetime | None:
    """Return when the next reminder may be due, or the next deadline passes; None while no open posting has one to come."""
    before = {each for rule in settings.rules if rule.mode != "digest" for each in rule.remind} | {
        timedelta(0)
    }
    current = and_(
        PostingVersion.posting_id == Posting.id, PostingVersion.number == Posting.version
    )
    query = select(PostingVersion.deadline_at).distinct().join(Posting, current)
    deadlines = connection.scalars(
        query.where(Posting.state == "open", PostingVersion.deadline_at > now)
    ).all()
    moments = (deadline - each for deadline in deadlines if deadline for each in before)
    return min((moment for moment in moments if moment > now), default=None)


def _is_news(due: Due, channel: str, told: RemindersSent) -> bool:
    last = told.get((due.posting.posting_id, due.why.rule, channel, due.threshold.total_seconds()))
    deadline = due.posting.role.deadline_at
    return last is None or deadline is None or last < deadline - due.threshold


def _row(due: Due, channel: str, rule: Rule, now: datetime) -> dict[str, object]:
    reminder = Reminder(due.posting.role, (due.why,), due.threshold.total_seconds(), rule.mention)
    told = {
        "kind": "reminder",
        "rule": rule.name,
        "channel": channel,
        "why": due.why.words,
        "posting_id": due.posting.posting_id,
    }
    return told | {
        "round_id": None,
        "check_id": None,
        "message": dump(ReminderMessage((reminder,), now)),
        "created_at": now,
        "for_digest": False,
    }


def _learnt(connection: Connection, postings: Sequence[OpenRole]) -> dict[int, datetime]:
    """When a change last said each posting's deadline, by its row; a baseline's has said none."""
    change = PostingChange
    said = or_(change.field == "deadline", change.kind.in_(("opened", "reopened")))
    query = (
        select(change.posting_id, func.max(change.at))
        .where(in_json_list(change.posting_id, "ids"), said)
        .group_by(change.posting_id)
    )
    rows = connection.execute(query, {"ids": json_list(_ids(postings))})
    return {row[0]: row[1] for row in rows}


def _told(connection: Connection, postings: Sequence[OpenRole]) -> RemindersSent:
    """Of a role that moved to another board, what was told of it there counts."""
    ids = _ids(postings)
    now = {row.former: row.id for row in connection.execute(_FORMER, {"ids": json_list(ids)})}
    mine = and_(Alert.kind == "reminder", in_json_list(Alert.posting_id, "ids"))
    found: dict[tuple[int, str, str, float], datetime] = {}
    query = (
        select(Alert.posting_id, Alert.rule, Alert.channel, Alert.message, Alert.created_at)
        .where(mine)
        .order_by(Alert.id)
    )
    for row in connection.execute(query, {"ids": json_list([*now, *ids])}):
        for item in _items(row.message):
            found[
                now.get(row.posting_id, row.posting_id), row.rule, row.channel, item.threshold
            ] = row.created_at
    return found


_former = aliased(Posting)
_FORMER = select(Posting.id, _former.id.label("former")).join(
    _former, _former.id == Posting.repost_of
)
_FORMER = _FORMER.where(_former.board_id != Posting.board_id, in_json_list(Posting.id, "ids"))


def _ids(postings: Sequence[OpenRole]) -> list[int]:
    return [one.posting_id for one in postings]


def _items(text: str) -> tuple[Reminder, ...]:
    return tuple(
        item
        for part in _parts(load(text))
        if isinstance(part, ReminderMessage)
        for item in part.items
    )


def _parts(message: Message) -> tuple[Message, ...]:
    return message.parts if isinstance(message, NightMessage) else (message,)


def _with(text: str, items: tuple[Reminder, ...], now: datetime) -> Message | None:
    """The stored message with these deadlines in the place of its own; None when nothing is left to tell."""
    message = load(text)
    if isinstance(message, NightMessage):
        rest = tuple(part for part in message.parts if not isinstance(part, ReminderMessage))
        return NightMessage((*rest, ReminderMessage(items, now)) if items else rest)
    return ReminderMessage(items, now) if items else None


def _note(connection: Connection, rows: Iterable[dict[str, object]], now: datetime) -> None:
    """Reminders that expired before they were written."""
    for row in rows:
        own = _noted(connection, str(row["channel"]), str(row["message"]), now)
        connection.execute(insert(Alert).values(**row, delivery_id=own))


def _noted(
    connection: Connection, channel: str, message: str, now: datetime, reason: str = _TOO_LATE
) -> str:
    """A message that was never sent; its delivery id."""
    row = {
        "delivery_id": uuid4().hex,
        "channel": channel,
        "message": message,
        "created_at": now,
        "attempts": 0,
    }
    connection.execute(insert(Delivery).values(**row, state="expired", reason=reason))
    return str(row["delivery_id"])


def expire(connection: Connection, now: datetime) -> None:
    """Gives up what waits to be sent and is not true any more; the rest of a message goes on, with deadlines as they are now."""
    for row in _waiting(connection):
        items, postings = _items(row.message), _postings(connection, row.delivery_id)
        today = {
            item.role.posting: _today(item, postings.get(item.role.posting), now) for item in items
        }
        left = tuple(one for one in today.values() if isinstance(one, Reminder))
        over = {posting: one for posting, one in today.items() if isinstance(one, str)}
        mine = update(Delivery).where(Delivery.id == row.id, Delivery.state == row.state)
        message = _with(row.message, left, now)
        if message is None:
            connection.execute(
                mine.values(
                    state="expired", next_try_at=None, reason=next(iter(over.values()), _TOO_LATE)
                )
            )
        elif left != items and connection.execute(mine.values(message=dump(message))).rowcount:
            _give_up(connection, row.delivery_id, over, now)


def _postings(connection: Connection, delivery_id: str) -> dict[str, AnyRow]:
    """What a message reminds of, as it stands today, by the posting's name."""
    named = (Board.board + ":" + Posting.key).label("posting")
    query = select(
        named, Posting.state, PostingVersion.deadline_at, PostingVersion.deadline_text
    ).join_from(Alert, Posting)
    query = query.join(Board, Board.id == Posting.board_id)
    current = and_(
        PostingVersion.posting_id == Posting.id, PostingVersion.number == Posting.version
    )
    rows = connection.execute(
        query.join(PostingVersion, current).where(Alert.delivery_id == delivery_id)
    )
    return {row.posting: row for row in rows}


def _today(item: Reminder, posting: AnyRow | None, now: datetime) -> Reminder | str:
    """The reminder with today's deadline, or why it is not sent any more."""
    said, deadline = (
        item.role.deadline_at,
        posting.deadline_at if posting else item.role.deadline_at,
    )
    if posting and posting.state == "closed":
        return _CLOSED
    if deadline is None or (
        deadline != said and now < deadline - timedelta(seconds=item.threshold)
    ):
        return _MOVED  # it is told again when its moment comes again
    if deadline <= now:
        return _TOO_LATE
    if posting is None or deadline == said:
        return item
    role = msgspec.structs.replace(
        item.role, deadline_at=deadline, deadline_text=posting.deadline_text or ""
    )
    return msgspec.structs.replace(item, role=role)


def _give_up(
    connection: Connection, delivery_id: str, over: Mapping[str, str], now: datetime
) -> None:
    """The alerts of a message that it does not tell any more get expired ones of their own; `over` says why, by posting."""
    columns = select(Alert.id, Alert.channel, Alert.message).where(Alert.delivery_id == delivery_id)
    for row in connection.execute(columns).all():
        reasons = [over.get(item.role.posting) for item in _items(row.message)]
        if reasons and all(reasons):
            own = _noted(connection, row.channel, row.message, now, reasons[0] or _TOO_LATE)
            connection.execute(update(Alert).where(Alert.id == row.id).values(delivery_id=own))


def _waiting(connection: Connection) -> Iterator[AnyRow]:
    reminders = select(Alert.delivery_id).where(
        Alert.kind == "reminder", Alert.delivery_id == Delivery.delivery_id
    )
    open_ = and_(
        Delivery.state != "sent",
        Delivery.state.in_(("pending", "held", "failed")),
        Delivery.sending_at.is_(None),
    )
    columns = select(Delivery.id, Delivery.delivery_id, Delivery.state, Delivery.message)
    yield from connection.execute(columns.where(open_, reminders.exists())).all()
