"""Changes told late and together, each once: pure."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from monitor.messages import FieldChange, RoleMessage


def once(messages: Iterable[RoleMessage]) -> tuple[RoleMessage, ...]:
    """Each posting and kind once: the newest facts, every reason, and each field from its first value to its last, be they the same."""
    found: dict[tuple[str, str], RoleMessage] = {}
    for message in messages:
        place = (message.role.posting, message.kind)
        found[place] = _joined(found[place], message) if place in found else message
    return tuple(found.values())


def _joined(before: RoleMessage, after: RoleMessage) -> RoleMessage:
    first = {change.field: change for change in before.changes}
    last = first | {change.field: change for change in after.changes}
    return msgspec.structs.replace(
        after,
        changes=tuple(FieldChange(name, first.get(name, change).old, change.new) for name, change in last.items()),
        why=tuple(({one.rule: one for one in before.why} | {one.rule: one for one in after.why}).values()),
        mention=tuple(dict.fromkeys([*before.mention, *after.mention])),
    )
