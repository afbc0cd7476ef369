"""Merge messages so that each reason, field, role and mention appears once. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime

import msgspec

from monitor.message_parts import BoardCount, FieldChange, Role, RuleCount, Why
from monitor.messages import BoardWideEdit, FirstCheckSummary, Message, ReminderMessage, RoleMessage


def joined(before: RoleMessage, after: RoleMessage) -> RoleMessage:
    """Merge two messages about one posting: newest facts, all reasons, one change per field.

    A change goes from the first old to the last new value, even if they are equal.
    """
    first = {change.field: change for change in before.changes}
    last = first | {change.field: change for change in after.changes}
    return msgspec.structs.replace(
        after,
        changes=tuple(
            FieldChange(name, first.get(name, change).old, change.new)
            for name, change in last.items()
        ),
        why=tuple(
            (
                {one.rule_name: one for one in before.why}
                | {one.rule_name: one for one in after.why}
            ).values()
        ),
        mention=tuple(dict.fromkeys([*before.mention, *after.mention])),
    )


def one_role(messages: Iterable[Message]) -> RoleMessage:
    """Merge the messages of several rules about one posting."""
    roles = [message for message in messages if isinstance(message, RoleMessage)]
    changes = {change.field: change for role in roles for change in role.changes}
    return msgspec.structs.replace(
        roles[0],
        why=tuple(dict.fromkeys(why for role in roles for why in role.why)),
        changes=tuple(changes.values()),
        mention=tuple(dict.fromkeys(who for role in roles for who in role.mention)),
    )


def one_reminder(messages: Iterable[Message]) -> ReminderMessage:
    """Merge the reminders of several rules about one posting."""
    found = [message for message in messages if isinstance(message, ReminderMessage)]
    items = [item for message in found for item in message.items]
    why = tuple(dict.fromkeys(why for item in items for why in item.why))
    mention = tuple(dict.fromkeys(who for item in items for who in item.mention))
    return ReminderMessage(
        (msgspec.structs.replace(items[0], why=why, mention=mention),), found[0].at
    )


def all_reminders(messages: Iterable[ReminderMessage], at: datetime) -> ReminderMessage:
    """Merge reminders, each posting once, with the time left at that moment."""
    postings: dict[str, list[Message]] = defaultdict(list)
    for message in messages:
        for item in message.items:
            postings[item.role.posting].append(ReminderMessage((item,), at))
    return ReminderMessage(tuple(one_reminder(mine).items[0] for mine in postings.values()), at)


def one_summary(messages: Iterable[Message]) -> FirstCheckSummary:
    """Merge summaries, each board and role once."""
    summaries = [message for message in messages if isinstance(message, FirstCheckSummary)]
    boards: dict[str, BoardCount] = {
        board.board: board for summary in summaries for board in summary.boards
    }
    roles: dict[str, dict[str, Role]] = defaultdict(dict)
    more_fit: Counter[str] = Counter()
    alerted: dict[str, dict[str, None]] = defaultdict(dict)
    for summary in summaries:
        for rule in summary.rules:
            roles[rule.rule] |= {role.posting: role for role in rule.roles}
            more_fit[rule.rule] += rule.more_fit
            alerted[rule.rule] |= dict.fromkeys(rule.alerted)
    rules = tuple(
        RuleCount(rule, tuple(found.values()), more_fit[rule], tuple(alerted[rule]))
        for rule, found in roles.items()
    )
    moves = {move.board: move for summary in summaries for move in summary.moves}
    return FirstCheckSummary(
        tuple(boards.values()),
        rules,
        tuple(moves.values()),
        late=all(summary.late for summary in summaries),
        at=max((summary.at for summary in summaries if summary.at), default=None),
    )


def one_board_wide_edit(messages: Iterable[Message]) -> BoardWideEdit:
    """Merge the messages of several rules about the same board-wide edit."""
    found = [message for message in messages if isinstance(message, BoardWideEdit)]
    edited = {role.posting for one in found for rule in one.rules for role in rule.roles}
    known = all(one.unedited is not None for one in found)
    unedited = dict.fromkeys(name for one in found for name in one.unedited or ())
    return msgspec.structs.replace(
        found[0],
        unedited=tuple(name for name in unedited if name not in edited) if known else None,
        rules=tuple(rule for one in found for rule in one.rules),
        why=tuple(dict.fromkeys(why for one in found for why in one.why)),
        mention=tuple(dict.fromkeys(who for one in found for who in one.mention)),
    )


def lasting(why: Why) -> Why:
    """Return the reason as cards and lists keep it: a rule that now fits just fits."""
    return msgspec.structs.replace(why, fit_change="") if why.fit_change == "now fits" else why
