"""An employer's move to another board: how many roles came along, and which of them fit."""

from __future__ import annotations

from monitor.messages import Move, Role, RuleCount
from monitor.notify import lines, rich, words
from monitor.notify.rich import Parts


def sentence(move: Move) -> str:
    """`Google DeepMind moved from Greenhouse to Google Careers: 41 of 57 open roles came along, 32 are new`."""
    return f"{_company(move)}{_did(move)}"


def _company(move: Move) -> str:
    return words.clean(move.company, 100) or move.board


def _did(move: Move) -> str:
    said = [f"{move.came:,} of {words.count(move.before, 'open role')} came along"]
    said += [f"{words.count(move.back, 'closed one')} {_are(move.back)} listed again"] if move.back else []
    said += [f"{move.new:,} {_are(move.new)} new"] if move.new else []
    return f" moved from {words.clean(move.was, 100)} to {words.clean(move.now, 100)}: {', '.join(said)}"


def _are(number: int) -> str:
    return "is" if number == 1 else "are"


def move(message: Move, detail: lines.Detail) -> Parts:
    """The blocks of one move, with a list a rule."""
    head = rich.context(rich.ours(":truck: *Board moved* · the history of its roles goes on"))
    said = rich.section(rich.link(message.url, _company(message), bold=True), rich.text(_did(message)))
    rules = [part for rule in message.rules if rule.roles for part in _rule(rule, detail)]
    return [head, rich.block(said), *([rich.block(*rules)] if rules else [])]


def _rule(rule: RuleCount, detail: lines.Detail) -> Parts:
    name = words.clean(rule.rule, 100)
    rows = [_line(role, detail) for role in rule.roles]
    heading = rich.section(rich.text(f"{name}: {len(rows):,}", bold=True))
    return [heading, lines.bullets(rows, detail, how=f": `rolewatch roles --rule {name}` shows them")]


def _line(role: Role, detail: lines.Detail) -> Parts:
    """A new role has its mark in front, where no cut reaches it."""
    mark = [] if role.repost_of else [rich.emoji("new"), rich.text(" ")]
    return [*mark, *lines.role_line(role, detail, named=False, facts=words.pay(role.pay))]
