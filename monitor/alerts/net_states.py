"""Reduce several messages about a role to one: its net state. Pure.

opened, then closed              closed, and marked as opened in the same time
opened or reopened, then revised opened or reopened, with its newest facts
revised several times            one revision, from the first old value to the last new one
changed and changed back         nothing
closed, then reopened            nothing, or a revision if something differs
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

import msgspec

from monitor.alerts.merge import joined, lasting
from monitor.message_parts import FieldChange, RoleKind, Why
from monitor.messages import RoleMessage

_FORTH: Final = ("now fits", "no longer fits")
_BACK: Final = ("no longer fits", "now fits")


class NetState(NamedTuple):
    """A role's messages as one. `nothing`: in the end it is as it was before."""

    message: RoleMessage
    nothing: bool


def net_states(messages: Iterable[RoleMessage]) -> tuple[RoleMessage, ...]:
    """Return one message for each role that is not as it was before."""
    return tuple(state.message for state in _states(messages) if not state.nothing)


def states_to_send(
    messages: Iterable[RoleMessage], closed: Mapping[str, datetime] = MappingProxyType({})
) -> tuple[RoleMessage, ...]:
    """Return the net states, or all roles if none of them is other than before.

    For messages that have to be sent: their alerts are written. `closed`: as in `as_closed`.
    """
    states = list(_states(messages))
    other = tuple(state.message for state in states if not state.nothing)
    return as_closed(other or tuple(state.message for state in states), closed)


def as_closed(
    items: Iterable[RoleMessage], closed: Mapping[str, datetime]
) -> tuple[RoleMessage, ...]:
    """Return the items with the closings that no alert has: muted, or not wanted by a rule.

    `closed`: when each role that is closed now did so, by posting.
    """
    return tuple(
        item
        if item.kind == "closed" or item.role.posting not in closed
        else _closed_silently(item, closed[item.role.posting])
        for item in items
    )


def _closed_silently(item: RoleMessage, at: datetime) -> RoleMessage:
    after = "" if item.kind == "revised" else item.kind
    # of a role that only changed, nobody said when it opened last
    before_at = item.at if after else None
    return msgspec.structs.replace(
        item, kind="closed", changes=(), at=at, before_at=before_at, after=after, version=None
    )


def _states(messages: Iterable[RoleMessage]) -> Iterable[NetState]:
    postings: dict[str, list[RoleMessage]] = defaultdict(list)
    for message in messages:
        postings[message.role.posting].append(message)
    return map(_net, postings.values())


def _net(events: Sequence[RoleMessage]) -> NetState:
    merged = events[0]
    for event in events[1:]:
        merged = joined(merged, event)
    first = events[0].kind
    last: RoleKind = next(
        (event.kind for event in reversed(events) if event.kind != "revised"), "revised"
    )
    if last == "closed":
        return NetState(_closed(events, merged), nothing=False)
    if first in {"opened", "reopened"}:
        return NetState(_opened(first, events, merged), nothing=False)
    return _still_open(events, merged)


def _closed(events: Sequence[RoleMessage], merged: RoleMessage) -> RoleMessage:
    """Return the closing, with the time when the role opened if it did so in between."""
    closing = next(event for event in reversed(events) if event.kind == "closed")
    begins = events[0]
    after: Literal["", "opened", "reopened"] = ""
    if begins.kind in {"opened", "reopened"}:
        after = "opened" if begins.kind == "opened" else "reopened"
    return msgspec.structs.replace(
        merged,
        kind="closed",
        changes=(),
        at=closing.at,
        not_before=closing.not_before,
        before_at=begins.at if after else closing.before_at,
        after=after or closing.after,
        version=None,
    )


def _opened(first: RoleKind, events: Sequence[RoleMessage], merged: RoleMessage) -> RoleMessage:
    """Return the opening with the newest facts. A rule that now fits just fits."""
    begins = events[0]
    changes = () if first == "opened" else _differing(merged)
    return msgspec.structs.replace(
        merged,
        kind=first,
        role=msgspec.structs.replace(
            merged.role,
            repost_of=begins.role.repost_of,
            repost_reason=begins.role.repost_reason,
            repost_closed_at=begins.role.repost_closed_at,
        ),
        why=tuple(map(lasting, merged.why)),
        changes=changes,
        at=begins.at,
        not_before=begins.not_before,
        before_at=begins.before_at,
        version=None,
    )


def _still_open(events: Sequence[RoleMessage], merged: RoleMessage) -> NetState:
    """Return the revision of a role that was open before. A closing in between is over."""
    why = _net_fits(events, merged)
    if not why and merged.why:  # in the end no rule fits, as before
        return NetState(merged, nothing=True)
    merged = msgspec.structs.replace(merged, why=why)
    interrupted = any(event.kind == "closed" for event in events)
    differing = _differing(merged)
    # a message of an older rolewatch may name no field
    nothing = not differing and (interrupted or bool(merged.changes))
    if interrupted and not differing:
        return NetState(merged, nothing)
    changes = differing or merged.changes
    return NetState(msgspec.structs.replace(merged, kind="revised", changes=changes), nothing)


def _net_fits(events: Sequence[RoleMessage], merged: RoleMessage) -> tuple[Why, ...]:
    """Return the reasons, without rules that began and ceased to fit in between."""
    first: dict[str, str] = {}
    for event in events:
        for why in event.why:
            first.setdefault(why.rule_name, why.fit_change)
    turns = [(why, (first[why.rule_name], why.fit_change)) for why in merged.why]
    return tuple(
        msgspec.structs.replace(why, fit_change="") if turn == _BACK else why
        for why, turn in turns
        if turn != _FORTH
    )


def _differing(merged: RoleMessage) -> tuple[FieldChange, ...]:
    return tuple(change for change in merged.changes if change.old != change.new)
