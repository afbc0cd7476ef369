"""Write reminders before a deadline as alerts. `decide` is pure.

A rule's threshold (72 h, 24 h) is due that long before the deadline. Of several that are due, only
the nearest is sent. A threshold that had passed when the role's own alert gave the deadline is
skipped: a role found with 50 hours left is reminded of at 24. The last threshold is always sent. A
threshold is sent again when the deadline has changed and its moment comes again, or when it expired
because the role closed or the deadline moved, and that is undone. What a rule that is removed or
renamed has sent to a channel is not sent there again by another.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, and_, func, insert, or_, select
from sqlalchemy.orm import aliased

from crawler.labels import has_two_deadlines
from monitor.alerts.alerting import Alerting
from monitor.alerts.expire import TOO_LATE, expire, reminders_in
from monitor.alerts.open_roles import OpenRole, OpenRoles
from monitor.alerts.rows import insert_alerts, write_unsent
from monitor.config.model import Rule, Settings
from monitor.database.json_values import in_json_list, json_list
from monitor.database.tables import Alert, Delivery, Posting, PostingChange
from monitor.message_parts import Reminder, Why
from monitor.messages import ReminderMessage, dump

# a missed reminder is stored as expired for this long after its deadline
MISSED: Final = timedelta(days=1)

# posting, rule, channel, seconds of the threshold → when sent last. None: by rules that are removed
RemindersSent = Mapping[tuple[int, str | None, str, float], datetime]


@dataclass(frozen=True, slots=True)
class Due:
    """A reminder that is due. `expired`: the deadline has passed already."""

    posting: OpenRole
    why: Why
    threshold: timedelta
    expired: bool


def decide(
    posting: OpenRole, rule: Rule, why: Why, changed: datetime | None, now: datetime
) -> Due | None:
    """Return the reminder of a rule that is due now, sent before or not, or None. Pure.

    `changed`: when a change last set the deadline, or None.
    """
    deadline = posting.role.deadline_at
    if deadline is None or not rule.remind or rule.mode == "digest":
        return None
    last = min(rule.remind)
    moments = sorted(each for each in rule.remind if deadline - each <= now)
    if now >= deadline:
        was_known = (changed or posting.first_seen_at) < deadline - last
        return (
            Due(posting, why, last, expired=True) if was_known and now < deadline + MISSED else None
        )
    if not moments or (
        moments[0] != last and changed is not None and deadline - moments[0] <= changed
    ):
        return None
    return Due(posting, why, moments[0], expired=False)


def read(connection: Connection, settings: Settings, now: datetime) -> OpenRoles | None:
    """Return the postings with a near deadline, and the rules that fit them. May take seconds.

    None when no rule has reminders.
    """
    rules = [rule for rule in settings.rules if rule.remind and rule.mode != "digest"]
    if not rules:
        return None
    near = Posting.deadline_at.between(
        now - MISSED, now + max(each for rule in rules for each in rule.remind)
    )
    return OpenRoles.read(connection, Alerting.of(settings), rules, near)


def write(connection: Connection, near: OpenRoles | None, now: datetime) -> int:
    """Write the due reminders and expire those that are too late. Return how many may be sent.

    `near`: from `read`.
    """
    expire(connection, now)
    if near is None:
        return 0
    alerting, rules = near.alerting, {rule.name: rule for rule in near.rules}
    postings = [posting for posting in near.refreshed(connection) if posting.why]
    changed = _deadline_changes(connection, postings)
    sent = _sent(connection, postings, {rule.name for rule in alerting.settings.rules})
    due = [
        (reminder, channel)
        for posting in postings
        for why in posting.why
        if (
            reminder := decide(
                posting, rules[why.rule_name], why, changed.get(posting.posting_id), now
            )
        )
        for channel in alerting.channels(rules[why.rule_name])
        if _is_new(reminder, channel, sent)
        and not _was_due_before(reminder, rules[why.rule_name].begun_at)
    ]
    rows, expired = (
        [
            _row(reminder, channel, rules[reminder.why.rule_name], now)
            for reminder, channel in due
            if reminder.expired == too_late
        ]
        for too_late in (False, True)
    )
    insert_alerts(connection, rows, now)
    for row in expired:
        channel, message = str(row["channel"]), str(row["message"])
        own = write_unsent(connection, channel, message, now, state="expired", reason=TOO_LATE)
        connection.execute(insert(Alert).values(**row, delivery_id=own))
    return len(rows)


def next_due(connection: Connection, settings: Settings, now: datetime) -> datetime | None:
    """Return when the next reminder is due or the next deadline passes, or None."""
    before = {each for rule in settings.rules if rule.mode != "digest" for each in rule.remind} | {
        timedelta(0)
    }
    query = select(Posting.deadline_at).distinct()  # of the newest versions: an index has them
    deadlines = connection.scalars(
        query.where(Posting.state == "open", Posting.deadline_at > now)
    ).all()
    moments = (deadline - each for deadline in deadlines if deadline for each in before)
    return min((moment for moment in moments if moment > now), default=None)


def _is_new(due: Due, channel: str, sent: RemindersSent) -> bool:
    posting_id, threshold = due.posting.posting_id, due.threshold.total_seconds()
    deadline = due.posting.role.deadline_at
    last = (sent.get((posting_id, rule, channel, threshold)) for rule in (due.why.rule_name, None))
    return all(at is None or deadline is None or at < deadline - due.threshold for at in last)


def _was_due_before(due: Due, begun_at: datetime | None) -> bool:
    """Return whether the reminder was due before a personal watch began: its answer listed it."""
    deadline = due.posting.role.deadline_at
    if begun_at is None or deadline is None:
        return False
    return deadline - due.threshold <= begun_at


def _row(due: Due, channel: str, rule: Rule, now: datetime) -> dict[str, object]:
    role = due.posting.role
    reminder = Reminder(
        role,
        (due.why,),
        due.threshold.total_seconds(),
        rule.mention,
        has_two_deadlines(role.deadline_text, due.posting.first_seen_at, role.location),
    )
    return {
        "kind": "reminder",
        "rule": rule.name,
        "channel": channel,
        "why": due.why.words,
        "posting_id": due.posting.posting_id,
        "round_id": None,
        "check_id": None,
        "message": dump(ReminderMessage((reminder,), now)),
        "created_at": now,
        "for_digest": False,
    }


def _deadline_changes(connection: Connection, postings: Sequence[OpenRole]) -> dict[int, datetime]:
    """Return when a change last set each posting's deadline, by row id. A baseline sets none."""
    change = PostingChange
    said = or_(change.field == "deadline", change.kind.in_(("opened", "reopened")))
    query = (
        select(change.posting_id, func.max(change.at))
        .where(in_json_list(change.posting_id, "ids"), said)
        .group_by(change.posting_id)
    )
    rows = connection.execute(query, {"ids": json_list(_ids(postings))})
    return {row[0]: row[1] for row in rows}


def _sent(
    connection: Connection, postings: Sequence[OpenRole], rules: Collection[str]
) -> RemindersSent:
    """Return the reminders sent before. Those of a moved role's former posting count.

    One that expired before its deadline does not count. `rules`: the names of all current ones.
    """
    ids = _ids(postings)
    now = {row.former: row.id for row in connection.execute(_FORMER, {"ids": json_list(ids)})}
    mine = and_(Alert.kind == "reminder", in_json_list(Alert.posting_id, "ids"))
    counts = or_(Delivery.state.is_(None), Delivery.state != "expired", Delivery.reason == TOO_LATE)
    found: dict[tuple[int, str | None, str, float], datetime] = {}
    query = (
        select(Alert.posting_id, Alert.rule, Alert.channel, Alert.message, Alert.created_at)
        .outerjoin(Delivery, Delivery.delivery_id == Alert.delivery_id)
        .where(mine, counts)
        .order_by(Alert.id)
    )
    for row in connection.execute(query, {"ids": json_list([*now, *ids])}):
        posting_id = now.get(row.posting_id, row.posting_id)
        rule = row.rule if row.rule in rules else None
        for item in reminders_in(row.message):
            found[posting_id, rule, row.channel, item.threshold] = row.created_at
    return found


_former = aliased(Posting)
_FORMER = (
    select(Posting.id, _former.id.label("former"))
    .join(_former, _former.id == Posting.repost_of)
    .where(_former.board_id != Posting.board_id, in_json_list(Posting.id, "ids"))
)


def _ids(postings: Sequence[OpenRole]) -> list[int]:
    return [one.posting_id for one in postings]
