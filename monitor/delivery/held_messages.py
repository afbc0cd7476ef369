"""Merge the messages that quiet hours held. Pure.

They are merged into one with a part for each kind, or into one per kind if that is too long for
Slack.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Final, TypeVar

import msgspec

from monitor.alerts.merge import all_reminders, one_summary
from monitor.alerts.net_states import as_closed, states_to_send
from monitor.messages import (
    BoardWideEdit,
    DigestMessage,
    FirstCheckSummary,
    GroupMessage,
    Message,
    QuietHoursMessage,
    ReminderMessage,
    RoleMessage,
)
from monitor.notify.compose.message import fits_one_message
from monitor.notify.compose.pages import split_changes, split_reminders

_ALONE = BoardWideEdit | DigestMessage
_Part = (
    RoleMessage | GroupMessage | ReminderMessage | FirstCheckSummary | BoardWideEdit | DigestMessage
)
M = TypeVar("M")
Named = tuple[str, M]  # a delivery id and its message
Closed = Mapping[str, datetime]
NONE_CLOSED: Final[Closed] = MappingProxyType({})


def merged_messages(
    held: Sequence[Named[Message]], now: datetime, closed: Closed = NONE_CLOSED
) -> Iterator[tuple[list[str], Message]]:
    """Return the held messages as one, or as few of each kind as possible if that is too long.

    `closed`: when each role that is closed now did so, by posting. A list says that it closed.

    A reposted card stays alone, and so do the message of an earlier night and a list whose thread
    is written already.
    """
    mergeable = [
        (name, message)
        for name, message in held
        if isinstance(message, _Part) and not _is_split(message)
    ]
    kinds: list[tuple[list[str], _Part]] = [
        *_roles(mergeable, closed),
        *_reminders(mergeable, now),
        *_summaries(mergeable),
        *(([name], message) for name, message in mergeable if isinstance(message, _ALONE)),
    ]
    night = _all_as_one([one for _, one in mergeable], [one for _, one in kinds], closed)
    if len(kinds) > 1 and fits_one_message(night):
        yield [name for name, _ in mergeable], night
        return
    for names, message in kinds:
        is_list = isinstance(message, GroupMessage) and len(names) > 1
        yield names, _night(message) if is_list else message


def _is_split(message: Message) -> bool:
    """Return whether other messages have some of the roles of this one."""
    match message:
        case FirstCheckSummary():
            return bool(message.more or message.parts > 1 or any(one.more for one in message.moves))
        case BoardWideEdit():
            return message.fit is not None
        case DigestMessage():
            return message.parts > 1
        case _:
            return False


def _all_as_one(held: Sequence[_Part], kinds: Sequence[_Part], closed: Closed) -> QuietHoursMessage:
    """Return all as one message. Of a role that a digest tells, only what happened after it."""
    told = {
        item.role.posting: part.at
        for part in held
        if isinstance(part, DigestMessage) and part.at is not None
        for item in part.items
    }
    later = [
        item
        for part in held
        if isinstance(part, RoleMessage | GroupMessage)
        for item in _items(part)
        if item.role.posting not in told or item.at > told[item.role.posting]
    ]
    roles = (GroupMessage(states_to_send(later, closed)),) if later else ()
    others = (part for part in kinds if not isinstance(part, RoleMessage | GroupMessage))
    return _night(*roles, *others)


def _night(*parts: _Part) -> QuietHoursMessage:
    return QuietHoursMessage(
        tuple(GroupMessage((part,)) if isinstance(part, RoleMessage) else part for part in parts)
    )


def _roles(
    held: Sequence[Named[_Part]], closed: Closed
) -> Iterator[tuple[list[str], RoleMessage | GroupMessage]]:
    """Return what became of the roles, in as few messages as possible."""
    roles = [
        (name, message) for name, message in held if isinstance(message, RoleMessage | GroupMessage)
    ]
    parts = list(
        _parts(_side_by_side(roles), lambda part: len(split_changes(_states(part, closed))) == 1)
    )
    for number, part in enumerate(parts, 1):
        names, items = [name for name, _ in part], _states(part, closed)
        if len(part) == 1:
            yield names, _alone(part[0][1], closed)
        elif len(items) == 1:
            yield names, items[0]
        else:
            yield names, GroupMessage(items, part=number, parts=len(parts))


def _alone(message: RoleMessage | GroupMessage, closed: Closed) -> RoleMessage | GroupMessage:
    """Return a message that is not merged, with what closed meanwhile."""
    if isinstance(message, RoleMessage):
        return as_closed((message,), closed)[0]
    return msgspec.structs.replace(message, items=as_closed(message.items, closed))


def _states(
    part: Sequence[Named[RoleMessage | GroupMessage]], closed: Closed
) -> tuple[RoleMessage, ...]:
    return states_to_send((item for _, message in part for item in _items(message)), closed)


def _side_by_side(
    held: Sequence[Named[RoleMessage | GroupMessage]],
) -> list[Named[RoleMessage | GroupMessage]]:
    """Return the messages with those about one role together, so that one list has them."""
    first: dict[str, int] = {}
    for number, (_, message) in enumerate(held):
        for item in _items(message):
            first.setdefault(item.role.posting, number)
    return sorted(held, key=lambda named: min(first[one.role.posting] for one in _items(named[1])))


def _reminders(
    held: Sequence[Named[_Part]], now: datetime
) -> Iterator[tuple[list[str], ReminderMessage]]:
    """Return the deadlines in few messages, with the time that is left now."""
    found = [(name, message) for name, message in held if isinstance(message, ReminderMessage)]

    def merged(part: Sequence[Named[ReminderMessage]]) -> ReminderMessage:
        return all_reminders([message for _, message in part], now)

    parts = list(_parts(found, lambda part: len(split_reminders(merged(part).items)) == 1))
    for number, part in enumerate(parts, 1):
        message = msgspec.structs.replace(merged(part), part=number, parts=len(parts))
        yield [name for name, _ in part], message


def _summaries(held: Sequence[Named[_Part]]) -> Iterator[tuple[list[str], FirstCheckSummary]]:
    """Return the summaries as one."""
    found = [(name, message) for name, message in held if isinstance(message, FirstCheckSummary)]
    if found:
        yield [name for name, _ in found], one_summary([message for _, message in found])


def _parts(
    held: Sequence[Named[M]], fits: Callable[[Sequence[Named[M]]], bool]
) -> Iterator[Sequence[Named[M]]]:
    """Split the messages, each part as long as it fits."""
    left = held
    while left:
        most = bisect_left(
            range(2, len(left) + 1), x=True, key=lambda number: not fits(left[:number])
        )
        yield left[: most + 1]
        left = left[most + 1 :]


def _items(message: RoleMessage | GroupMessage) -> tuple[RoleMessage, ...]:
    return message.items if isinstance(message, GroupMessage) else (message,)
