"""Messages that list many roles: a group of changes, and the summary of what begins to be watched."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from monitor.messages import BoardCount, GroupMessage, RoleKind, RuleCount, SummaryMessage
from monitor.notify import lines, moves, rich, totals, words
from monitor.notify.rich import Parts

_BOARDS: Final = 30
_FIRST_LOOK: Final = "*First look* · what is open already is told once, here"
_FOUND_LATER: Final = "*Found later* · open before, and not shown until now"


def group(message: GroupMessage, emoji: Mapping[RoleKind, str]) -> Parts:
    """Many changes in one message; each line is numbered with its reason where they differ."""
    return lines.fitting(_group(message, emoji, detail) for detail in lines.DETAILS)


def summary(message: SummaryMessage) -> Parts:
    return lines.fitting(_summary(message, detail) for detail in lines.DETAILS)


def _group(message: GroupMessage, emoji: Mapping[RoleKind, str], detail: lines.Detail) -> Parts:
    companies, kinds = {words.company(item.role) for item in message.items}, {item.kind for item in message.items}
    reasons = lines.reasons(message.items)
    mark = "".join(f":{emoji[kind]}: " for kind in kinds if len(kinds) == 1)  # several kinds are each headed by theirs
    head = [rich.ours(f"{mark}*{totals.counts(message)}*"), *(rich.plain(f"· {one}") for one in companies if len(companies) == 1)]
    told = lines.changes(message.items, emoji, detail, reasons, named=len(companies) > 1, headed=len(kinds) > 1)
    return [rich.context(*head), rich.block(*told, *lines.mentions(message.items)), *lines.legend(reasons)]


def _summary(message: SummaryMessage, detail: lines.Detail) -> Parts:
    moved = [block for move in message.moves for block in moves.move(move, detail)]
    return [*moved, *_first_look(message, detail)] if message.boards else moved


def _first_look(message: SummaryMessage, detail: lines.Detail) -> Parts:
    rules = [part for rule in message.rules for part in _rule(rule, detail, alone=len(message.rules) == 1)]
    boards = [rich.bullets(_boards(message.boards))] if len(message.boards) > 1 else []
    head = rich.context(rich.ours(f":eyes: {_FOUND_LATER if message.late else _FIRST_LOOK}"))
    return [head, rich.block(rich.section(*_watching(message)), *boards), *([rich.block(*rules)] if rules else [])]


def _watching(message: SummaryMessage) -> Parts:
    name = totals.watched(message)
    who = rich.link(message.boards[0].url, name, bold=True) if len(message.boards) == 1 else rich.text(name, bold=True)
    return [rich.text("Also found at " if message.late else "Now watching "), who, rich.text(totals.fits(message))]


def _boards(boards: Sequence[BoardCount]) -> Iterator[Parts]:
    for board in boards[:_BOARDS]:
        yield [rich.link(board.url, words.clean(board.company, 60) or board.board), rich.text(f": {words.count(board.open, 'open role')}")]
    if len(boards) > _BOARDS:
        yield rich.said(f"and {len(boards) - _BOARDS:,} more: `rolewatch boards list` shows them")


def _rule(rule: RuleCount, detail: lines.Detail, *, alone: bool) -> Parts:
    if not rule.roles:
        return []
    name = words.clean(rule.rule, 100)
    named = len({role.company for role in rule.roles}) > 1
    rows = [lines.role_line(role, detail, named=named, facts=words.pay(role.pay)) for role in rule.roles]
    heading = [] if alone else [rich.section(rich.text(f"{name}: {len(rows)}", bold=True))]
    return [*heading, lines.bullets(rows, detail, how=f": `rolewatch roles --rule {name}` shows them")]
