"""Draw open roles over time: a line for each employer, named at its end."""

from __future__ import annotations

from datetime import timedelta
from math import nan
from statistics import median

from matplotlib.axes import Axes
from matplotlib.dates import date2num
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, StrMethodFormatter

from monitor.reports.charts.open_roles import Line, OpenRoles
from monitor.reports.plot.box import Box
from monitor.reports.plot.dates import date_axis, shade
from monitor.reports.plot.labels import Label, fitted, space_above, space_for, write_labels
from monitor.reports.plot.style import FAINT, GRAY, SMALL, color_of, width

_A_DAY = timedelta(days=1)


def draw_open_roles(figure: Figure, box: Box, chart: OpenRoles) -> None:
    """Draw gray lines first, then colored ones. A gap is a time of unknown state."""
    labels = fitted(_labels(chart), box.width)
    highest = max(point.open or 0 for line in chart.lines for point in line.points)
    left = width(f"{highest:,}", SMALL) + 0.15
    right, top = space_for(labels), space_above(labels)
    inner = box.inner(left=left, right=right, bottom=0.3, top=top)
    axes = inner.axes(figure)
    for line in sorted(chart.lines, key=lambda line: line.rank is not None):
        _draw_line(axes, line)
    days = [point.day for line in chart.lines for point in line.points]
    date_axis(axes, min(days), max(days) + _A_DAY)
    axes.set_ylim(0, max(highest * 1.05, 1))
    axes.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=5, steps=[1, 2, 5, 10]))
    axes.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    shade(axes, chart.unknown)
    write_labels(axes, labels, (inner.width, inner.height))


def _draw_line(axes: Axes, line: Line) -> None:
    """Draw each day's number from its beginning to its end."""
    days = [point.day for point in line.points]
    counts = [nan if point.open is None else point.open for point in line.points]
    gray = line.rank is None
    axes.step(
        date2num([*days, days[-1] + _A_DAY]),
        [*counts, counts[-1]],
        where="post",
        color=FAINT if gray else color_of(line.rank),
        linewidth=0.9 if gray else 2.0,
    )


def _labels(chart: OpenRoles) -> list[Label]:
    """Return a label for each colored line, and one for all gray lines."""
    labels = [
        Label(line.label, line.last.open, color_of(line.rank))
        for line in chart.lines
        if line.rank is not None
    ]
    gray = [line.last.open for line in chart.lines if line.rank is None]
    return [*labels, Label(chart.gray_label, median(gray), GRAY)] if gray else labels
