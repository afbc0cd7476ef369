"""Compose one message of all that quiet hours held: deadlines, roles by employer, the rest."""

from __future__ import annotations

from collections.abc import Iterator

from monitor.message_parts import Reminder
from monitor.messages import (
    BoardWideEdit,
    DigestMessage,
    FirstCheckSummary,
    GroupMessage,
    QuietHoursMessage,
    ReminderMessage,
    RoleMessage,
)
from monitor.notify import wording
from monitor.notify.compose import board_wide, counts, deadlines, digest, first_summary, role_lines
from monitor.notify.compose.employers import Listing
from monitor.notify.compose.grouped import (
    at_employers,
    grey_rule,
    headline,
    latest,
    mentioned,
    part_of,
    rules,
)
from monitor.notify.compose.role_lines import Detail
from monitor.notify.compose.style import Style
from monitor.notify.document import Block, Composed, Document, Line, text


def night(message: QuietHoursMessage, style: Style) -> Composed:
    """Return the message of one night."""
    document = role_lines.first_that_fits(
        lambda detail: _document(message, style, detail), limited=style.limited
    )
    return Composed(_sentence(message, style), document)


def _document(message: QuietHoursMessage, style: Style, detail: Detail) -> Document:
    items, due = _items(message), _reminders(message)
    names = rules([*items, *due])
    who = dict.fromkeys([*mentioned(items), *(user for one in due for user in one.mention)])
    listing = Listing(
        at=latest(items),
        tagged=len(names) > 1,
        since=lambda _at: "overnight" if items else "",
        reminding={one.role.posting: rules([one]) for one in due} if len(names) > 1 else {},
    )
    roles = [one.role for one in due]
    return (
        headline("crescent_moon", _overnight(message), who),
        *digest.sections(roles, items, "Apply soon", listing, detail),
        *grey_rule(names),
        *_others(message, style, detail),
    )


def _others(message: QuietHoursMessage, style: Style, detail: Detail) -> Iterator[Block]:
    """Yield what the night brought beside changes and deadlines, each with its own headline."""
    for part in message.parts:
        match part:
            case FirstCheckSummary():
                yield from first_summary.within(part, detail)
            case BoardWideEdit():
                yield from board_wide.sections(part, detail)
            case DigestMessage():
                yield from digest.within(part, style, detail)


def _items(message: QuietHoursMessage) -> tuple[RoleMessage, ...]:
    return tuple(
        item for part in message.parts if isinstance(part, GroupMessage) for item in part.items
    )


def _reminders(message: QuietHoursMessage) -> tuple[Reminder, ...]:
    return tuple(
        item for part in message.parts if isinstance(part, ReminderMessage) for item in part.items
    )


def _overnight(message: QuietHoursMessage) -> str:
    """Return `Overnight: 3 new, 1 changed`, or the number of deadlines if nothing else happened."""
    part = next((part for part in message.parts if isinstance(part, GroupMessage)), None)
    words = counts.counted(_items(message))
    near = len(_reminders(message))
    if not words and near:
        words = f"{wording.count(near, 'deadline')} {'is' if near == 1 else 'are'} near"
    number = part_of(part.part, part.parts) if part else ""
    return f"Overnight{number}: {words}" if words else f"Overnight{number}"


def _sentence(message: QuietHoursMessage, style: Style) -> Line:
    items = _items(message)
    begins = _overnight(message)
    names = f" at {at_employers(items, counts.space_after(begins) - 60)}" if items else ""
    due = deadlines.nearest_first(one.role for one in _reminders(message))
    return counts.sentences(
        text(f"{begins}{names}."), deadlines.soonest(due), *_other_sentences(message, style)
    )


def _other_sentences(message: QuietHoursMessage, style: Style) -> Iterator[Line]:
    for part in message.parts:
        match part:
            case FirstCheckSummary():
                yield first_summary.sentence(part)
            case BoardWideEdit():
                yield board_wide.sentence(part)
            case DigestMessage():
                yield digest.sentence(part, style)
