"""The daily digest."""

from __future__ import annotations

from typing import Final

from monitor.messages import BoardHealth, DigestMessage, Role
from monitor.notify import sentences, wording
from monitor.notify.slack import blockkit, role_lines
from monitor.notify.slack.blockkit import Part, Parts
from monitor.notify.slack.role_card import EMOJI

_UNHEALTHY: Final = 4  # boards that are named


def digest(message: DigestMessage) -> Parts:
    """Return counts, changes, near deadlines, and the health of the boards."""
    return role_lines.first_that_fits(_digest(message, detail) for detail in role_lines.LAYOUTS)


def _digest(message: DigestMessage, detail: role_lines.Detail) -> Parts:
    reasons = role_lines.reasons(message.items)
    lists = [
        *role_lines.changes(message.items, EMOJI, detail, reasons, named=True, headed=True),
        *_deadlines(message, detail),
    ]
    body = (
        [
            blockkit.divider(),
            blockkit.block(*lists),
            *role_lines.reason_footnotes(reasons),
            blockkit.divider(),
        ]
        if lists
        else []
    )
    return [
        blockkit.header(f"Roles today · {wording.format_day(message.day)}"),
        _counts(message),
        *body,
        *_health(message),
    ]


def _counts(message: DigestMessage) -> Part:
    """Return the counts in rolewatch's own words; only those above zero are bold."""
    counts = [
        f":{EMOJI[kind]}: {_bold(number, verb)}"
        for kind, verb, number in sentences.tally(message.items)
    ]
    near = len(message.deadlines)
    counts.append(
        f":alarm_clock: {_bold(near, 'deadline' if near == 1 else 'deadlines')} within 7 days"
    )
    return blockkit.mrkdwn_section("   ".join(counts))


def _bold(number: int, noun: str) -> str:
    return f"*{number:,} {noun}*" if number else f"0 {noun}"


def _deadlines(message: DigestMessage, detail: role_lines.Detail) -> Parts:
    if not message.deadlines:
        return []
    heading = blockkit.section(
        blockkit.emoji("alarm_clock"), blockkit.text(" Deadlines within 7 days", bold=True)
    )
    return [heading, role_lines.bullets(_near(list(message.deadlines), detail), detail)]


def _health(message: DigestMessage) -> Parts:
    """Return the health of the boards, then the totals."""
    unhealthy = [board for board in message.boards if board.state in {"failing", "collapsed"}]
    healthy_boards = len(message.boards) - len(unhealthy)
    healthy = blockkit.mrkdwn_text(
        f":large_green_circle: {wording.count(healthy_boards, 'board')} healthy"
    )
    named = [part for board in unhealthy[:_UNHEALTHY] for part in _unhealthy_board(board)]
    left = (
        [blockkit.plain_text(f"and {len(unhealthy) - _UNHEALTHY:,} more in trouble")]
        if len(unhealthy) > _UNHEALTHY
        else []
    )
    fit = "fits" if message.fitting == 1 else "fit"
    totals = blockkit.plain_text(
        f"{wording.count(message.open, 'open role')} watched, {message.fitting:,} of them {fit}"
    )
    return [
        blockkit.context(healthy, *named, *left),
        blockkit.context(totals, blockkit.mrkdwn_date("· changes since", message.since)),
    ]


def _unhealthy_board(board: BoardHealth) -> Parts:
    """Return the state, then the employer's name, which gets no markup."""
    emoji = "red_circle" if board.state == "failing" else "large_yellow_circle"
    name = blockkit.plain_text(wording.sanitize(board.company, 60) or board.board)
    return (
        [blockkit.mrkdwn_date(f":{emoji}: {board.state} since", board.since), name]
        if board.since
        else [blockkit.mrkdwn_text(f":{emoji}: {board.state}"), name]
    )


def _near(near: list[Role], detail: role_lines.Detail) -> list[Parts]:
    """Return a line for each role: its deadline, then the role."""
    return [
        [
            blockkit.date(role.deadline_at),
            blockkit.text(blockkit.DOT),
            *role_lines.role_line(role, detail, named=True, facts=""),
        ]
        for role in near
        if role.deadline_at
    ]
