"""Draw how long roles stay open: a curve for each employer, named at its end."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from monitor.reports.charts.open_time import Curve, OpenTimes
from monitor.reports.plot.box import Box
from monitor.reports.plot.labels import Label, fitted, space_above, space_for, write_labels
from monitor.reports.plot.style import GRAY, INK, SMALL, color_of, width
from monitor.reports.survival import share_at

_MOST = 7  # numbers of days below the axis
_INCHES_EACH = 0.4


def draw_open_times(figure: Figure, box: Box, chart: OpenTimes) -> None:
    """Draw the curves. A dot is where half have closed."""
    end = chart.days
    named = [Label(one.label, share_at(one.steps, end), _color(one)) for one in chart.curves]
    labels = fitted(named, box.width)
    left, right, top = width("100%", SMALL) + 0.15, space_for(labels), space_above(labels)
    inner = box.inner(left=left, right=right, bottom=0.45, top=top)
    axes = inner.axes(figure)
    axes.set_xlim(0, end)
    axes.set_ylim(0, 1.02)
    axes.axhline(0.5, color=GRAY, linewidth=0.8, linestyle=(0, (4, 3)), zorder=1)
    for one in reversed(chart.curves):
        _draw_curve(axes, one, end)
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1])
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    numbers = max(1, min(_MOST, int(inner.width / _INCHES_EACH)))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=numbers, steps=[1, 2, 5, 10]))
    axes.set_xlabel("days since it opened", size=SMALL)
    write_labels(axes, labels, (inner.width, inner.height))


def _draw_curve(axes: Axes, one: Curve, end: float) -> None:
    """Draw the curve until its last role, and lead from there to its label."""
    color, followed = _color(one), min(one.end, end)
    steps = [step for step in one.steps if step.days < followed]
    last = share_at(one.steps, followed)
    axes.step(
        [*(step.days for step in steps), followed],
        [*(step.share for step in steps), last],
        where="post",
        color=color,
        linewidth=1.8 if one.company else 2.6,
    )
    axes.plot([followed, end], [last, last], color=color, linewidth=0.8, linestyle=(0, (1, 2)))
    if one.half is not None:
        axes.plot(one.half, 0.5, marker="o", markersize=5.5, color=color, markeredgecolor="white")


def _color(one: Curve) -> str:
    return color_of(one.rank) if one.company else INK
