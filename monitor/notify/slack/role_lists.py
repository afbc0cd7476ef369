"""Messages about many roles: groups of changes, summaries of first checks and moves, and edits.

An edit of most of a board has its passages, the number of roles, and the roles that rules fit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from monitor.messages import (
    BoardCount,
    BoardWideEdit,
    FirstCheckSummary,
    GroupMessage,
    Move,
    Passage,
    Role,
    RoleKind,
    RuleCount,
)
from monitor.notify import sentences, wording
from monitor.notify.slack import blockkit, role_lines
from monitor.notify.slack.blockkit import Part, Parts

_BOARDS: Final = 30
_PASSAGES: Final = 3
_FIRST_CHECK: Final = "*First check* · roles that are already open are listed once"
_FOUND_LATER: Final = "*Found later* · these roles were open already"
_MOVED: Final = "*Board moved* · the history of its roles continues"


def group(message: GroupMessage, emoji: Mapping[RoleKind, str]) -> Parts:
    """Return many changes in one message. Lines name the number of their reason if several."""
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
    # with several kinds, each list has its own heading
    mark = "".join(f":{emoji[kind]}: " for kind in kinds if len(kinds) == 1)
    head = [
        blockkit.mrkdwn_text(f"{mark}*{sentences.counts(message)}*"),
        *(blockkit.plain_text(f"· {company}") for company in companies if len(companies) == 1),
    ]
    lists = role_lines.changes(
        message.items, emoji, detail, reasons, named=len(companies) > 1, headed=len(kinds) > 1
    )
    return [
        blockkit.context(*head),
        blockkit.block(*lists, *role_lines.mentions(message.items)),
        *role_lines.reason_footnotes(reasons),
    ]


def _summary(message: FirstCheckSummary, detail: role_lines.Detail) -> Parts:
    moved = [block for move in message.moves for block in _move(move, detail)]
    return [*moved, *_first_check(message, detail)] if message.boards else moved


def _first_check(message: FirstCheckSummary, detail: role_lines.Detail) -> Parts:
    rules = [
        part
        for rule in message.rules
        for part in _rule(rule, detail, alone=len(message.rules) == 1)
    ]
    boards = [blockkit.bullets(_boards(message.boards))] if len(message.boards) > 1 else []
    head = blockkit.context(
        blockkit.mrkdwn_text(f":eyes: {_FOUND_LATER if message.late else _FIRST_CHECK}")
    )
    return [
        head,
        blockkit.block(blockkit.section(*_watching(message)), *boards),
        *([blockkit.block(*rules)] if rules else []),
    ]


def _watching(message: FirstCheckSummary) -> Parts:
    name = sentences.watched(message)
    boards = (
        blockkit.link(message.boards[0].url, name, bold=True)
        if len(message.boards) == 1
        else blockkit.text(name, bold=True)
    )
    return [
        blockkit.text("Also found at " if message.late else "Now watching "),
        boards,
        blockkit.text(sentences.matches(message)),
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
    named = len({role.company for role in rule.roles}) > 1
    rows = [
        role_lines.role_line(role, detail, named=named, facts=wording.format_pay(role.pay))
        for role in rule.roles
    ]
    return role_lines.rule_list(rule.rule, rows, detail, headed=not alone)


def _move(move: Move, detail: role_lines.Detail) -> Parts:
    """Return the result of one move, with a list for each rule."""
    summary = blockkit.section(
        blockkit.link(move.url, sentences.moved_company(move), bold=True),
        blockkit.text(sentences.move_result(move)),
    )
    rules = [
        part
        for rule in move.rules
        if rule.roles
        for part in role_lines.rule_list(
            rule.rule, [_moved_role(role, detail) for role in rule.roles], detail
        )
    ]
    return [
        blockkit.context(blockkit.mrkdwn_text(f":truck: {_MOVED}")),
        blockkit.block(summary),
        *([blockkit.block(*rules)] if rules else []),
    ]


def _moved_role(role: Role, detail: role_lines.Detail) -> Parts:
    """Return a line that marks a new role in front, where it is never cut."""
    mark = [] if role.repost_of else [blockkit.emoji("new"), blockkit.text(" ")]
    facts = wording.format_pay(role.pay)
    return [*mark, *role_lines.role_line(role, detail, named=False, facts=facts)]


def board_wide_edit(message: BoardWideEdit, emoji: str) -> Parts:
    return role_lines.first_that_fits(
        _board_wide(message, emoji, detail) for detail in role_lines.LAYOUTS
    )


def _board_wide(message: BoardWideEdit, emoji: str, detail: role_lines.Detail) -> Parts:
    head = blockkit.context(blockkit.mrkdwn_text(f":{emoji}: *Same edit on most of a board*"))
    summary = blockkit.section(
        blockkit.link(message.url, sentences.edited_company(message), bold=True),
        blockkit.text(f" {sentences.edit_result(message)}"),
    )
    quotes = [_passage(passage, message.edited) for passage in message.passages[:_PASSAGES]]
    left = len(message.passages) - _PASSAGES
    more = [_line(f"and {wording.count(left, 'more passage')}")] if left > 0 else []
    rules = [part for rule in message.rules for part in _edited_by(rule, detail)]
    reasons = {wording.reason(why): number for number, why in enumerate(message.why, 1)}
    fits = [blockkit.block(*rules, *role_lines.mentioned(message.mention))] if rules else []
    return [
        head,
        blockkit.block(summary, *quotes, *more),
        *fits,
        *role_lines.reason_footnotes(reasons),
    ]


def _line(text: str) -> Part:
    return blockkit.section(blockkit.text(text))


def _passage(passage: Passage, edited: int) -> Part:
    share = [blockkit.text(f"in {passage.roles:,} of them")] if passage.roles != edited else []
    rows = [_side("Removed", passage.old, strike=True), _side("Added", passage.new), share]
    return blockkit.quote(*blockkit.lines(*filter(None, rows))["elements"])


def _side(name: str, text: str, *, strike: bool = False) -> Parts:
    return (
        [
            blockkit.text(name, bold=True),
            blockkit.text("  "),
            blockkit.text(wording.sanitize(text, wording.PASSAGE_LIMIT), strike=strike),
        ]
        if text
        else []
    )


def _edited_by(rule: RuleCount, detail: role_lines.Detail) -> Parts:
    rows = [
        role_lines.role_line(role, detail, named=False, facts=wording.format_pay(role.pay))
        for role in rule.roles
    ]
    return role_lines.rule_list(rule.rule, rows, detail)
