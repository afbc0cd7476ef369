"""How many roles and boards a message has, and how many of them fit, in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from monitor.messages import FirstCheckSummary, GroupMessage, RoleKind, RoleMessage
from monitor.notify import wording

NAMED: Final = 5  # rules or titles in one sentence
_VERBS: Final[dict[RoleKind, str]] = {
    "opened": "new",
    "revised": "changed",
    "closed": "closed",
    "reopened": "reopened",
}


def counts(message: GroupMessage) -> str:
    """`12 new roles, 3 closed (part 1 of 2)`."""
    kinds = [item.kind for item in message.items]
    said = [f"{kinds.count(kind)} {verb}" for kind, verb in _VERBS.items() if kind in kinds]
    part = f" (part {message.part} of {message.parts})" if message.parts > 1 else ""
    roles = "role" if said[:1] and said[0].startswith("1 ") else "roles"
    return (
        f"{said[0]} {roles}{''.join(', ' + more for more in said[1:])}{part}"
        if said
        else "No roles"
    )


def tally(items: Sequence[RoleMessage]) -> list[tuple[RoleKind, str, int]]:
    """How many of each kind: (kind, verb, number); what nobody asks for when there is none is left out."""
    kinds = [item.kind for item in items]
    found = [(kind, verb, kinds.count(kind)) for kind, verb in _VERBS.items()]
    return [one for one in found if one[2] or one[0] != "reopened"]


def watched(message: FirstCheckSummary) -> str:
    """Name the watched boards briefly: the one board's company, or how many boards."""
    if len(message.boards) == 1:
        return wording.sanitize(message.boards[0].company, 100)
    return wording.count(len(message.boards), "board")


def fits(message: FirstCheckSummary) -> str:
    """`: 57 open roles, 6 fit research-engineer`."""
    roles = wording.count(sum(board.open for board in message.boards), "open role")
    found = [
        (len(rule.roles) + rule.told, wording.sanitize(rule.rule, 100)) for rule in message.rules
    ]
    said = [
        f"{f'{number:,}' if number else 'none'} fit{'' if number > 1 else 's'} {rule}"
        for number, rule in found
    ]
    more = [f"{wording.count(len(said) - NAMED, 'more rule')}"] if len(said) > NAMED else []
    return ": " + ", ".join([roles, *said[:NAMED], *more])
