"""A message as a document that each kind of channel renders in its own way.

A line is a sequence of spans. Text from a board stands in spans only, where nothing is markup.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal

# Slack's names of the signs, and the character for channels without them
SIGNS: Final = {
    "new": "\U0001f195",
    "pencil2": "\u270f\ufe0f",
    "white_circle": "\u26aa",
    "arrows_counterclockwise": "\U0001f504",
    "alarm_clock": "\u23f0",
    "eyes": "\U0001f440",
    "newspaper": "\U0001f4f0",
    "crescent_moon": "\U0001f319",
    "truck": "\U0001f69a",
    "test_tube": "\U0001f9ea",
    "red_circle": "\U0001f534",
    "large_yellow_circle": "\U0001f7e1",
    "large_green_circle": "\U0001f7e2",
    "no_entry": "\u26d4",
    "warning": "\u26a0\ufe0f",
    "hourglass": "\u231b",
    "bookmark": "\U0001f516",
    "no_bell": "\U0001f515",
    "bell": "\U0001f514",
    "white_check_mark": "\u2705",
    "heavy_minus_sign": "\u2796",
}
DOT: Final = " \u00b7 "
SENTENCE_LIMIT: Final = 219  # UTF-16 units that a phone shows


@dataclass(frozen=True, slots=True)
class Span:
    """Text of one style. With `at`, an instant that Slack shows in each reader's time zone."""

    text: str = ""
    url: str = ""
    bold: bool = False
    strike: bool = False
    italic: bool = False
    code: bool = False
    sign: str = ""  # a key of SIGNS; without text
    user: str = ""  # Slack's id of a person or group to mention; without text
    at: datetime | None = None  # UTC; without text
    shows: Literal["moment", "day", "time"] = "moment"  # of `at`
    with_year: bool = False  # of `at`
    own: bool = False  # rolewatch's own words, which a grey line may join to a date


Line = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Header:
    """The headline of a list, in large type."""

    sign: str
    text: str


@dataclass(frozen=True, slots=True)
class Section:
    """Lines with little space between them."""

    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list."""

    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """Sections and lists that belong together."""

    parts: tuple[Section | Bullets, ...]


@dataclass(frozen=True, slots=True)
class Quote:
    """A passage of a posting's text."""

    line: Line


@dataclass(frozen=True, slots=True)
class Grey:
    """A small grey line."""

    spans: Line


@dataclass(frozen=True, slots=True)
class Confirm:
    """A question before a button or a choice has its effect."""

    title: str
    words: str
    yes: str


@dataclass(frozen=True, slots=True)
class Control:
    """A button that opens `url` or sends `value`. Channels without buttons leave it out."""

    action: str
    label: str
    about: str = ""  # what a screen reader adds: the role's title
    value: str = ""
    url: str = ""
    confirm: Confirm | None = None
    is_own: bool = True  # the label is rolewatch's own words


@dataclass(frozen=True, slots=True)
class Choice:
    """A list of labels and values, of which a person chooses one."""

    action: str
    placeholder: str
    options: tuple[tuple[str, str], ...]
    confirm: Confirm | None = None


@dataclass(frozen=True, slots=True)
class Menu:
    """Further actions behind one button. An option is a label and a value or a URL."""

    action: str
    options: tuple[Control, ...]


@dataclass(frozen=True, slots=True)
class Controls:
    """A row of buttons. A click on one of them names the row."""

    elements: tuple[Control | Menu | Choice, ...]
    name: str = ""


@dataclass(frozen=True, slots=True)
class Divider:
    """A thin line between parts."""


Block = Header | Text | Quote | Grey | Controls | Divider
Document = tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Composed:
    """A message: one sentence for a phone and a screen reader, and the document."""

    sentence: Line
    document: Document


def code(value: str) -> Line:
    return (Span(value, code=True),) if value else ()


def text(value: str) -> Line:
    """Return a line of plain text, or nothing for an empty text."""
    return (Span(value),) if value else ()


def typed(words: str) -> Line:
    """Return rolewatch's own words, in which `backticks` mark a command to type."""
    pieces = words.split("`")
    if len(pieces) % 2 == 0:
        return text(words)
    return tuple(Span(piece, code=n % 2 == 1, own=True) for n, piece in enumerate(pieces) if piece)


def bold(value: str) -> Line:
    return (Span(value, bold=True),) if value else ()


def sign(name: str) -> Line:
    return (Span(sign=name), Span(" "))


def emphasized(line: Line) -> Line:
    """Return the line in bold."""
    return tuple(replace(span, bold=True) for span in line)


def joined(lines: Iterable[Line], between: str = DOT) -> Line:
    """Return the lines that are not empty, in one."""
    spans: list[Span] = []
    for line in filter(None, lines):
        spans += [*((Span(between),) if spans else ()), *line]
    return tuple(spans)


def paragraph(*lines: Line) -> Text:
    """Return a block of those lines that are not empty."""
    return Text((Section(tuple(filter(None, lines))),))


def bullets(lines: Iterable[Line]) -> Bullets:
    """Return a list of those lines."""
    return Bullets(tuple(lines))


def rows(lines: Sequence[Line]) -> tuple[Section, ...]:
    """Return each line as a section of its own."""
    return tuple(Section((line,)) for line in lines)
