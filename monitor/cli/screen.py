"""Rows laid out for a screen: a line or two each, or where many columns have no room, a block for each row.

Ids, links, instants and numbers are never cut or broken: what has no space within it stands whole, and what is left of a row goes
on a second line. Other texts end in `…` where their column ends.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from textwrap import wrap

from rich.cells import cell_len, set_cell_size
from rich.style import Style
from rich.text import Text

_GAP = 2  # between columns, and before a second line
_FIRST, _OTHER = 24, 10  # the least width of the first text column, and of the others
_WHOLE = 13  # a column up to this width, such as "133k-240k USD", is never narrowed
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\dZ|(?:\d+[^\s\d]+)?")


@dataclass(frozen=True, slots=True)
class Cell:
    """A text of one line, its style, and the address that a terminal opens for it."""

    text: str
    style: str = ""
    link: str | None = None


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    number: bool  # stands to the right
    least: int
    most: int

    def drawn(self, cell: Cell, width: int) -> Text:
        cut = cell.text if cell_len(cell.text) <= max(width, self.least) else _cut(cell.text, width)
        space = " " * (width - cell_len(cut))
        style = Style.parse(cell.style) + Style(link=cell.link) if cell.link else cell.style
        return Text(space if self.number else "").append(cut, style=style).append("" if self.number else space)


def screen(columns: Sequence[str], rows: Sequence[Sequence[Cell]], numbers: Sequence[bool], width: int) -> Iterator[Text]:
    """The rows in lines of at most `width`; `numbers` says which columns stand to the right."""
    made = _columns(columns, rows, numbers)
    first = _fitting(made, width)
    second = len(made) - first
    if (second and not (second == 1 or _least(made[first:]) <= width - _GAP)) or not first:
        yield from _blocks(columns, rows, width)
        return
    header = [Cell(name, "bold") for name in columns]
    widths = [*_widths(made[:first], width), *_widths(made[first:], width - _GAP)]
    for row in (header, *rows):
        yield _line(made[:first], row[:first], widths[:first])
        rest = _line(made[first:], row[first:], widths[first:])
        if rest.plain:
            yield Text(" " * _GAP).append_text(rest)


def _columns(names: Sequence[str], rows: Sequence[Sequence[Cell]], numbers: Sequence[bool]) -> list[_Column]:
    made: list[_Column] = []
    room = _FIRST
    for index, (name, number) in enumerate(zip(names, numbers, strict=True)):
        texts = [row[index].text for row in rows]
        most = max(map(cell_len, [name, *texts]))
        if number or most <= _WHOLE or all(" " not in text or _INSTANT.fullmatch(text) for text in texts):
            made.append(_Column(name, number, most, most))
        else:
            made.append(_Column(name, number, min(most, max(room, cell_len(name))), most))
            room = _OTHER
    return made


def _least(columns: Sequence[_Column]) -> int:
    return sum(column.least for column in columns) + _GAP * (len(columns) - 1)


def _fitting(columns: Sequence[_Column], width: int) -> int:
    """How many columns have room on the first line."""
    return max((count for count in range(len(columns) + 1) if _least(columns[:count]) <= width), default=0)


def _widths(columns: Sequence[_Column], width: int) -> list[int]:
    """A width for each column: what it needs, or less of it the more it needs."""
    spare = width - _least(columns)
    wanted = sum(column.most - column.least for column in columns)
    share = 1.0 if wanted <= spare else max(0, spare) / wanted
    return [column.least + int((column.most - column.least) * share) for column in columns]


def _line(columns: Sequence[_Column], row: Sequence[Cell], widths: Sequence[int]) -> Text:
    line = Text(" " * _GAP).join(column.drawn(cell, width) for column, cell, width in zip(columns, row, widths, strict=True))
    line.rstrip()
    return line


def _cut(text: str, width: int) -> str:
    return set_cell_size(text, width - 1).rstrip() + "…"


def _blocks(columns: Sequence[str], rows: Sequence[Sequence[Cell]], width: int) -> Iterator[Text]:
    """`name  value` a line, an empty line between two rows; what is empty is left out, and only words are parted."""
    names = max(map(cell_len, columns)) + _GAP
    for number, row in enumerate(rows):
        if number:
            yield Text()
        for name, cell in zip(columns, row, strict=True):
            lines = wrap(cell.text, max(width - names, _OTHER), break_long_words=False, break_on_hyphens=False)
            for place, line in enumerate(lines):
                style = Style.parse(cell.style) + Style(link=cell.link) if cell.link else cell.style
                yield Text((name if not place else "").ljust(names), style="bold").append(line, style=style or "not bold")
