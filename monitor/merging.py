"""Several messages about the same thing as one: every reason, field, role and mention once."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime

import msgspec

from monitor.messages import BoardCount, Message, ReminderMessage, Role, RoleMessage, RuleCount, SummaryMessage, TemplateMessage


def one_role(messages: Iterable[Message]) -> RoleMessage:
    """What several rules say of one posting, in one message: every reason, field and mention once."""
    roles = [message for message in messages if isinstance(message, RoleMessage)]
    changes = {change.field: change for role in roles for change in role.changes}
    return msgspec.structs.replace(
        roles[0],
        why=tuple(dict.fromkeys(why for role in roles for why in role.why)),
        changes=tuple(changes.values()),
        mention=tuple(dict.fromkeys(who for role in roles for who in role.mention)),
    )


def one_reminder(messages: Iterable[Message]) -> ReminderMessage:
    """What several rules say of one posting's deadline."""
    found = [message for message in messages if isinstance(message, ReminderMessage)]
    items = [item for message in found for item in message.items]
    why = tuple(dict.fromkeys(why for item in items for why in item.why))
    mention = tuple(dict.fromkeys(who for item in items for who in item.mention))
    return ReminderMessage((msgspec.structs.replace(items[0], why=why, mention=mention),), found[0].at)


def all_reminders(messages: Iterable[ReminderMessage], at: datetime) -> ReminderMessage:
    """What several messages say of deadlines, each posting once, as it stands at that moment."""
    postings: dict[str, list[Message]] = defaultdict(list)
    for message in messages:
        for item in message.items:
            postings[item.role.posting].append(ReminderMessage((item,), at))
    return ReminderMessage(tuple(one_reminder(mine).items[0] for mine in postings.values()), at)


def one_summary(messages: Iterable[Message]) -> SummaryMessage:
    """What several summaries say, each board and role once."""
    summaries = [message for message in messages if isinstance(message, SummaryMessage)]
    boards: dict[str, BoardCount] = {board.board: board for summary in summaries for board in summary.boards}
    roles: dict[str, dict[str, Role]] = defaultdict(dict)
    told: Counter[str] = Counter()
    for summary in summaries:
        for rule in summary.rules:
            roles[rule.rule] |= {role.posting: role for role in rule.roles}
            told[rule.rule] += rule.told
    rules = tuple(RuleCount(rule, tuple(found.values()), told[rule]) for rule, found in roles.items())
    moves = {move.board: move for summary in summaries for move in summary.moves}
    return SummaryMessage(tuple(boards.values()), rules, tuple(moves.values()), late=all(summary.late for summary in summaries))


def one_template(messages: Iterable[Message]) -> TemplateMessage:
    """What several rules say of the same edit on most of a board."""
    found = [message for message in messages if isinstance(message, TemplateMessage)]
    return msgspec.structs.replace(
        found[0],
        rules=tuple(rule for one in found for rule in one.rules),
        why=tuple(dict.fromkeys(why for one in found for why in one.why)),
        mention=tuple(dict.fromkeys(who for one in found for who in one.mention)),
    )
