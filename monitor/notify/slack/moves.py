"""An employer's move to another board: how many roles came along, and which of them fit."""

from __future__ import annotations

from monitor.messages import Move, Role, RuleCount
from monitor.notify import wording
from monitor.notify.slack import blockkit, role_lines
from monitor.notify.slack.blockkit import Parts


def sentence(move: Move) -> str:
    """`Google DeepMind moved from Greenhouse to Google Careers: 41 of 57 open roles came along, 32 are new`."""
    return f"{_company(move)}{_did(move)}"


def _company(move: Move) -> str:
    return wording.sanitize(move.company, 100) or move.board


def _did(move: Move) -> str:
    said = [f"{move.came:,} of {wording.count(move.before, 'open role')} came along"]
    said += (
        [f"{wording.count(move.back, 'closed one')} {_are(move.back)} listed again"]
        if move.back
        else []
    )
    said += [f"{move.new:,} {_are(move.new)} new"] if move.new else []
    return f" moved from {wording.sanitize(move.was, 100)} to {wording.sanitize(move.now, 100)}: {', '.join(said)}"


def _are(number: int) -> str:
    return "is" if number == 1 else "are"


def move(message: Move, detail: role_lines.Detail) -> Parts:
    """The blocks of one move, with a list a rule."""
    head = blockkit.context(
        blockkit.mrkdwn_text(":truck: *Board moved* · the history of its roles goes on")
    )
    said = blockkit.section(
        blockkit.link(message.url, _company(message), bold=True), blockkit.text(_did(message))
    )
    rules = [part for rule in message.rules if rule.roles for part in _rule(rule, detail)]
    return [head, blockkit.block(said), *([blockkit.block(*rules)] if rules else [])]


def _rule(rule: RuleCount, detail: role_lines.Detail) -> Parts:
    name = wording.sanitize(rule.rule, 100)
    rows = [_line(role, detail) for role in rule.roles]
    heading = blockkit.section(blockkit.text(f"{name}: {len(rows):,}", bold=True))
    return [
        heading,
        role_lines.bullets(rows, detail, how=f": `rolewatch roles --rule {name}` shows them"),
    ]


def _line(role: Role, detail: role_lines.Detail) -> Parts:
    """A new role has its mark in front, where no cut reaches it."""
    mark = [] if role.repost_of else [blockkit.emoji("new"), blockkit.text(" ")]
    return [*mark, *role_lines.role_line(role, detail, named=False, facts=wording.pay(role.pay))]
