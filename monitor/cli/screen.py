"""Rows laid out for a screen: columns that fit its width, or where even narrow ones do not, a block for each row."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

_GAP = 2  # between columns
_WHOLE = 17  # a column up to this width, such as that of an instant, is never narrowed
_NARROWEST = 12  # of the others


def screen(columns: Sequence[str], rows: Sequence[Sequence[str]], numbers: Sequence[bool], width: int) -> RenderableType:
    """The rows within `width`; `numbers` says which columns stand to the right."""
    longest = [max(map(cell_len, [name, *(row[index] for row in rows)])) for index, name in enumerate(columns)]
    widths = _widths(longest, width - _GAP * (len(columns) - 1))
    return _blocks(columns, rows) if widths is None else _table(columns, rows, numbers, widths)


def _widths(longest: Sequence[int], room: int) -> list[int] | None:
    """A width for each column: what it needs, or less of it the more it needs; None when there is no room for that."""
    least = [need if need <= _WHOLE else _NARROWEST for need in longest]
    spare, wanted = room - sum(least), sum(longest) - sum(least)
    if spare < 0:
        return None
    share = 1.0 if wanted <= spare else spare / wanted
    return [low + int((need - low) * share) for low, need in zip(least, longest, strict=True)]


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]], numbers: Sequence[bool], widths: Sequence[int]) -> Table:
    table = Table(box=None, padding=(0, _GAP, 0, 0), pad_edge=False, header_style="bold")
    for name, number, width in zip(columns, numbers, widths, strict=True):
        table.add_column(Text(name), width=width, overflow="fold", justify="right" if number else "left")
    for row in rows:
        table.add_row(*map(Text, row))
    return table


def _blocks(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Text:
    """`name  value` a line, an empty line between two rows; what is empty is left out."""
    width = max(map(cell_len, columns)) + _GAP
    lines = []
    for row in rows:
        filled = [(name, cell) for name, cell in zip(columns, row, strict=True) if cell]
        lines.append(Text("\n").join(Text(name.ljust(width), style="bold").append(cell, style="default") for name, cell in filled))
    return Text("\n\n").join(lines)
