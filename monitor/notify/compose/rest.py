"""The roles that a list leaves to its thread or to its next message."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from monitor.message_parts import More
from monitor.messages import RestMessage
from monitor.notify import wording
from monitor.notify.compose import counts, employers, facts, role_lines
from monitor.notify.compose.employers import Entry, Listing
from monitor.notify.compose.grouped import part_of
from monitor.notify.compose.role_lines import Detail
from monitor.notify.compose.style import Style
from monitor.notify.document import Composed, Document, Line, paragraph, text


def with_more(
    entries: Sequence[Entry], more: Iterable[More], detail: Detail, listing: Listing
) -> Document:
    """Return the employers. One last line counts the roles of those without a role here."""
    left = {one.company: one.roles for one in more}
    shown = {entry.company for entry in entries}
    hidden = [number for company, number in left.items() if company not in shown]
    words = (
        f"and {wording.count(sum(hidden), 'role')} at"
        f" {wording.count(len(hidden), 'more employer')} in the thread"
    )
    return (
        *employers.blocks(entries, detail, listing, left),
        *([paragraph(text(words))] if hidden else []),
    )


def rest(message: RestMessage, style: Style) -> Composed:
    """Return the roles that a list left to its thread or to its next message."""
    entries = employers.of_rules(message.rules, mark_new=message.of == "move")
    listing = Listing(
        at=message.at,
        tagged=len(message.rules) > 1,
        only=message.company,
        deadlines=message.of != "template",
    )
    number = part_of(message.part, message.parts).strip()
    document = role_lines.first_that_fits(
        lambda detail: (
            *([paragraph(text(number))] if number else []),
            *employers.blocks(entries, detail, listing),
        ),
        limited=style.limited,
    )
    return Composed(_rest_sentence(message, entries), document)


def _rest_sentence(message: RestMessage, entries: Sequence[Entry]) -> Line:
    number = len(entries)
    if message.of == "template":
        roles = f"{number:,} roles" if number > 1 else "role"
        fit = "fit and got" if number > 1 else "fits and got"
        which = part_of(message.part, message.parts)
        return text(f"The {roles} at {message.company} that {fit} the same edit{which}.")
    names = counts.named((entry.company for entry in entries), 80)
    fit = "roles that fit" if number > 1 else "role that fits"
    begins = f"{number:,} more {fit} at {names}:"
    titles = [facts.title(entry.role, 100) for entry in sorted(entries, key=lambda one: one.order)]
    return text(f"{begins} {_titles(titles, counts.space_after(begins))}.")


def _titles(titles: Sequence[str], space: int) -> str:
    """Return `A; B`, or as many as fit `and 12 more`."""
    for shown in range(min(10, len(titles)), 0, -1):
        left = len(titles) - shown
        words = "; ".join(titles[:shown]) + (f"; and {left:,} more" if left else "")
        if wording.utf16_length(words) < space:
            return words
    return wording.truncate(titles[0], space - 1) if titles else ""
