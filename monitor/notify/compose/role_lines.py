"""A role in one line of a list: `title · London · £98,000 · by December 18`.

Where a list is too long for its message, its lines get shorter first: pay goes, then place, then
titles are cut.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import msgspec

from monitor.message_parts import Role
from monitor.notify import wording
from monitor.notify.compose import facts
from monitor.notify.document import (
    Block,
    Document,
    Grey,
    Header,
    Line,
    Quote,
    Span,
    Text,
    joined,
    text,
)

SPACE: Final = 11_500  # UTF-16 units of text in all blocks, as Slack counts
BLOCKS: Final = 50
_MARKUP: Final = 70  # UTF-16 units of a date in markup, at most


@dataclass(frozen=True, slots=True)
class Detail:
    """The parts of a role line that a message has space for."""

    title: int = 100  # UTF-16 units
    place: bool = True
    pay: bool = True
    values: bool = True  # of changes; else only the names of the changed fields


LAYOUTS: Final = (
    Detail(),
    Detail(pay=False),
    Detail(place=False, pay=False),
    Detail(60, place=False, pay=False, values=False),
)
SHORTEST: Final = LAYOUTS[-1]


def role_line(
    role: Role,
    detail: Detail,
    reference: datetime | None = None,
    *,
    named: bool = False,
    strike: bool = False,
    tail: Line | None = None,
) -> Line:
    """Return one line. `named` adds the employer. `tail` stands for place, pay and deadline."""
    title = Span(
        facts.title(role, detail.title),
        url=wording.safe_url(role.url) or "",
        strike=strike or role.closed,
    )
    if role.closed:
        tail = text("closed")
    employer = text(facts.company(role) if named else "")
    if tail is not None:
        return joined([(title,), employer, tail])
    place = text(facts.place(role) if detail.place else "")
    return joined([(title,), employer, place, pay_and_deadline(role, detail, reference)])


def pay_and_deadline(role: Role, detail: Detail, reference: datetime | None = None) -> Line:
    """Return `$141k–245k · by December 18`."""
    by = as_days(facts.deadline(role, reference))
    passed = reference is not None and role.deadline_at is not None and role.deadline_at < reference
    return joined(
        [
            text(facts.pay(role) if detail.pay else ""),
            (*text("deadline passed " if passed else "by "), *by) if by else (),
        ]
    )


def without_deadline(role: Role) -> Role:
    return msgspec.structs.replace(role, deadline_at=None, deadline_text="")


def as_days(line: Line) -> Line:
    """Return a line with its dates as days: a list has no space for the time."""
    return tuple(span if span.at is None else replace(span, shows="day") for span in line)


def deadline_line(role: Role, detail: Detail, *tails: Line) -> Line:
    """Return a line that begins with the deadline: `⏰ December 18, 5:00 PM · title · employer`."""
    at = facts.deadline(role)
    pay = text(facts.pay(role) if detail.pay else "")
    place = text(facts.place(role) if detail.place else "")
    first = tuple(
        Span(s.text, at=s.at, shows=s.shows, with_year=s.with_year, bold=True) for s in at
    )
    line = joined(
        [
            first,
            (Span(facts.title(role, detail.title), url=wording.safe_url(role.url) or ""),),
            text(facts.company(role)),
            place,
            pay,
            *tails,
        ]
    )
    return (Span(sign="alarm_clock"), Span(" "), *line)


def size(document: Document) -> int:
    """Return the UTF-16 units of text in a document, as Slack counts them."""
    return sum(map(line_size, _lines(document))) + sum(map(_beside_lines, document))


def _beside_lines(block: Block) -> int:
    """Return what a headline has, and the markup of a grey line's dates and signs."""
    match block:
        case Header(text=words):
            return wording.utf16_length(words)
        case Grey(spans):
            return sum(_MARKUP for span in spans if span.at is not None or span.sign)
        case _:
            return 0


def line_size(line: Line) -> int:
    return sum(wording.utf16_length(span.text) for span in line)


def _lines(document: Document) -> Iterable[Line]:
    for block in document:
        match block:
            case Text(parts):
                yield from (line for part in parts for line in part.lines)
            case Quote(line) | Grey(line):
                yield line
            case _:
                pass


def fits(document: Document) -> bool:
    """Return whether a document is within the limits of one Slack message."""
    return size(document) <= SPACE and len(document) <= BLOCKS


def first_that_fits(compose: Callable[[Detail], Document], *, limited: bool = True) -> Document:
    """Return the document with the most detail that fits, or else the shortest."""
    if not limited:
        return compose(LAYOUTS[0])
    document: Document = ()
    for detail in LAYOUTS:
        document = compose(detail)
        if fits(document):
            break
    return document
