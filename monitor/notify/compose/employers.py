"""Roles by employer: `Anthropic`, then a line for each role with a sign of what happened to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from typing import Final

from monitor.message_parts import Role, RoleKind, RuleCount
from monitor.messages import RoleMessage
from monitor.notify import wording
from monitor.notify.compose import changes, facts, role_lines
from monitor.notify.compose.events import SIGNS
from monitor.notify.compose.role_lines import Detail
from monitor.notify.document import (
    Bullets,
    Document,
    Line,
    Section,
    Span,
    Text,
    bold,
    joined,
    rows,
    sign,
    text,
)

ORDER: Final[tuple[RoleKind, ...]] = ("opened", "reopened", "revised", "closed")
_BLOCKS: Final = 40  # of employers; the rest of a message's blocks is for what stands around them
_TAGS: Final = 3  # rules named behind one role
_NEVER: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Entry:
    """A role of a list: only listed, or with what happened to it."""

    role: Role
    rules: tuple[str, ...] = ()
    kind: RoleKind | None = None
    event: RoleMessage | None = None

    @property
    def company(self) -> str:
        return facts.company(self.role)

    @property
    def order(self) -> tuple[str, str, int, datetime, str, str]:
        """Employer, kind, nearest deadline, title. `Acme` and `ACME` are two employers."""
        kind = ORDER.index(self.kind) if self.kind else len(ORDER)
        role = self.role
        title = facts.title(role).casefold()
        employer = self.company
        deadline = role.deadline_at or _NEVER
        return employer.casefold(), employer, kind, deadline, title, role.posting


@dataclass(frozen=True, slots=True)
class Listing:
    """Options for the role lines of one list."""

    at: datetime | None = None  # a date over six months after it has its year
    tagged: bool = False  # with the names of its rules
    since: Callable[[datetime], str] = lambda _at: ""  # "today", of an instant
    only: str = ""  # the employer that the headline names
    deadlines: bool = True
    # by posting: the rules whose reminders its deadline line stands for
    reminding: Mapping[str, Sequence[str]] = field(default_factory=dict)


def of_items(items: Iterable[RoleMessage]) -> list[Entry]:
    """Return an entry for each message."""
    return [
        Entry(item.role, tuple(dict.fromkeys(why.rule for why in item.why)), item.kind, item)
        for item in items
    ]


def of_rules(rules: Iterable[RuleCount], *, mark_new: bool = False) -> list[Entry]:
    """Return an entry for each role that rules fit. `mark_new`: with a sign for new ones."""
    roles: dict[str, Role] = {}
    fitting: dict[str, list[str]] = {}
    for rule in rules:
        for role in rule.roles:
            roles[role.posting] = role
            fitting.setdefault(role.posting, []).append(rule.rule)
    return [
        Entry(
            role,
            tuple(dict.fromkeys(fitting[posting])),
            "opened" if mark_new and not role.repost_of else None,
        )
        for posting, role in roles.items()
    ]


def blocks(
    entries: Iterable[Entry],
    detail: Detail,
    listing: Listing,
    more: Mapping[str, int] | None = None,
) -> Document:
    """Return a block for each employer. `more`: how many further roles of it the thread lists."""
    texts = [
        _employer(company, list(group), detail, listing, (more or {}).get(company, 0))
        for company, group in groupby(
            sorted(entries, key=lambda one: one.order), lambda one: one.company
        )
    ]
    # many employers share blocks: a message has 50
    share = -(-len(texts) // _BLOCKS) or 1
    return tuple(
        Text(tuple(part for one in texts[start : start + share] for part in one.parts))
        for start in range(0, len(texts), share)
    )


def _employer(
    company: str, entries: Sequence[Entry], detail: Detail, listing: Listing, more: int
) -> Text:
    shared = entries[0].rules if len({entry.rules for entry in entries}) == 1 else ()
    tag = tags(shared) if listing.tagged else ()
    heading = () if company == listing.only and not tag else joined([bold(company), tag])
    lines = [
        entry_line(entry, detail, listing, tagged=listing.tagged and not tag) for entry in entries
    ]
    happened = [line for entry, line in zip(entries, lines, strict=True) if entry.kind]
    listed = [line for entry, line in zip(entries, lines, strict=True) if not entry.kind]
    parts: list[Section | Bullets] = [
        *rows([heading] if heading else []),
        *rows(happened),
        *([Bullets(tuple(listed))] if listed else []),
        *rows([text(f"and {more:,} more in the thread")] if more else []),
    ]
    return Text(tuple(parts))


def tags(rules: Sequence[str]) -> Line:
    """Return the names of rules in italics."""
    names = [wording.sanitize(rule, 60) for rule in rules[:_TAGS]]
    left = len(rules) - _TAGS
    words = ", ".join(filter(None, names)) + (f" and {left:,} more" if left > 0 else "")
    return (Span(words, italic=True),) if words else ()


def entry_line(entry: Entry, detail: Detail, listing: Listing, *, tagged: bool) -> Line:
    """Return the line of a role, with its sign if something happened to it."""
    role = entry.role if listing.deadlines else role_lines.without_deadline(entry.role)
    line = role_lines.role_line(
        role,
        detail,
        listing.at,
        strike=entry.kind == "closed",
        tail=_tail(entry, detail, listing),
    )
    line = joined([line, tags(entry.rules) if tagged else ()])
    return (*sign(SIGNS[entry.kind]), *line) if entry.kind else line


def _tail(entry: Entry, detail: Detail, listing: Listing) -> Line | None:
    """Return what happened. None where place, pay and deadline say more."""
    event = entry.event
    if event is None:
        return None
    fit = text(wording.fit_change(event))
    if event.kind == "closed":
        return joined([text(_closed(event, listing)), fit])
    if event.kind == "revised":
        return joined([changed(event, detail), fit])
    if not fit and not event.role.repost_of:
        return None
    known = role_lines.pay_and_deadline(event.role, detail, listing.at)
    place = text(facts.place(event.role) if detail.place else "")
    return joined([place, known, text("posted again" if event.role.repost_of else ""), fit])


def _closed(event: RoleMessage, listing: Listing) -> str:
    """Return `was open 41 days`, or `opened and closed today`."""
    if event.after:
        words = f"{event.after} and closed"
        return f"{words} {listing.since(event.before_at)}".rstrip() if event.before_at else words
    length = wording.open_for(event.before_at, event.at)
    return f"was open {length}" if length else ""


def changed(event: RoleMessage, detail: Detail) -> Line:
    """Return the changes of a revision: `raised pay to $330k–450k, added London`."""
    if not event.changes:
        return ()
    if all(change.old == change.new for change in event.changes):
        return text(f"changed {changes.named_fields(event.changes)} and changed back")
    if not detail.values:
        shown = [change for change in event.changes if change.old != change.new]
        return text(f"changed {changes.named_fields(shown)}")
    return role_lines.as_days(changes.listing(event.changes, event.role, event.at))
