"""A message without blocks: one line for a notification, a few lines for a terminal, a text for Slack when it refuses the blocks."""

from __future__ import annotations

import re
from typing import Final

from monitor.messages import (
    BoardWideEdit,
    CardMessage,
    DigestMessage,
    FirstCheckSummary,
    GroupMessage,
    Message,
    OperatorMessage,
    QuietHoursMessage,
    Reminder,
    ReminderMessage,
    Role,
    RoleKind,
    RoleMessage,
    Why,
)
from monitor.notify import wording
from monitor.notify.slack import moves, reminders, template_edits
from monitor.notify.totals import NAMED, counts, fits, tally, watched
from monitor.text.diff import edit_summary

_ANNOUNCED: Final = 1000  # UTF-16 units before escaping; a notification shows some 150
_FALLBACK: Final = 2500  # UTF-16 units before escaping, so that Slack's 4,000 hold
_TITLE: Final = 200  # UTF-16 units; ntfy takes no more
_TAGS: Final[dict[RoleKind, str]] = {
    "opened": "NEW",
    "revised": "CHANGED",
    "closed": "CLOSED",
    "reopened": "REOPENED",
}
# Slack reads these in a text whatever is escaped; a word joiner, which nobody sees, takes them
# apart.
_READ_BY_SLACK: Final = re.compile(r"(@)(?=channel|here|everyone)|(\*)(?=\*)|(\])(?=\()")


def announce(message: Message) -> str:
    """The message in one line, escaped for Slack: https://docs.slack.dev/messaging/formatting-message-text"""
    return _escaped(wording.truncate(_announced(message), _ANNOUNCED))


def fallback(message: Message) -> str:
    """The whole message as a text escaped for Slack, for when its blocks are refused; within the 4,000 characters that Slack advises."""
    return _escaped(wording.truncate("\n".join(lines(message)), _FALLBACK))


def _escaped(text: str) -> str:
    """Cut where escaping makes it too long: an edit of more than 4,000 characters is refused."""
    while wording.width(escape(text)) > _FALLBACK + _ANNOUNCED:
        text = wording.truncate(text, wording.width(text) * 3 // 4)
    return escape(text)


def strip_markup(message: Message) -> tuple[str, str]:
    """A title and a body for services that each read another markup: in both there is none, no mention, and no link but the roles' own."""
    if isinstance(message, RoleMessage):
        first, rest = (
            _headline(message),
            [" · ".join(_facts(message)), *(line.strip() for line in _role(message)[1:])],
        )
    else:
        first, *rest = lines(message)
    title, body = (
        wording.inert(first),
        "\n".join(
            line if wording.link(line.strip()) else wording.inert(line) for line in rest if line
        ),
    )
    return (wording.truncate(title, _TITLE), body) if body else ("", title)


def escape(text: str) -> str:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _READ_BY_SLACK.sub(lambda found: found.group() + "\u2060", escaped)


def lines(message: Message) -> list[str]:  # a case a kind  # noqa: PLR0911
    """The message as lines for a terminal: what happened in front, then why and where, indented."""
    match message:
        case RoleMessage():
            return _role(message)
        case CardMessage():
            return [_announced(message), *_why(message.why), *_url(message.role.url)]
        case GroupMessage():
            return [
                counts(message),
                *("  " + line for item in message.items for line in _role(item)),
            ]
        case FirstCheckSummary():
            return _summary(message)
        case BoardWideEdit():
            fits = [line for rule in message.rules for line in _fitting(rule.rule, rule.roles)]
            return [
                f"{_TAGS['revised']}  {_announced(message)}",
                *template_edits.edits(message),
                *fits,
                *_why(message.why),
                *_url(message.url),
            ]
        case ReminderMessage():
            return [
                _announced(message),
                *(
                    f"  {line}"
                    for item in message.items
                    for line in _reminder(item, alone=len(message.items) == 1)
                ),
            ]
        case DigestMessage():
            return _digest(message)
        case QuietHoursMessage():
            return [line for part in message.parts for line in lines(part)]
        case OperatorMessage():
            return [
                _announced(message),
                *("  " + wording.sanitize(line) for line in message.lines),
                *_url(message.url),
            ]


def _announced(message: Message) -> str:  # a case a kind  # noqa: PLR0911
    match message:
        case RoleMessage():
            return _sentence(message)
        case CardMessage():
            return _standing(message)
        case GroupMessage():
            titles = [wording.title(item.role) for item in message.items[:NAMED]]
            return f"{counts(message)}: {'; '.join(titles)}" + (
                " …" if len(message.items) > NAMED else ""
            )
        case FirstCheckSummary():
            begin = "Also found at" if message.late else "Now watching"
            first_look = [f"{begin} {watched(message)}{fits(message)}"] if message.boards else []
            return ". ".join([*map(moves.sentence, message.moves), *first_look])
        case BoardWideEdit():
            return template_edits.sentence(message)
        case ReminderMessage():
            return reminders.sentence(message)
        case DigestMessage():
            return _day(message)
        case QuietHoursMessage():
            return ". ".join(map(_announced, message.parts))
        case OperatorMessage():
            return (
                wording.sanitize(message.headline, wording.TITLE) or f"rolewatch: {message.event}"
            )


def _summary(message: FirstCheckSummary) -> list[str]:
    moved = [
        line
        for move in message.moves
        for rule in move.rules
        for line in _fitting(rule.rule, rule.roles, mark_new=True)
    ]
    return [
        _announced(message),
        *moved,
        *(line for rule in message.rules for line in _fitting(rule.rule, rule.roles)),
    ]


def _reminder(item: Reminder, *, alone: bool) -> list[str]:
    role, written = item.role, wording.written(item.role)
    first = [f"as written: “{written}”"] if written else []
    named = (
        []
        if alone
        else [f"{wording.deadline(role)} · {wording.company(role)} · {wording.title(role)}"]
    )
    return [
        *named,
        *first,
        *(f"why: {wording.reason(why)}" for why in item.why),
        *(line.strip() for line in _url(role.url)),
    ]


def _day(message: DigestMessage) -> str:
    bad = [board for board in message.boards if board.state in {"failing", "collapsed"}]
    said = [f"{number} {verb}" for _, verb, number in tally(message.items)]
    said.append(f"{wording.count(len(message.deadlines), 'deadline')} within 7 days")
    healthy = (
        f"{len(message.boards) - len(bad)} of {wording.count(len(message.boards), 'board')} healthy"
    )
    return f"Daily digest, {wording.day(message.day)}: {', '.join(said)}; {healthy}"


def _deadline(role: Role) -> str:
    return f"  DEADLINE  {wording.deadline(role)} · {wording.company(role)} · {wording.title(role)}"


def _digest(message: DigestMessage) -> list[str]:
    near = [
        line
        for role in message.deadlines
        for line in (_deadline(role), *("  " + url for url in _url(role.url)))
    ]
    bad = [board for board in message.boards if board.state in {"failing", "collapsed"}]
    troubles = [f"  {board.state.upper()}  {wording.sanitize(board.company, 100)}" for board in bad]
    told = ["  " + line for item in message.items for line in _role(item)]
    watched_ = (
        f"  {wording.count(message.open, 'open role')} watched, {message.fitting:,} of them fit"
    )
    return [_day(message), *told, *near, *troubles, watched_]


def _sentence(message: RoleMessage) -> str:
    return " · ".join([_headline(message), *_facts(message)])


def _headline(message: RoleMessage) -> str:
    role, fit_change = message.role, wording.fit_change(message)
    head = wording.KINDS[message.kind] + (f" ({fit_change})" if fit_change else "")
    return f"{head} at {wording.company(role)}: {wording.title(role)}"


def _standing(message: CardMessage) -> str:
    role = message.role
    facts = (
        []
        if message.state == "closed"
        else [fact for _, fact in _known(role, overdue=message.overdue) if fact]
    )
    return " · ".join(
        [
            f"{'Closed' if message.state == 'closed' else 'Open'} at {wording.company(role)}: {wording.title(role)}",
            *facts,
        ]
    )


def _facts(message: RoleMessage) -> list[str]:
    moved = {change.field for change in message.changes}
    facts = [_moved(message)] if moved else []
    if message.kind == "closed":
        listed = wording.listed_for(message)
        return [f"no longer listed{', was there ' + listed if listed else ''}"]
    return facts + [fact for name, fact in _known(message.role) if fact and name not in moved]


def _known(role: Role, *, overdue: bool = False) -> list[tuple[str, str]]:
    deadline, written = wording.deadline(role), wording.written(role)
    if written and written != deadline:
        deadline += f" (“{written}”)"
    return [
        ("location", wording.place(role)),
        ("pay", wording.pay(role.pay)),
        ("deadline", deadline and f"{'deadline passed' if overdue else 'apply by'} {deadline}"),
    ]


def _moved(message: RoleMessage) -> str:
    return " · ".join(_change(message, number) for number in range(len(message.changes)))


def _change(message: RoleMessage, number: int) -> str:
    change = message.changes[number]
    label = wording.label(change.field).lower()
    if change.old == change.new:
        return f"{label}: {wording.BACK}"
    if change.field == "description":
        return f"{label}: {edit_summary(change.old, change.new)}"
    old, new = wording.old_and_new(change)
    return f"{label}: {old} → {new}"


def _role(message: RoleMessage) -> list[str]:
    role, fit_change = message.role, wording.fit_change(message)
    tag = _TAGS[message.kind] + (f" ({fit_change})" if fit_change else "")
    first = " · ".join([f"{tag}  {wording.company(role)}", wording.title(role), *_facts(message)])
    again = [f"  {wording.repost(role)}"] if message.kind == "opened" and role.repost_of else []
    return [first, *again, *_why(message.why), *_url(role.url)]


def _why(reasons: tuple[Why, ...]) -> list[str]:
    return [f"  why: {wording.reason(why)}" for why in reasons]


def _fitting(rule: str, roles: tuple[Role, ...], *, mark_new: bool = False) -> list[str]:
    """A line a role. `mark_new`: say which are not known from the board that they moved from."""
    name = wording.sanitize(rule, 100)
    marks = ["new" if mark_new and not role.repost_of else "" for role in roles]
    facts = [
        [wording.company(role), wording.place(role), mark]
        for role, mark in zip(roles, marks, strict=True)
    ]
    return [
        " · ".join([f"  {name}: {wording.title(role)}", *filter(None, said)])
        for role, said in zip(roles, facts, strict=True)
    ]


def _url(url: str) -> list[str]:
    """The URL on its own line, as long as it is; none where it is no link."""
    return [f"  {url}"] if wording.link(url) else []
