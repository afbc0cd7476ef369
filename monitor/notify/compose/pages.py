"""Split lists into messages that Slack takes. Nothing is left out.

Lines are measured at their shortest, so a page is full of short lines or has space for long ones.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, TypeVar

from msgspec.structs import replace

from monitor.message_parts import More, Reminder, Role, RuleCount
from monitor.messages import (
    BoardWideEdit,
    DigestMessage,
    FirstCheckSummary,
    RestMessage,
    RoleMessage,
)
from monitor.notify import wording
from monitor.notify.compose import board_wide, employers, first_summary, moves, role_lines
from monitor.notify.compose.deadlines import nearest_first
from monitor.notify.compose.employers import Entry, Listing
from monitor.notify.compose.grouped import rules
from monitor.notify.compose.role_lines import SHORTEST, SPACE
from monitor.notify.document import Header

SHOWN: Final = 5  # roles of an employer before the thread
_AROUND: Final = 1_500  # UTF-16 units kept for what stands around the roles of a page
_MORE: Final = 40  # UTF-16 units of `and 2 more in the thread`
_LAST_LINE: Final = 100  # of those without a role in the first message
_CHANGES: Final = 120  # of the names of changed fields behind a deadline
_LISTING: Final = Listing(tagged=True)
T = TypeVar("T")


def _cost(entry: Entry) -> int:
    return role_lines.line_size(employers.entry_line(entry, SHORTEST, _LISTING, tagged=True))


def _pages(
    things: Iterable[T], cost: Callable[[T, T | None], int], space: int = SPACE - _AROUND
) -> Iterator[list[T]]:
    """Yield as many things a page as fit. `cost` takes a thing and the one before it."""
    page: list[T] = []
    left = space
    for thing in things:
        needed = cost(thing, page[-1] if page else None)
        if page and needed > left:
            yield page
            page, left = [], space
            needed = cost(thing, None)
        page.append(thing)
        left -= needed
    if page:
        yield page


def _entry_cost(entry: Entry, before: Entry | None) -> int:
    if before is not None and before.company == entry.company:
        return _cost(entry)
    # its rules are measured with its roles
    return _cost(entry) + wording.utf16_length(entry.company) + _MORE


def split_changes(items: Iterable[RoleMessage]) -> list[tuple[RoleMessage, ...]]:
    """Return the changes of a round or a night, as many together as one message takes.

    Those of one employer are together. Within a message they keep their order.
    """
    items = list(items)
    entries = sorted(employers.of_items(items), key=lambda entry: entry.order)
    pages = [{id(entry.event) for entry in page} for page in _pages(entries, _entry_cost)]
    return [tuple(item for item in items if id(item) in page) for page in pages]


def split_reminders(items: Iterable[Reminder]) -> list[tuple[Reminder, ...]]:
    """Return the reminders, as many together as one message takes."""
    return [tuple(page) for page in _pages(items, _reminder_cost)]


def _reminder_cost(reminder: Reminder, _before: Reminder | None) -> int:
    names = employers.tags(rules([reminder]))
    return _deadline_cost(reminder.role) + role_lines.line_size(names)


def _deadline_cost(role: Role) -> int:
    return role_lines.line_size(role_lines.deadline_line(role, SHORTEST)) + _CHANGES


def split_digest(message: DigestMessage) -> tuple[DigestMessage, ...]:
    """Return the digest as messages that fit. Deadlines come first."""
    closed = {item.role.posting for item in message.items if item.kind == "closed"}
    near = nearest_first(role for role in message.deadlines if role.posting not in closed)
    named = {role.posting for role in near}
    entries = employers.of_items(item for item in message.items if item.role.posting not in named)
    things: list[Role | Entry] = [*near, *sorted(entries, key=lambda entry: entry.order)]
    pages = list(_pages(things, _digest_cost))
    if len(pages) < 2:  # noqa: PLR2004  # one page is whole
        return (message,)
    return tuple(
        _digest_page(message, page, number, len(pages)) for number, page in enumerate(pages, 1)
    )


def _digest_cost(thing: Role | Entry, before: Role | Entry | None) -> int:
    if isinstance(thing, Role):
        return _deadline_cost(thing)
    return _entry_cost(thing, before if isinstance(before, Entry) else None)


def _digest_page(
    message: DigestMessage, page: Sequence[Role | Entry], number: int, pages: int
) -> DigestMessage:
    near = tuple(thing for thing in page if isinstance(thing, Role))
    here = {thing.posting if isinstance(thing, Role) else thing.role.posting for thing in page}
    return replace(
        message,
        items=tuple(item for item in message.items if item.role.posting in here),
        deadlines=near,
        boards=message.boards if number == 1 else (),
        part=number,
        parts=pages,
    )


def split_summary(
    message: FirstCheckSummary, *, threaded: bool
) -> tuple[FirstCheckSummary, tuple[RestMessage, ...]]:
    """Return the summary with as many roles as it may show, and messages with the others.

    `threaded`: it shows five roles of an employer, and its thread has the others.
    """
    bare = replace(
        message,
        rules=_only(message.rules, ()),
        boards=first_summary.counted(message),
        moves=tuple(replace(move, rules=_only(move.rules, ())) for move in message.moves),
    )
    space = SPACE - role_lines.size(first_summary.sections(bare, SHORTEST, Header)) - _LAST_LINE
    moved, rests = [], []
    for move in message.moves:
        entries = employers.of_rules(move.rules, mark_new=True)
        shown, left, space = _shown(entries, space, threaded=threaded)
        more = _more(left) if threaded else ()
        moved.append(replace(move, rules=_only(move.rules, shown), more=more))
        company = moves.company(move)
        rests += _rests(RestMessage("move", move.rules, company, at=message.at), left)
    shown, left, space = _shown(employers.of_rules(message.rules), space, threaded=threaded)
    rests += _rests(RestMessage("summary", message.rules, at=message.at), left)
    if not rests:
        return message, ()
    head = replace(
        bare,
        rules=_only(message.rules, shown),
        moves=tuple(moved),
        more=_more(left) if threaded else (),
        parts=1 if threaded else len(rests) + 1,
    )
    return head, tuple(_numbered(rests, threaded=threaded))


def _shown(
    entries: Iterable[Entry], space: int, *, threaded: bool
) -> tuple[list[Entry], list[Entry], int]:
    """Return the entries that the first message shows, those that it does not, and its space."""
    shown: list[Entry] = []
    left: list[Entry] = []
    of_employer = Counter[str]()
    for entry in sorted(entries, key=lambda one: one.order):
        needed = _entry_cost(entry, shown[-1] if shown else None)
        if needed > space or (threaded and of_employer[entry.company] == SHOWN):
            left.append(entry)
            # without a thread the next message goes on where this one ends
            space = space if threaded else 0
        else:
            shown.append(entry)
            of_employer[entry.company] += 1
            space -= needed
    return shown, left, space


def _more(left: Iterable[Entry]) -> tuple[More, ...]:
    numbers = Counter(entry.company for entry in left)
    return tuple(More(company, number) for company, number in numbers.items())


def _only(rules: Iterable[RuleCount], entries: Iterable[Entry]) -> tuple[RuleCount, ...]:
    """Return the rules with only the roles of these entries."""
    postings = {entry.role.posting for entry in entries}
    return tuple(
        replace(rule, roles=tuple(role for role in rule.roles if role.posting in postings))
        for rule in rules
    )


def _rests(whole: RestMessage, left: Iterable[Entry]) -> list[RestMessage]:
    unlisted = tuple(RuleCount(rule.rule, rule.roles) for rule in whole.rules)
    return [replace(whole, rules=_only(unlisted, page)) for page in _pages(left, _entry_cost)]


def _numbered(rests: Sequence[RestMessage], *, threaded: bool) -> Iterator[RestMessage]:
    """Yield the messages with numbers: a thread's if there are several, or all without one."""
    first, number = (1, len(rests)) if threaded else (2, len(rests) + 1)
    for part, one in enumerate(rests, first):
        yield replace(one, part=part, parts=number) if number > 1 else one


def split_board_wide_edit(
    message: BoardWideEdit, *, threaded: bool
) -> tuple[BoardWideEdit, tuple[RestMessage, ...]]:
    """Return the edit without its roles, and messages with them.

    Without a thread it keeps as many roles as fit.
    """
    entries = employers.of_rules(message.rules)
    bare = replace(message, rules=_only(message.rules, ()), fit=len(entries))
    space = SPACE - role_lines.size(board_wide.sections(bare, SHORTEST)) - _LAST_LINE
    shown, left, _ = _shown(entries, 0 if threaded else space, threaded=threaded)
    whole = RestMessage("template", message.rules, board_wide.company(message), at=message.at)
    rests = _rests(whole, left)
    if not rests:
        return message, ()
    head = replace(bare, rules=_only(message.rules, shown), parts=1 if threaded else len(rests) + 1)
    return head, tuple(_numbered(rests, threaded=threaded))
