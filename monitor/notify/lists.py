"""Messages that list many roles: a group of changes, and the summary of what begins to be watched.

A line a role, and all of them: where the room is short the lines get shorter first. About 150 roles fit into one message.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from monitor.messages import BoardCount, GroupMessage, Role, RoleKind, RoleMessage, RuleCount, SummaryMessage
from monitor.notify import plain, rich, words
from monitor.notify.rich import Part, Parts


@dataclass(frozen=True, slots=True)
class _Detail:
    """How much of a role its line has room for, in UTF-16 units; a zero leaves it out."""

    title: int
    company: int
    place: int
    facts: int
    lines: int | None = None  # of a list; None: all


_DETAILS: Final = (
    _Detail(150, 60, 80, 160),
    _Detail(100, 40, 50, 80),
    _Detail(80, 30, 30, 0),
    _Detail(48, 18, 0, 0),
    _Detail(30, 0, 0, 0),
    *(_Detail(60, 20, 30, 0, lines) for lines in (50, 20, 8, 3, 1)),
)
_HEADINGS: Final[dict[RoleKind, str]] = {"opened": "New", "revised": "Changed", "closed": "Closed", "reopened": "Reopened"}
_LEGEND: Final = 2000  # UTF-16 units of all reasons together, where there are many
_REASONS_A_LINE: Final = 20  # a grey line has ten elements: room for 200 reasons
_MENTIONS: Final = 20
_BOARDS: Final = 30


def group(message: GroupMessage, emoji: Mapping[RoleKind, str]) -> Parts:
    """Many changes in one message; each line is numbered with its reason where they differ."""
    return _fitting(_group(message, emoji, detail) for detail in _DETAILS)


def summary(message: SummaryMessage) -> Parts:
    return _fitting(_summary(message, detail) for detail in _DETAILS)


def _fitting(drawings: Iterable[Parts]) -> Parts:
    """The first that Slack has room for; the last when none is."""
    drawn: Parts = []
    for drawn in drawings:
        if rich.size(drawn) <= rich.ROOM and len(drawn) <= rich.BLOCKS:
            break
    return drawn


def _group(message: GroupMessage, emoji: Mapping[RoleKind, str], detail: _Detail) -> Parts:
    reasons = _reasons(message.items)
    companies = {words.company(item.role) for item in message.items}
    one = next(iter(companies)) if len(companies) == 1 else ""
    parts: Parts = []
    for kind, heading in _HEADINGS.items():
        items = [item for item in message.items if item.kind == kind]
        if items:
            lines = [_change_line(item, detail, reasons, named=not one) for item in items]
            parts += [rich.section(rich.emoji(emoji[kind]), rich.text(f" {heading}: {len(items)}", bold=True)), _bullets(lines, detail)]
    head = [rich.ours(f"*{plain.counts(message)}*"), *([rich.plain(f"· {one}")] if one else [])]
    return [rich.context(*head), rich.block(*parts, *_mentions(message.items)), *_legend(reasons)]


def _change_line(item: RoleMessage, detail: _Detail, reasons: Mapping[str, int], *, named: bool) -> Parts:
    marks = ",".join(str(reasons[words.reason(why)]) for why in item.why) if len(reasons) > 1 else ""
    line = _role_line(item.role, detail, named=named, facts=_facts(item))
    return [*line, rich.text(f"  ({marks})")] if marks else line


def _role_line(role: Role, detail: _Detail, *, named: bool, facts: str) -> Parts:
    said = [words.cut(words.company(role), detail.company) if named and detail.company else ""]
    said += [words.cut(words.place(role), detail.place) if detail.place else "", words.cut(facts, detail.facts) if detail.facts else ""]
    rest = "".join(rich.DOT + word for word in said if word)
    return [rich.link(role.url, words.cut(words.title(role), detail.title)), *([rich.text(rest)] if rest else [])]


def _facts(item: RoleMessage) -> str:
    turn = words.turn(item)
    if item.kind == "closed":
        listed = words.listed_for(item)
        said = f"listed for {listed}" if listed else ""
    elif item.changes:
        said = ", ".join(_moved(item))
    else:
        said = ", ".join(filter(None, [words.pay(item.role.pay), "a repost" if item.role.repost_of else ""]))
    return ": ".join(filter(None, [turn, said]))


def _moved(item: RoleMessage) -> Iterator[str]:
    for change in item.changes:
        name = words.label(change.field).lower()
        yield f"{name} edited" if change.field == "description" else f"{name} {' → '.join(words.old_and_new(change))}"


def _bullets(lines: Sequence[Parts], detail: _Detail, how: str = "") -> Part:
    shown = list(lines[: detail.lines])
    left = len(lines) - len(shown)
    return rich.bullets([*shown, rich.said(f"and {left:,} more{how}")] if left else shown)


def _reasons(items: Sequence[RoleMessage]) -> dict[str, int]:
    """Every reason once, numbered from 1 in the order of the items."""
    said = dict.fromkeys(words.reason(why) for item in items for why in item.why)
    return {reason: number for number, reason in enumerate(said, 1)}


def _legend(reasons: Mapping[str, int]) -> Parts:
    if len(reasons) == 1:
        return [rich.context(rich.plain(f"Matched {reason}")) for reason in reasons]
    room = max(10, _LEGEND // max(1, len(reasons)))
    rows = iter(f"Matched ({number}) {words.cut(reason, room)}" for reason, number in reasons.items())
    lines = iter(lambda: list(islice(rows, _REASONS_A_LINE)), [])
    elements = [rich.plain("\n".join(line)) for line in lines]
    return [rich.context(*elements)] if elements else []


def _mentions(items: Sequence[RoleMessage]) -> Parts:
    who = list(dict.fromkeys(mention for item in items for mention in item.mention))[:_MENTIONS]
    parts = [part for one in who for part in (rich.mention(one), rich.text(" "))]
    return [rich.section(*parts)] if parts else []


def _summary(message: SummaryMessage, detail: _Detail) -> Parts:
    rules = [part for rule in message.rules for part in _rule(rule, detail, alone=len(message.rules) == 1)]
    boards = [rich.bullets(_boards(message.boards))] if len(message.boards) > 1 else []
    head = rich.context(rich.ours(":eyes: *Now watching* · what is open already is told once, here"))
    return [head, rich.block(rich.section(*_watching(message)), *boards), *([rich.block(*rules)] if rules else [])]


def _watching(message: SummaryMessage) -> Parts:
    name = plain.watched(message)
    who = rich.link(message.boards[0].url, name, bold=True) if len(message.boards) == 1 else rich.text(name, bold=True)
    return [rich.text("Now watching "), who, rich.text(plain.fits(message))]


def _boards(boards: Sequence[BoardCount]) -> Iterator[Parts]:
    for board in boards[:_BOARDS]:
        yield [rich.link(board.url, words.clean(board.company, 60) or board.board), rich.text(f": {words.count(board.open, 'open role')}")]
    if len(boards) > _BOARDS:
        yield rich.said(f"and {len(boards) - _BOARDS:,} more: `rolewatch boards list` shows them")


def _rule(rule: RuleCount, detail: _Detail, *, alone: bool) -> Parts:
    if not rule.roles:
        return []
    name = words.clean(rule.rule, 100)
    named = len({role.company for role in rule.roles}) > 1
    lines = [_role_line(role, detail, named=named, facts=words.pay(role.pay)) for role in rule.roles]
    heading = [] if alone else [rich.section(rich.text(f"{name}: {len(lines)}", bold=True))]
    return [*heading, _bullets(lines, detail, how=f": `rolewatch roles --rule {name}` shows them")]
