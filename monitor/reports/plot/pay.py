"""Draw stated pay: a row for each employer, from the lowest to the highest, with a dot."""

from __future__ import annotations

from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from monitor.reports.charts.pay import Band, Pay, PayRow
from monitor.reports.plot.box import Box
from monitor.reports.plot.style import FAINT, GRAY, INK, SMALL, TEXT, color_of, width

_TALLEST = 0.36  # inches of a row
_TITLE = 1.3  # rows that a band's title takes
_GAP = 0.18  # between columns
_SHORTEST = 0.8  # inches of the lines; if there is less space, the ranges are not written
_HEADS = ("median", "lowest to highest")


@dataclass(frozen=True, slots=True)
class _Columns:
    """The columns' distances from the left in inches: line, median and range."""

    line: tuple[float, float]
    median: float  # right end
    range: float | None  # right end; None without space for it
    right: float  # end of the rows

    @classmethod
    def of(cls, chart: Pay, across: float) -> _Columns:
        rows = [(band, row) for band in chart.bands for row in band.rows]
        names = max(width(row.label, TEXT, "bold") for _, row in rows)
        medians, ranges = (
            max(width(text, SMALL, weight) for text in (head, *texts))
            for head, weight, texts in (
                (_HEADS[0], "bold", [band.median_words(row) for band, row in rows]),
                (_HEADS[1], "normal", [band.range_words(row) for band, row in rows]),
            )
        )
        median = across - ranges - _GAP
        line = (names + _GAP, median - medians - _GAP)
        if line[1] - line[0] >= _SHORTEST:
            return cls(line, median, across, across)
        return cls((line[0], across - medians - _GAP), across, None, across)


def tallest(chart: Pay) -> float:
    """Return the most inches that the rows fill."""
    return _TALLEST * _lines(chart)


def _lines(chart: Pay) -> float:
    return sum(_TITLE + len(band.rows) for band in chart.bands)


def draw_pay(figure: Figure, box: Box, chart: Pay) -> None:
    """Draw the bands from top to bottom. Each has its own scale, since nothing is converted."""
    columns = _Columns.of(chart, box.width)
    row = min(_TALLEST, box.height / _lines(chart))
    axes = box.axes(figure)
    axes.set_axis_off()
    axes.set_xlim(0, box.width)
    axes.set_ylim(box.height / row, 0)
    top = 0.0
    for band in chart.bands:
        _draw_title(axes, top, band, columns, heads=top == 0)
        for number, one in enumerate(band.rows):
            _draw_row(axes, top + 1.5 + number, one, band, columns)
        top += _TITLE + len(band.rows)


def _draw_title(axes: Axes, top: float, band: Band, columns: _Columns, *, heads: bool) -> None:
    axes.plot([0, columns.right], [top, top], color=FAINT, linewidth=0.8, clip_on=False)
    axes.text(0, top + 0.6, band.title, size=SMALL, color=INK, weight="bold", va="center")
    for head, right in zip(_HEADS, (columns.median, columns.range), strict=True):
        if heads and right is not None:
            axes.text(right, top + 0.6, head, size=SMALL, color=GRAY, ha="right", va="center")


def _draw_row(axes: Axes, at: float, row: PayRow, band: Band, columns: _Columns) -> None:
    color = color_of(row.rank)
    lowest, highest = (
        end([getattr(one, name) for one in band.rows])
        for end, name in ((min, "lowest"), (max, "highest"))
    )
    left, right = columns.line
    scale = (right - left) / (highest - lowest or 1)
    low, middle, high = (
        left + (amount - lowest) * scale for amount in (row.lowest, row.median, row.highest)
    )
    axes.text(0, at, row.label, color=color, weight="bold", va="center")
    axes.plot([left, right], [at, at], color=FAINT, linewidth=0.5)
    axes.plot([low, high], [at, at], color=color, linewidth=2.4, alpha=0.5)
    axes.plot(middle, at, marker="o", markersize=7, color=color, markeredgecolor="white")
    for text, end, shade, weight in (
        (band.median_words(row), columns.median, color, "bold"),
        (band.range_words(row), columns.range, GRAY, "normal"),
    ):
        if end is not None:
            axes.text(
                end, at, text, size=SMALL, color=shade, weight=weight, ha="right", va="center"
            )
