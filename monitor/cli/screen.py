"""Rows laid out for a screen: one to three lines each, else a block for each row.

Ids, links, instants and numbers are never cut or broken. A row that does not fit goes on in a
second and a third line. Other texts end in `…` where their column ends, or wrap below it if their
cells allow it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from textwrap import wrap
from typing import Literal

from rich.cells import cell_len, set_cell_size
from rich.style import Style
from rich.text import Text

_GAP = 2  # between columns, and before a second line
# the least width of the first text column, of the others, and of one that is wrapped
_FIRST, _OTHER, _WRAPPED = 24, 10, 30
_LINES = 3  # of a row, at most
_WHOLE = 13  # a column up to this width, such as "133k-240k USD", is never narrowed
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\dZ|(?:\d+[^\s\d]+)?")


Fit = Literal["cut", "whole", "wrapped"]  # what becomes of a text that is longer than its column


@dataclass(frozen=True, slots=True)
class Cell:
    """A text of one line, its style, its link, and how it behaves in a narrow column."""

    text: str
    style: str = ""
    link: str | None = None
    fit: Fit = "cut"


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    number: bool  # stands to the right
    least: int
    most: int
    fit: Fit = "cut"

    def drawn(self, cell: Cell, width: int) -> Text:
        cut = cell.text if cell_len(cell.text) <= max(width, self.least) else _cut(cell.text, width)
        space = " " * (width - cell_len(cut))
        style = Style.parse(cell.style) + Style(link=cell.link) if cell.link else cell.style
        return (
            Text(space if self.number else "")
            .append(cut, style=style)
            .append("" if self.number else space)
        )


def screen(
    columns: Sequence[str], rows: Sequence[Sequence[Cell]], numbers: Sequence[bool], width: int
) -> Iterator[Text]:
    """Return the rows in lines of at most `width`. `numbers` are the right-aligned columns."""
    made = _columns(columns, rows, numbers)
    parts = list(_parts(made, width))
    if len(parts) > _LINES:
        yield from _blocks(columns, rows, width)
        return
    for row in ([Cell(name, "bold") for name in columns], *rows):
        for number, (part, widths) in enumerate(parts):
            lines = _lines(made[part], row[part], widths)
            yield from (
                (Text(" " * _GAP).append_text(line) for line in lines if line.plain)
                if number
                else lines
            )


def _parts(columns: Sequence[_Column], width: int) -> Iterator[tuple[slice, list[int]]]:
    """Return the columns of each line of a row with their widths, as many as fit, at least one."""
    start, available = 0, width
    while start < len(columns):
        count = max(_fitting(columns[start:], available), 1)
        part = slice(start, start + count)
        yield part, _widths(columns[part], available)
        start, available = start + count, width - _GAP


def _columns(
    names: Sequence[str], rows: Sequence[Sequence[Cell]], numbers: Sequence[bool]
) -> list[_Column]:
    made: list[_Column] = []
    least = _FIRST
    for index, (name, number) in enumerate(zip(names, numbers, strict=True)):
        texts = [row[index].text for row in rows]
        most = max(map(cell_len, [name, *texts]))
        fit: Fit = next((row[index].fit for row in rows), "cut")
        if (
            number
            or fit == "whole"
            or most <= _WHOLE
            or all(" " not in text or _INSTANT.fullmatch(text) for text in texts)
        ):
            made.append(_Column(name, number, most, most))
        elif fit == "wrapped":
            made.append(
                _Column(
                    name, number, min(most, max(_WRAPPED, *map(_longest_word, texts))), most, fit
                )
            )
        else:
            made.append(_Column(name, number, min(most, max(least, cell_len(name))), most))
            least = _OTHER
    return made


def _least(columns: Sequence[_Column]) -> int:
    return sum(column.least for column in columns) + _GAP * (len(columns) - 1)


def _fitting(columns: Sequence[_Column], width: int) -> int:
    """Return how many columns fit on one line."""
    return max(
        (count for count in range(len(columns) + 1) if _least(columns[:count]) <= width), default=0
    )


def _widths(columns: Sequence[_Column], width: int) -> list[int]:
    """Return a width for each column: what it needs, or less the more it needs."""
    spare = max(0, width - _least(columns))
    wanted = sum(column.most - column.least for column in columns)
    share = 1.0 if wanted <= spare else spare / wanted
    return [column.least + int((column.most - column.least) * share) for column in columns]


def _lines(
    columns: Sequence[_Column], row: Sequence[Cell], widths: Sequence[int]
) -> Iterator[Text]:
    """Return a row's line, and below it the rest of the cells that are wrapped."""
    parts = [
        _cells(column, cell, width)
        for column, cell, width in zip(columns, row, widths, strict=True)
    ]
    for cells in zip_longest(*parts, fillvalue=Cell("")):
        yield _line(columns, cells, widths)


def _cells(column: _Column, cell: Cell, width: int) -> list[Cell]:
    if column.fit != "wrapped":
        return [cell]
    return [replace(cell, text=line) for line in _wrapped(cell.text, width)] or [cell]


def _wrapped(text: str, width: int) -> list[str]:
    return wrap(text, width, break_long_words=False, break_on_hyphens=False)


def _longest_word(text: str) -> int:
    return max(map(cell_len, text.split()), default=0)


def _line(columns: Sequence[_Column], row: Sequence[Cell], widths: Sequence[int]) -> Text:
    line = Text(" " * _GAP).join(
        column.drawn(cell, width) for column, cell, width in zip(columns, row, widths, strict=True)
    )
    line.rstrip()
    return line


def _cut(text: str, width: int) -> str:
    return set_cell_size(text, width - 1).rstrip() + "…"


def _blocks(columns: Sequence[str], rows: Sequence[Sequence[Cell]], width: int) -> Iterator[Text]:
    """Return `name value` lines with an empty line between rows. Empty values are left out."""
    names = max(map(cell_len, columns)) + _GAP
    for number, row in enumerate(rows):
        if number:
            yield Text()
        for name, cell in zip(columns, row, strict=True):
            for place, line in enumerate(_wrapped(cell.text, max(width - names, _OTHER))):
                style = Style.parse(cell.style) + Style(link=cell.link) if cell.link else cell.style
                yield Text((name if not place else "").ljust(names), style="bold").append(
                    line, style=style or "not bold"
                )
