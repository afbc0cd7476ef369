"""The daily digest: counts, then what happened, then the deadlines that are near, then how the boards are."""

from __future__ import annotations

from typing import Final

from monitor.messages import BoardHealth, DigestMessage
from monitor.notify import totals, wording
from monitor.notify.slack import blockkit, role_lines
from monitor.notify.slack.blockkit import Part, Parts
from monitor.notify.slack.reminders import deadlines
from monitor.notify.slack.role_card import EMOJI

_TROUBLES: Final = 4  # boards in trouble that are named


def digest(message: DigestMessage) -> Parts:
    return role_lines.first_that_fits(_digest(message, detail) for detail in role_lines.LAYOUTS)


def _digest(message: DigestMessage, detail: role_lines.Detail) -> Parts:
    reasons = role_lines.reasons(message.items)
    told = [
        *role_lines.changes(message.items, EMOJI, detail, reasons, named=True, headed=True),
        *_deadlines(message, detail),
    ]
    body = (
        [
            blockkit.divider(),
            blockkit.block(*told),
            *role_lines.reason_footnotes(reasons),
            blockkit.divider(),
        ]
        if told
        else []
    )
    return [
        blockkit.header(f"Roles today · {wording.day(message.day)}"),
        _counts(message),
        *body,
        *_health(message),
    ]


def _counts(message: DigestMessage) -> Part:
    """Our own words; a count of nothing is not bold."""
    said = [
        f":{EMOJI[kind]}: {_bold(number, verb)}"
        for kind, verb, number in totals.tally(message.items)
    ]
    near = len(message.deadlines)
    said.append(
        f":alarm_clock: {_bold(near, 'deadline' if near == 1 else 'deadlines')} within 7 days"
    )
    return blockkit.mrkdwn_section("   ".join(said))


def _bold(number: int, what: str) -> str:
    return f"*{number:,} {what}*" if number else f"0 {what}"


def _deadlines(message: DigestMessage, detail: role_lines.Detail) -> Parts:
    if not message.deadlines:
        return []
    heading = blockkit.section(
        blockkit.emoji("alarm_clock"), blockkit.text(" Deadlines within 7 days", bold=True)
    )
    return [heading, role_lines.bullets(deadlines(list(message.deadlines), detail), detail)]


def _health(message: DigestMessage) -> Parts:
    """How many boards are well, and which are not; then what is watched at all."""
    bad = [board for board in message.boards if board.state in {"failing", "collapsed"}]
    well = blockkit.mrkdwn_text(
        f":large_green_circle: {wording.count(len(message.boards) - len(bad), 'board')} healthy"
    )
    named = [part for board in bad[:_TROUBLES] for part in _trouble(board)]
    left = (
        [blockkit.plain_text(f"and {len(bad) - _TROUBLES:,} more in trouble")]
        if len(bad) > _TROUBLES
        else []
    )
    watched = blockkit.plain_text(
        f"{wording.count(message.open, 'open role')} watched, {message.fitting:,} of them {'fits' if message.fitting == 1 else 'fit'}"
    )
    return [
        blockkit.context(well, *named, *left),
        blockkit.context(watched, blockkit.mrkdwn_date("· changes since", message.since)),
    ]


def _trouble(board: BoardHealth) -> Parts:
    """A board's name is its employer's own word, so it stands in an element of its own."""
    emoji = "red_circle" if board.state == "failing" else "large_yellow_circle"
    name = blockkit.plain_text(wording.sanitize(board.company, 60) or board.board)
    return (
        [blockkit.mrkdwn_date(f":{emoji}: {board.state} since", board.since), name]
        if board.since
        else [blockkit.mrkdwn_text(f":{emoji}: {board.state}"), name]
    )
