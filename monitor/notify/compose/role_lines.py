"""A role in one line of a list: `title · London · £98,000 · by December 18`.

Where a list is too long for its message, its lines get shorter first: pay goes, then place, then
titles are cut.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from monitor.messages import Role
from monitor.notify import wording
from monitor.notify.compose import facts
from monitor.notify.document import (
    Bullets,
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

ROOM: Final = 11_500  # UTF-16 units of text in all blocks, as Slack counts
BLOCKS: Final = 50


@dataclass(frozen=True, slots=True)
class Detail:
    """What the lines of one message have room for."""

    title: int = 100  # UTF-16 units
    place: bool = True
    pay: bool = True


LAYOUTS: Final = (
    Detail(),
    Detail(pay=False),
    Detail(place=False, pay=False),
    Detail(60, place=False, pay=False),
    Detail(30, place=False, pay=False),
)


def role_line(
    role: Role,
    detail: Detail,
    *,
    named: bool = False,
    strike: bool = False,
    tail: Line | None = None,
) -> Line:
    """Return one line. `named` adds the employer. `tail` stands for pay and deadline."""
    title = Span(
        facts.title(role, detail.title), url=wording.safe_url(role.url) or "", strike=strike
    )
    rest = tail if tail is not None else pay_and_deadline(role, detail)
    return joined(
        [
            (title,),
            text(facts.company(role) if named else ""),
            text(facts.place(role) if detail.place and tail is None else ""),
            rest,
        ]
    )


def pay_and_deadline(role: Role, detail: Detail) -> Line:
    """Return `$141k–245k · by December 18`."""
    by = facts.deadline(role)
    return joined(
        [text(facts.pay(role) if detail.pay else ""), (*text("by "), *_day(by)) if by else ()]
    )


def _day(line: Line) -> Line:
    """Return a deadline as a day: a list has no room for the time."""
    return tuple(
        Span(at=span.at, shows="day", with_year=span.with_year, bold=span.bold)
        if span.at is not None
        else span
        for span in line
    )


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
    return sum(_size(span) for line in _lines(document) for span in line) + sum(
        wording.utf16_length(block.text) for block in document if isinstance(block, Header)
    )


def _size(span: Span) -> int:
    return wording.utf16_length(span.text)


def _lines(document: Document) -> Iterable[Line]:
    for block in document:
        match block:
            case Text(parts):
                yield from (line for part in parts for line in part.lines)
            case Quote(line) | Grey(line):
                yield line
            case _:
                pass


def bullets(lines: Iterable[Line]) -> Bullets:
    return Bullets(tuple(lines))


def fits(document: Document) -> bool:
    """Return whether a document is within the limits of one Slack message."""
    return size(document) <= ROOM and len(document) <= BLOCKS


def first_that_fits(compose: Callable[[Detail], Document]) -> Document:
    """Return the document with the most detail that fits, or else the shortest."""
    document: Document = ()
    for detail in LAYOUTS:
        document = compose(detail)
        if fits(document):
            break
    return document
