"""Each message as one line: for a notification, a terminal and a title. No markup is escaped."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from monitor.messages import (
    BoardWideEdit,
    CardMessage,
    DigestMessage,
    FieldChange,
    FirstCheckSummary,
    GroupMessage,
    Message,
    Move,
    OperatorMessage,
    QuietHoursMessage,
    ReminderMessage,
    Role,
    RoleKind,
    RoleMessage,
)
from monitor.notify import wording
from monitor.text.diff import edit_summary

_NAMED: Final = 5  # rules or titles in one sentence
_VERBS: Final[dict[RoleKind, str]] = {
    "opened": "new",
    "revised": "changed",
    "closed": "closed",
    "reopened": "reopened",
}


def sentence(message: Message) -> str:  # a case for each kind  # noqa: PLR0911
    match message:
        case RoleMessage():
            return " · ".join([headline(message), *facts(message)])
        case CardMessage():
            return _current_state(message)
        case GroupMessage():
            return f"{counts(message)}: {_titles([item.role for item in message.items], ' …')}"
        case FirstCheckSummary():
            begin = "Also found at" if message.late else "Now watching"
            summary = f"{begin} {watched(message)}{matches(message)}"
            moves = [f"{moved_company(move)}{move_result(move)}" for move in message.moves]
            return ". ".join([*moves, *([summary] if message.boards else [])])
        case BoardWideEdit():
            return f"{edited_company(message)} {edit_result(message)}"
        case ReminderMessage():
            return _reminder(message)
        case DigestMessage():
            return digest_line(message)
        case QuietHoursMessage():
            return ". ".join(map(sentence, message.parts))
        case OperatorMessage():
            headline_ = wording.sanitize(message.headline, wording.TITLE_LIMIT)
            return headline_ or f"rolewatch: {message.event}"


def _titles(roles: Sequence[Role], more: str = "") -> str:
    titles = "; ".join(wording.title(role) for role in roles[:_NAMED])
    return titles + (more if len(roles) > _NAMED else "")


def headline(message: RoleMessage) -> str:
    """Return `Role changed (now fits) at Example Labs: Research Engineer`."""
    role, fit_change = message.role, wording.fit_change(message)
    kind = wording.KIND_TITLES[message.kind] + (f" ({fit_change})" if fit_change else "")
    return f"{kind} at {wording.company(role)}: {wording.title(role)}"


def facts(message: RoleMessage) -> list[str]:
    """Return the changes, then the known facts that did not change."""
    if message.kind == "closed":
        listed = wording.listed_for(message)
        return [f"no longer listed{', was listed for ' + listed if listed else ''}"]
    changed = {change.field for change in message.changes}
    known = [fact for name, fact in _known(message.role) if fact and name not in changed]
    return [*map(_change, message.changes), *known]


def _known(role: Role, *, overdue: bool = False) -> list[tuple[str, str]]:
    """Return (field, fact); an empty fact is not known."""
    deadline, written = wording.deadline(role), wording.deadline_as_written(role)
    if written and written != deadline:
        deadline += f" (“{written}”)"
    return [
        ("location", wording.place(role)),
        ("pay", wording.format_pay(role.pay)),
        ("deadline", deadline and f"{'deadline passed' if overdue else 'apply by'} {deadline}"),
    ]


def _change(change: FieldChange) -> str:
    label = wording.field_label(change.field).lower()
    if change.old == change.new:
        return f"{label}: {wording.CHANGED_BACK}"
    if change.field == "description":
        return f"{label}: {edit_summary(change.old, change.new)}"
    return f"{label}: {' → '.join(wording.old_and_new(change))}"


def _current_state(message: CardMessage) -> str:
    role, closed = message.role, message.state == "closed"
    known = [] if closed else [fact for _, fact in _known(role, overdue=message.overdue) if fact]
    state = f"{'Closed' if closed else 'Open'} at {wording.company(role)}: {wording.title(role)}"
    return " · ".join([state, *known])


def _reminder(message: ReminderMessage) -> str:
    roles = [item.role for item in message.items]
    if len(roles) != 1:
        return f"{wording.count(len(roles), 'deadline')} near: {_titles(roles)}"
    (role,) = roles
    return (
        f"Deadline in {wording.time_left(role, message.at)}: {wording.title(role)}"
        f" at {wording.company(role)}, apply by {wording.deadline(role)}"
    )


def moved_company(move: Move) -> str:
    return wording.sanitize(move.company, 100) or wording.sanitize(move.board, 100)


def move_result(move: Move) -> str:
    """Return ` moved from Greenhouse to Google Careers: 41 of 57 open roles came along, …`."""
    results = [f"{move.came:,} of {wording.count(move.before, 'open role')} came along"]
    if move.back:
        results.append(f"{wording.count(move.back, 'closed role')} {_are(move.back)} listed again")
    if move.new:
        results.append(f"{move.new:,} {_are(move.new)} new")
    boards = f"{wording.sanitize(move.was, 100)} to {wording.sanitize(move.now, 100)}"
    return f" moved from {boards}: {', '.join(results)}"


def _are(number: int) -> str:
    return "is" if number == 1 else "are"


def edited_company(message: BoardWideEdit) -> str:
    return wording.sanitize(message.company, 100) or wording.sanitize(message.board, 100)


def edit_result(message: BoardWideEdit) -> str:
    return (
        f"made the same edit in the descriptions of {message.edited:,}"
        f" of {wording.count(message.listed, 'open role')}"
    )


def digest_line(message: DigestMessage) -> str:
    """Return `Daily digest, Monday 13 May 2024: 3 new, …; 9 of 9 boards healthy`."""
    unhealthy = [board for board in message.boards if board.state in {"failing", "collapsed"}]
    results = [f"{number} {verb}" for _, verb, number in tally(message.items)]
    results.append(f"{wording.count(len(message.deadlines), 'deadline')} within 7 days")
    boards = wording.count(len(message.boards), "board")
    return (
        f"Daily digest, {wording.format_day(message.day)}: {', '.join(results)};"
        f" {len(message.boards) - len(unhealthy)} of {boards} healthy"
    )


def counts(message: GroupMessage) -> str:
    """Return `12 new roles, 3 closed (part 1 of 2)`."""
    numbers = [(number, verb) for _, verb, number in tally(message.items) if number]
    if not numbers:
        return "No roles"
    (number, verb), *rest = numbers
    first = f"{number} {verb} {'role' if number == 1 else 'roles'}"
    part = f" (part {message.part} of {message.parts})" if message.parts > 1 else ""
    return ", ".join([first, *(f"{number} {verb}" for number, verb in rest)]) + part


def tally(items: Sequence[RoleMessage]) -> list[tuple[RoleKind, str, int]]:
    """Return (kind, verb, number) for each kind. Zero reopened roles are left out."""
    kinds = [item.kind for item in items]
    tallied = [(kind, verb, kinds.count(kind)) for kind, verb in _VERBS.items()]
    return [entry for entry in tallied if entry[2] or entry[0] != "reopened"]


def watched(message: FirstCheckSummary) -> str:
    """Return the one board's company, or the number of boards."""
    if len(message.boards) == 1:
        return wording.sanitize(message.boards[0].company, 100)
    return wording.count(len(message.boards), "board")


def matches(message: FirstCheckSummary) -> str:
    """Return `: 57 open roles, 6 fit research-engineer`."""
    roles = wording.count(sum(board.open for board in message.boards), "open role")
    rules = []
    for rule in message.rules:
        number = len(rule.roles) + rule.told
        fit = f"{number:,} fit" if number > 1 else "1 fits" if number else "none fits"
        rules.append(f"{fit} {wording.sanitize(rule.rule, 100)}")
    left = len(rules) - _NAMED
    more = [wording.count(left, "more rule")] if left > 0 else []
    return ": " + ", ".join([roles, *rules[:_NAMED], *more])
