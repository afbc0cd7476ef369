"""An axis of days, and the days on which nothing was known."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, date2num

from monitor.reports.charts import words
from monitor.reports.plot.style import UNKNOWN

_NAMED_EACH = 8  # days
_FEWEST, _MOST = 3, 8  # dates below an axis
_INCHES_EACH = 0.42
# of years, months, days and less: a day says its month, since one may stand alone
_FORMATS = ["%Y", "%b", "%b %-d", "%H:%M", "%H:%M", "%S"]
_FIRSTS = ["", "%Y", "%b %-d", "%b %-d", "%H:%M", "%H:%M"]  # of the first in a larger unit


def date_axis(axes: Axes, first: date, last: date) -> None:
    """Show the days from the first until the last, which is not shown. A few are named each."""
    begin, end = (float(date2num(day)) for day in (first, last))
    axes.set_xlim(begin, end)
    space = _space_for_dates(axes)
    if end - begin <= min(_NAMED_EACH, space):
        days = [first + timedelta(days=number) for number in range(round(end - begin))]
        axes.set_xticks([date2num(day) + 0.5 for day in days], [words.day(day) for day in days])
        axes.tick_params(axis="x", length=0)
        return
    most = max(_FEWEST, min(_MOST, space))
    # below a narrow axis, two months are better than the halves of each
    locator = AutoDateLocator(minticks=min(_FEWEST, most - 1), maxticks=most)
    axes.xaxis.set_major_locator(locator)
    formatter = ConciseDateFormatter(
        locator, formats=_FORMATS, zero_formats=_FIRSTS, show_offset=False
    )
    axes.xaxis.set_major_formatter(formatter)


def _space_for_dates(axes: Axes) -> int:
    """Return how many dates fit below the axes."""
    figure = axes.get_figure(root=True)
    assert figure is not None  # noqa: S101  # the axes are on one
    across = axes.get_position().width * figure.get_size_inches()[0]
    return int(across / _INCHES_EACH)


def shade(axes: Axes, unknown: Sequence[tuple[date, date]]) -> None:
    """Shade the stretches [from, to)."""
    for stretch in unknown:
        axes.axvspan(*date2num(stretch), color=UNKNOWN, linewidth=0, zorder=0.5)
