"""Draw what opened upwards, and what closed downwards."""

from __future__ import annotations

from datetime import timedelta

from matplotlib.axes import Axes
from matplotlib.dates import date2num
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from monitor.reports.charts.turnover import Turnover
from monitor.reports.plot.box import Box
from monitor.reports.plot.dates import date_axis, shade
from monitor.reports.plot.style import CLOSED, GRAY, INK, OPENED, SMALL, width

_FILLED = 0.84  # of a bar's days


def draw_turnover(figure: Figure, box: Box, chart: Turnover) -> None:
    """Draw a pair of bars for each week or day. A part of one is hatched."""
    opened, closed = (
        max(getattr(bar, kind) for bar in chart.bars) for kind in ("opened", "closed")
    )
    right = max(width(text, SMALL, "bold") for text in ("opened", "closed", "so far")) + 0.15
    left = width(f"{max(opened, closed):,}", SMALL) + 0.15
    axes = box.inner(left=left, right=right, bottom=0.3).axes(figure)
    for kind, sign, color in (("opened", 1, OPENED), ("closed", -1, CLOSED)):
        _draw_bars(axes, chart, kind, sign, color)
    date_axis(axes, chart.bars[0].first, chart.bars[-1].first + timedelta(days=chart.days))
    axes.set_ylim(-1.06 * max(closed, 0.15 * opened), 1.06 * max(opened, 0.15 * closed))
    axes.axhline(0, color=INK, linewidth=0.8)
    axes.spines.bottom.set_visible(False)
    axes.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=7, steps=[1, 2, 4, 5, 10]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{abs(value):,.0f}"))
    shade(axes, chart.unknown)
    _name(axes)


def _draw_bars(axes: Axes, chart: Turnover, kind: str, sign: int, color: str) -> None:
    for bar in chart.bars:
        axes.bar(
            date2num(bar.first) + chart.days * (1 - _FILLED) / 2,
            sign * getattr(bar, kind),
            width=chart.days * _FILLED,
            align="edge",
            color="white" if bar.part else color,
            edgecolor=color,
            linewidth=0.8 if bar.part else 0,
            hatch="/////" if bar.part else None,
        )


def _name(axes: Axes) -> None:
    """Name both directions at the right, and the last bar, which is not over."""
    low, high = axes.get_ylim()
    for text, at, color, weight in (
        ("opened", high / 2, OPENED, "bold"),
        ("closed", low / 2, GRAY, "bold"),
        ("so far", 0, GRAY, "normal"),
    ):
        axes.annotate(
            text,
            (1, (at - low) / (high - low)),
            (5, 0),
            xycoords="axes fraction",
            textcoords="offset points",
            va="center",
            size=SMALL,
            color=color,
            weight=weight,
        )
