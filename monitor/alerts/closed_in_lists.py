"""Mark the roles of a list of open roles that closed while it waited to be sent.

Quiet hours and an outage hold such a list for hours. Its roles have no alert of their own, and a
rule may tell no closings.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final, TypeVar

import msgspec
from sqlalchemy import Connection, select

from monitor.database.json_values import one_of
from monitor.database.tables import Posting
from monitor.message_parts import Move, RuleCount
from monitor.messages import (
    BoardWideEdit,
    FirstCheckSummary,
    Message,
    QuietHoursMessage,
    RestMessage,
    dump,
    load,
)

# as `dump` writes them
_LISTS: Final = tuple(f'"type":"{kind}"' for kind in ("summary", "rest", "template"))
M = TypeVar("M", bound=Message | Move)


def with_closed_roles(connection: Connection, text: str) -> str:
    """Return a stored message whose lists of open roles show which of them are closed now."""
    if not any(kind in text for kind in _LISTS):
        return text
    message = load(text)
    names = list({role.posting for rule in _rules(message) for role in rule.roles})
    is_closed = one_of(Posting.name, names), Posting.state == "closed"
    closed = set(connection.scalars(select(Posting.name).where(*is_closed)))
    return dump(_marked(message, closed))


def _rules(message: Message) -> Iterator[RuleCount]:
    match message:
        case FirstCheckSummary():
            yield from message.rules
            yield from (rule for move in message.moves for rule in move.rules)
        case RestMessage() | BoardWideEdit():
            yield from message.rules
        case QuietHoursMessage():
            yield from (rule for part in message.parts for rule in _rules(part))
        case _:
            pass


def _marked(listed: M, closed: Collection[str]) -> M:
    changed: dict[str, object] = {}
    if isinstance(listed, FirstCheckSummary | RestMessage | BoardWideEdit | Move):
        changed["rules"] = tuple(_with_closed(rule, closed) for rule in listed.rules)
    if isinstance(listed, FirstCheckSummary):
        changed["moves"] = tuple(_marked(move, closed) for move in listed.moves)
    if isinstance(listed, QuietHoursMessage):
        changed["parts"] = tuple(_marked(part, closed) for part in listed.parts)
    return msgspec.structs.replace(listed, **changed)


def _with_closed(rule: RuleCount, closed: Collection[str]) -> RuleCount:
    """Return the rule with its roles marked. One that was closed at an earlier try may be open."""
    roles = (msgspec.structs.replace(role, closed=role.posting in closed) for role in rule.roles)
    return msgspec.structs.replace(rule, roles=tuple(roles))
