"""Many changes of a round in one message, by employer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from monitor.message_parts import Reminder
from monitor.messages import GroupMessage, RoleMessage
from monitor.notify import wording
from monitor.notify.compose import counts, employers, facts, role_lines
from monitor.notify.compose.employers import Listing
from monitor.notify.compose.events import mentions
from monitor.notify.compose.role_lines import Detail
from monitor.notify.compose.style import Style
from monitor.notify.document import Composed, Document, Grey, Line, Span, Text, paragraph, text

_MENTIONS: Final = 20


def group(message: GroupMessage, style: Style) -> Composed:
    """Return a grouped round: counts, then the roles by employer."""
    counted = counts.counted(message.items, "role") + part_of(message.part, message.parts)
    return Composed(
        sentence(counted, message.items),
        role_lines.first_that_fits(
            lambda detail: _document(message, counted, detail), limited=style.limited
        ),
    )


def _document(message: GroupMessage, counted: str, detail: Detail) -> Document:
    items = message.items
    names = rules(items)
    listing = Listing(at=latest(items), tagged=len(names) > 1)
    return (
        headline(counts.leading_sign(items), counted or "No roles", mentioned(items)),
        *employers.blocks(employers.of_items(items), detail, listing),
        *grey_rule(names),
    )


def headline(sign: str, words: str, who: Iterable[str] = ()) -> Text:
    """Return a list's first line."""
    return paragraph((Span(sign=sign), Span(f" {words}", bold=True), *mentions(tuple(who))))


def part_of(part: int, parts: int) -> str:
    """Return ` (2 of 2)`, or nothing for a message that is whole."""
    return f" ({part:,} of {parts:,})" if parts > 1 else ""


def sentence(counted: str, items: Sequence[RoleMessage]) -> Line:
    """Return `12 new roles, 1 changed at Anthropic, Cohere, and Google DeepMind`."""
    if not items:
        return text("No roles.")
    return text(f"{counted} at {at_employers(items, counts.space_after(counted + ' at '))}.")


def at_employers(items: Iterable[RoleMessage], space: int) -> str:
    return counts.named((facts.company(item.role) for item in items), space)


def rules(items: Iterable[RoleMessage | Reminder]) -> list[str]:
    """Return the name of each rule that fits, once."""
    return list(dict.fromkeys(why.rule for item in items for why in item.why))


def grey_rule(names: Sequence[str]) -> tuple[Grey, ...]:
    """Return the rule's name in grey, if it is the only one. Several stand behind the roles."""
    name = wording.sanitize(names[0], 100) if len(names) == 1 else ""
    return (Grey(text(name)),) if name else ()


def mentioned(items: Iterable[RoleMessage]) -> tuple[str, ...]:
    """Return the people and groups to mention, each once."""
    return tuple(dict.fromkeys(who for item in items for who in item.mention))[:_MENTIONS]


def latest(items: Iterable[RoleMessage]) -> datetime | None:
    return max((item.at for item in items), default=None)
