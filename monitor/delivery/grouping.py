"""Group alerts into messages. Pure.

alerts of a round and channel ──┬─ operator: one message each
                                ├─ summary: one message
                                ├─ deadline: one message per posting, or a list for more than 10
                                ├─ board-wide edit: one message per board
                                ├─ role, of a rule with more than 10: a list of all
                                └─ role: one message per posting, with every rule that fits
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from monitor.alerts.merge import one_board_wide_edit, one_reminder, one_role, one_summary
from monitor.messages import (
    BoardWideEdit,
    FirstCheckSummary,
    GroupMessage,
    Message,
    ReminderMessage,
    RoleMessage,
)
from monitor.notify.compose.pages import split_changes, split_reminders

MANY: Final = 10  # more alerts than this at once are one message
CountKey = tuple[str, int, str | None]  # channel, round, rule


@dataclass(frozen=True, slots=True)
class PendingAlert:
    """An alert without a message."""

    id: int
    round_id: int | None
    channel: str
    rule: str | None
    message: Message
    posting_id: int | None = None


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """One message and the ids of its alerts."""

    channel: str
    message: Message
    alerts: tuple[int, ...]
    posting_id: int | None = None  # of a message about one posting


def group_alerts(
    alerts: Iterable[PendingAlert], before: Mapping[CountKey, int] | None = None
) -> list[OutgoingMessage]:
    """Return messages that contain all alerts, each once, in the order of the alerts.

    `before`: how many postings the same rounds have sent already.
    """
    together: dict[tuple[str, int | None], list[PendingAlert]] = defaultdict(list)
    for alert in sorted(alerts, key=lambda alert: alert.id):
        together[alert.channel, alert.round_id].append(alert)
    messages = (
        message for group in together.values() for message in _group_channel(group, before or {})
    )
    return sorted(messages, key=lambda message: message.alerts[0])


def _group_channel(
    alerts: Sequence[PendingAlert], before: Mapping[CountKey, int]
) -> Iterator[OutgoingMessage]:
    """Group the alerts of one channel and round."""
    channel, round_id = alerts[0].channel, alerts[0].round_id
    summaries = [alert for alert in alerts if isinstance(alert.message, FirstCheckSummary)]
    if summaries:
        yield _joined(one_summary(_messages(summaries)), summaries)
    roles: dict[str, list[PendingAlert]] = defaultdict(list)
    deadlines: dict[str, list[PendingAlert]] = defaultdict(list)
    for alert in alerts:
        if isinstance(alert.message, RoleMessage):
            roles[alert.message.role.posting].append(alert)
        elif isinstance(alert.message, ReminderMessage):
            deadlines[alert.message.items[0].role.posting].append(alert)
        elif not isinstance(alert.message, FirstCheckSummary | BoardWideEdit):
            yield OutgoingMessage(channel, alert.message, (alert.id,))
    yield from _group_board_wide_edits(alerts)
    sent = {
        rule: count
        for (name, number, rule), count in before.items()
        if (name, number) == (channel, round_id)
    }
    yield from _group_roles(roles, sent)
    yield from _group_deadlines(deadlines)


def _group_deadlines(postings: Mapping[str, list[PendingAlert]]) -> Iterator[OutgoingMessage]:
    """Return a message for each posting, or one for more than 10."""
    reminders = [(one_reminder(_messages(alerts)), alerts) for alerts in postings.values()]
    if len(reminders) <= MANY:
        for message, alerts in reminders:
            yield _joined(message, alerts, alerts[0].posting_id)
        return
    at = max(message.at for message, _ in reminders)
    parts = split_reminders(message.items[0] for message, _ in reminders)
    for number, items in enumerate(parts, 1):
        alerts = [alert for item in items for alert in postings[item.role.posting]]
        yield _joined(ReminderMessage(items, at, number, len(parts)), alerts)


def _group_board_wide_edits(alerts: Sequence[PendingAlert]) -> Iterator[OutgoingMessage]:
    """Return a message for each board, with every rule that fits some of its roles."""
    boards: dict[str, list[PendingAlert]] = defaultdict(list)
    for alert in alerts:
        if isinstance(alert.message, BoardWideEdit):
            boards[alert.message.board].append(alert)
    for edits in boards.values():
        yield _joined(one_board_wide_edit(_messages(edits)), edits)


def _group_roles(
    postings: Mapping[str, list[PendingAlert]], sent: Mapping[str | None, int]
) -> Iterator[OutgoingMessage]:
    groups = _merge_rules_that_share_a_posting(postings, sent)
    members: dict[int, list[str]] = defaultdict(list)
    for posting, alerts in postings.items():
        group = next((groups[alert.rule] for alert in alerts if alert.rule in groups), None)
        if group is None:
            yield _joined(one_role(_messages(alerts)), alerts, alerts[0].posting_id)
        else:
            members[group].append(posting)
    for names in members.values():
        parts = split_changes(one_role(_messages(postings[name])) for name in names)
        for number, items in enumerate(parts, 1):
            message = GroupMessage(items, part=number, parts=len(parts))
            alerts = [alert for item in items for alert in postings[item.role.posting]]
            yield _joined(message, alerts)


def _merge_rules_that_share_a_posting(
    postings: Mapping[str, list[PendingAlert]], sent: Mapping[str | None, int]
) -> dict[str | None, int]:
    """Return a group number for each rule with too many alerts for messages of their own.

    Rules that share a posting are in one group, so that each posting is in one message. Example
    with 11 postings each: rules A and B share a posting, so do B and C; D is alone. The result is
    {A: 0, B: 0, C: 0, D: 3}. `sent` counts each rule's postings that the round has sent already;
    a single one after those is a message of its own.
    """
    names: dict[str | None, set[str]] = defaultdict(set)
    for posting, alerts in postings.items():
        for alert in alerts:
            names[alert.rule].add(posting)
    many = [
        rule for rule, own in names.items() if len(own) > 1 and len(own) + sent.get(rule, 0) > MANY
    ]
    groups: dict[str | None, int] = {rule: number for number, rule in enumerate(many)}
    for alerts in postings.values():
        shared = {groups[alert.rule] for alert in alerts if alert.rule in groups}
        if len(shared) > 1:
            groups = {
                rule: min(shared) if number in shared else number for rule, number in groups.items()
            }
    return groups


def _joined(
    message: Message, alerts: Sequence[PendingAlert], posting_id: int | None = None
) -> OutgoingMessage:
    ids = tuple(sorted(alert.id for alert in alerts))
    return OutgoingMessage(alerts[0].channel, message, ids, posting_id)


def _messages(alerts: Iterable[PendingAlert]) -> list[Message]:
    return [alert.message for alert in alerts]
