"""Messages that list many roles: a group of changes, and the summary of what begins to be watched."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from monitor.messages import BoardCount, FirstCheckSummary, GroupMessage, RoleKind, RuleCount
from monitor.notify import totals, wording
from monitor.notify.slack import blockkit, moves, role_lines
from monitor.notify.slack.blockkit import Parts

_BOARDS: Final = 30
_FIRST_LOOK: Final = "*First look* · what is open already is told once, here"
_FOUND_LATER: Final = "*Found later* · open before, and not shown until now"


def group(message: GroupMessage, emoji: Mapping[RoleKind, str]) -> Parts:
    """Many changes in one message; each line is numbered with its reason where they differ."""
    return role_lines.first_that_fits(
        _group(message, emoji, detail) for detail in role_lines.LAYOUTS
    )


def summary(message: FirstCheckSummary) -> Parts:
    return role_lines.first_that_fits(_summary(message, detail) for detail in role_lines.LAYOUTS)


def _group(
    message: GroupMessage, emoji: Mapping[RoleKind, str], detail: role_lines.Detail
) -> Parts:
    companies, kinds = (
        {wording.company(item.role) for item in message.items},
        {item.kind for item in message.items},
    )
    reasons = role_lines.reasons(message.items)
    # several kinds are each headed by theirs
    mark = "".join(f":{emoji[kind]}: " for kind in kinds if len(kinds) == 1)
    head = [
        blockkit.mrkdwn_text(f"{mark}*{totals.counts(message)}*"),
        *(blockkit.plain_text(f"· {one}") for one in companies if len(companies) == 1),
    ]
    told = role_lines.changes(
        message.items, emoji, detail, reasons, named=len(companies) > 1, headed=len(kinds) > 1
    )
    return [
        blockkit.context(*head),
        blockkit.block(*told, *role_lines.mentions(message.items)),
        *role_lines.reason_footnotes(reasons),
    ]


def _summary(message: FirstCheckSummary, detail: role_lines.Detail) -> Parts:
    moved = [block for move in message.moves for block in moves.move(move, detail)]
    return [*moved, *_first_look(message, detail)] if message.boards else moved


def _first_look(message: FirstCheckSummary, detail: role_lines.Detail) -> Parts:
    rules = [
        part
        for rule in message.rules
        for part in _rule(rule, detail, alone=len(message.rules) == 1)
    ]
    boards = [blockkit.bullets(_boards(message.boards))] if len(message.boards) > 1 else []
    head = blockkit.context(
        blockkit.mrkdwn_text(f":eyes: {_FOUND_LATER if message.late else _FIRST_LOOK}")
    )
    return [
        head,
        blockkit.block(blockkit.section(*_watching(message)), *boards),
        *([blockkit.block(*rules)] if rules else []),
    ]


def _watching(message: FirstCheckSummary) -> Parts:
    name = totals.watched(message)
    who = (
        blockkit.link(message.boards[0].url, name, bold=True)
        if len(message.boards) == 1
        else blockkit.text(name, bold=True)
    )
    return [
        blockkit.text("Also found at " if message.late else "Now watching "),
        who,
        blockkit.text(totals.fits(message)),
    ]


def _boards(boards: Sequence[BoardCount]) -> Iterator[Parts]:
    for board in boards[:_BOARDS]:
        yield [
            blockkit.link(board.url, wording.sanitize(board.company, 60) or board.board),
            blockkit.text(f": {wording.count(board.open, 'open role')}"),
        ]
    if len(boards) > _BOARDS:
        yield blockkit.with_code(
            f"and {len(boards) - _BOARDS:,} more: `rolewatch boards list` shows them"
        )


def _rule(rule: RuleCount, detail: role_lines.Detail, *, alone: bool) -> Parts:
    if not rule.roles:
        return []
    name = wording.sanitize(rule.rule, 100)
    named = len({role.company for role in rule.roles}) > 1
    rows = [
        role_lines.role_line(role, detail, named=named, facts=wording.pay(role.pay))
        for role in rule.roles
    ]
    heading = [] if alone else [blockkit.section(blockkit.text(f"{name}: {len(rows)}", bold=True))]
    return [
        *heading,
        role_lines.bullets(rows, detail, how=f": `rolewatch roles --rule {name}` shows them"),
    ]
