"""A message as Slack shows it: a small grey line, a linked bold title, the facts, a button, and why it is told.

`draw` is pure and its blocks are always within Slack's limits: https://docs.slack.dev/reference/block-kit/blocks
"""

from __future__ import annotations

from typing import Final

from monitor.messages import FieldChange, GroupMessage, Message, OperatorMessage, RoleKind, RoleMessage, SummaryMessage
from monitor.notify import rich, words
from monitor.notify.difference import edited
from monitor.notify.lists import group, summary
from monitor.notify.plain import announce
from monitor.notify.rich import Part, Parts

EMOJI: Final[dict[RoleKind, str]] = {
    "opened": "new",
    "revised": "pencil2",
    "closed": "no_entry_sign",
    "reopened": "arrows_counterclockwise",
}
_EVENTS: Final = {
    "failing": ("red_circle", "Board failing"),
    "recovered": ("large_green_circle", "Board recovered"),
    "collapsed": ("large_yellow_circle", "Board collapsed"),
    "refused": ("no_entry", "Channel refused"),
    "restarted": ("arrows_counterclockwise", "Restarted"),
    "configuration": ("warning", "Configuration"),
    "late": ("hourglass", "Late"),
    "in time": ("large_green_circle", "In time again"),
    "test": ("wave", "Test message"),
}
_REASONS: Final = 4  # shown one by one in the footer of a role
_LABEL: Final = 24  # characters of a label in an operator's line
_LINES: Final = 25  # of an operator's message


def draw(message: Message) -> tuple[str, Parts]:
    """The text of the notification, escaped for Slack, and the blocks."""
    return announce(message), _blocks(message)


def _blocks(message: Message) -> Parts:
    match message:
        case RoleMessage():
            return _role(message)
        case GroupMessage():
            return group(message, EMOJI)
        case SummaryMessage():
            return summary(message)
        case OperatorMessage():
            return _operator(message)


def _role(message: RoleMessage) -> Parts:
    closed = message.kind == "closed"
    button = rich.button(message.role.url, "Old link" if closed else "View role", primary=not closed)
    body = rich.block(*_title(message), *_facts(message), *_mentions(message))
    return [_head(message), body, *([button] if button else []), *_foot(message)]


def _head(message: RoleMessage) -> Part:
    about = [words.turn(message), words.fields(message) if message.kind == "revised" else ""]
    said = " · ".join([words.company(message.role), *filter(None, about)])
    return rich.context(rich.ours(f":{EMOJI[message.kind]}: *{words.KINDS[message.kind]}*"), rich.plain(f"· {said}"))


def _title(message: RoleMessage) -> Parts:
    title = rich.link(message.role.url, words.title(message.role), bold=True)
    if message.kind != "closed":
        return [rich.section(title)]
    listed = words.listed_for(message)
    spent = [rich.text(" It was listed for "), rich.text(listed, bold=True), rich.text(".")] if listed else []
    return [rich.section(title, rich.text(" is no longer on the board."), *spent)]


def _facts(message: RoleMessage) -> Parts:
    """What moved, then what is known and did not move, a line each."""
    moved = {change.field for change in message.changes}
    known = [row for name, row in _known(message) if name not in moved]
    if message.kind == "closed":
        known = known[:2]  # where it was and what it paid; the rest serves nobody now
    rows = [_moved(change) for change in message.changes] + known
    return [rich.lines(*rows)] if rows else []


def _moved(change: FieldChange) -> Parts:
    name = rich.text(words.label(change.field), bold=True)
    if change.field == "description":
        return [name, rich.text(f"  {edited(change.old, change.new)}")]
    old, new = words.old_and_new(change)
    return [name, rich.text("  "), rich.text(old, strike=True), rich.text("  →  "), rich.text(new, bold=True)]


def _known(message: RoleMessage) -> list[tuple[str, Parts]]:
    role = message.role
    said = [("location", words.place(role)), ("pay", words.pay(role.pay))]
    rest = [("department", words.clean(role.department)), ("employment_type", words.clean(role.employment_type))]
    rows = [(name, [rich.text(words.label(name), bold=True), rich.text(f"  {value}")]) for name, value in [*said, *rest] if value]
    deadline = _deadline(message)
    return rows + ([("deadline", deadline)] if deadline else [])


def _deadline(message: RoleMessage) -> Parts:
    at, written = message.role.deadline_at, words.clean(message.role.deadline_text)
    if not at and not written:
        return []
    label = rich.text(words.label("deadline"), bold=True)
    if at is None:
        return [label, rich.text(f"  “{written}”")]
    return [label, rich.text("  "), rich.date(at), *([rich.text(f"  (as written: “{written}”)")] if written else [])]


def _mentions(message: RoleMessage) -> Parts:
    parts: Parts = []
    for who in message.mention:
        parts += [rich.mention(who), rich.text(" ")]
    return [rich.section(*parts)] if parts else []


def _foot(message: RoleMessage) -> Parts:
    reasons = [f"Matched {words.reason(why)}" for why in message.why[:_REASONS]]
    if len(message.why) > _REASONS:
        more = ", ".join(words.clean(why.rule, 100) for why in message.why[_REASONS : 3 * _REASONS])
        reasons.append(f"and {words.count(len(message.why) - _REASONS, 'more rule')}: {words.cut(more, words.VALUE)}")
    return [*([rich.context(rich.plain("\n".join(reasons)))] if reasons else []), rich.context(*_source(message))]


def _source(message: RoleMessage) -> Parts:
    ats, _, rest = message.role.posting.partition(":")
    token, _, key = rest.partition(":")
    again = words.repost(message.role)
    parts = [rich.plain(words.clean(f"{ats} / {token} · {key}" + (f" · {again}" if again else "")))]
    if message.role.first_seen_at:
        parts.append(rich.moment("· first seen", message.role.first_seen_at))
    if message.kind == "closed" and message.not_before:
        parts += [rich.moment("· last seen", message.not_before), rich.moment("· gone", message.at)]
    return parts


def _operator(message: OperatorMessage) -> Parts:
    emoji, name = _EVENTS[message.event]
    headline = rich.link(message.url, words.clean(message.headline, words.TITLE), bold=True)
    rows = [_labelled(words.clean(line)) for line in message.lines[:_LINES]]
    board = words.clean(message.board).replace(":", " / ", 1)
    foot = [rich.context(rich.plain(board))] if board else []
    return [
        rich.context(rich.ours(f":{emoji}: *{name}* · operator notice")),
        rich.block(rich.section(headline), *([rich.lines(*rows)] if rows else [])),
        *foot,
    ]


def _labelled(line: str) -> Parts:
    """`Last error: HTTP 503` with its label in bold; a sentence as it is."""
    label, colon, value = line.partition(": ")
    if not colon or len(label) > _LABEL:
        return rich.said(line)
    return [rich.text(label, bold=True), *rich.said(f"  {value}")]
